import Foundation
package import MartletDomain

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A shared library that is opened when it is first needed, so that one that is missing disables one capability and not
/// the program.
package struct NativeLibrary: Sendable {
    /// What it is for, in the words of an error: `DuckDB`.
    package var name: String
    /// The file to look for: `libduckdb.so`.
    package var file: String
    /// The environment variable that may name the file itself: `MARTLET_DUCKDB`.
    package var variable: String
    /// Whether its symbols are offered to libraries opened later (an OpenMP runtime, say).
    package var isGlobal: Bool

    package init(name: String, file: String, variable: String, isGlobal: Bool = false) {
        (self.name, self.file, self.variable, self.isGlobal) = (name, file, variable, isGlobal)
    }

    /// Opens it and gives `dlopen`'s handle. Opening twice is cheap and gives the same library.
    ///
    /// Searched in this order: the environment variable; beside the running executable; `.native/` of the checkout
    /// that the executable was built in; where the system's loader looks.
    package func open() throws(NativeLibraryError) -> UnsafeMutableRawPointer {
        var reasons: [String] = []
        for path in candidates() {
            dlerror()
            if let handle = dlopen(path, RTLD_NOW | (isGlobal ? RTLD_GLOBAL : RTLD_LOCAL)) { return handle }
            reasons.append(dlerror().map { String(cString: $0) } ?? "\(path): not opened")
        }
        throw NativeLibraryError(name: name, file: file, variable: variable, reasons: reasons)
    }

    private func candidates() -> [String] {
        if let named = ProcessInfo.processInfo.environment[variable], !named.isEmpty { return [named] }
        var paths: [String] = []
        var folder = RunningProgram.file.deletingLastPathComponent()
        paths.append(folder.appendingPathComponent(file).path)
        // Only above the executable, never above the working directory: a folder that somebody else can write to must
        // not lend us code.
        for _ in 0..<8 where folder.path != "/" {
            paths.append(folder.appendingPathComponent(".native/\(file)").path)
            folder.deleteLastPathComponent()
        }
        return paths.filter { access($0, R_OK) == 0 } + [file]
    }
}

/// A library that could not be opened. The rest of the program goes on.
package struct NativeLibraryError: MartletError {
    package var name: String
    package var file: String
    package var variable: String
    package var reasons: [String]

    package var code: ErrorCode { .featureDisabled }
    package var message: String {
        "\(name) is not available: \(file) could not be opened. Run `make setup` in the checkout, "
            + "or set \(variable) to the file."
            + reasons.map { "\n  tried: \($0)" }.joined()
    }
}
