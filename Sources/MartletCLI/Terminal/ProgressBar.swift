import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How far something is: a bar with percentage, rate and remaining time on a terminal; a line at the end elsewhere.
final class ProgressBar: Sendable {
    private let title: String
    private let unit: String
    private let start = ContinuousClock.now
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let lastShown = Mutex<ContinuousClock.Instant?>(nil)

    init(_ title: String, unit: String) { (self.title, self.unit) = (title, unit) }

    /// Shows at most ten times a second.
    func update(_ done: Int64, of total: Int64) {
        guard isTerminal else { return }
        let now = ContinuousClock.now
        let isDue = lastShown.withLock { last in
            if let last, now - last < .milliseconds(100), done < total { return false }
            last = now
            return true
        }
        guard isDue, total > 0 else { return }
        let share = min(1, Double(done) / Double(total))
        let seconds = (now - start) / .seconds(1)
        let rate = seconds > 0 ? Double(done) / seconds : 0
        let left = rate > 0 ? Double(total - done) / rate : 0
        let filled = Int(share * 24)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
        show("\r\(title) \(bar) \(Int(share * 100)) %  \(amount(rate))/s  \(Int(left.rounded(.up))) s left\u{1B}[K")
    }

    func finish() {
        if isTerminal { show("\r\u{1B}[K") }
    }

    private func amount(_ value: Double) -> String {
        guard unit == "B" else { return "\(Int(value)) \(unit)" }
        return value >= 1e6 ? String(format: "%.1f MB", value / 1e6) : String(format: "%.0f kB", value / 1e3)
    }

    private func show(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
