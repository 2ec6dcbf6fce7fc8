import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What standard output is shown on.
enum TerminalScreen {
    static let isTerminal = isatty(STDOUT_FILENO) == 1

    /// Whether a person sits there who can answer.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// In characters; nil when output goes to a file or another program, unless COLUMNS is set.
    static var width: Int? {
        if let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 {
            return columns
        }
        guard isTerminal else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// As https://no-color.org asks for.
    static var hasColour: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}

/// A line that is not shown while it is typed; as it comes when standard input is no terminal.
func readSecret(asking question: String) -> String? {
    var shown = termios()
    guard TerminalScreen.canAsk, tcgetattr(STDIN_FILENO, &shown) == 0 else { return readLine() }
    FileHandle.standardError.write(Data(question.utf8))
    var hidden = shown
    hidden.c_lflag &= ~tcflag_t(ECHO)
    guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 else { return nil }
    defer {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
        notice("")
    }
    return readLine()
}

/// Tells a person something that is no part of a command's output.
func notice(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
