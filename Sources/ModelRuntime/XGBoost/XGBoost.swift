internal import CXGBoost
internal import Foundation
package import MartletDomain
internal import NativeLoader
internal import Synchronization

/// XGBoost's library, opened when it is first needed and kept open.
///
/// Results are equal to those of the Python package of the same version, bit for bit.
package struct XGBoost: Sendable {
    /// `3.2.0`.
    package let version: String
    let functions: Functions

    private static let opened = Mutex<XGBoost?>(nil)

    /// The library, opened on the first call. A failure is not remembered: after the mend the next call succeeds.
    ///
    /// Before the first opening `OMP_WAIT_POLICY` is set to `passive`, unless the environment sets it: otherwise idle worker
    /// threads spin and slow down everything else in the process.
    ///
    /// - Throws: `NativeLibraryError` if it is not there, ``XGBoostLibraryError`` if it is there and too old.
    package static func open() throws -> XGBoost {
        try opened.withLock { opened in
            if let opened { return opened }
            setenv("OMP_WAIT_POLICY", "passive", 0)
            openThreads()
            let handle = try NativeLibrary(name: "XGBoost", file: file, variable: "MARTLET_XGBOOST").open()
            var table = CXGBTable()
            if let missing = cxgb_fill(&table, handle) {
                throw XGBoostLibraryError(missing: String(cString: missing))
            }
            var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
            table.Version?(&major, &minor, &patch)
            let library = XGBoost(version: "\(major).\(minor).\(patch)", functions: Functions(table: table))
            opened = library
            return library
        }
    }

    /// Opens the OpenMP runtime that XGBoost asks for by name, for all libraries to see. None is no error here: the system
    /// may have its own, and if it has not, opening XGBoost says so.
    private static func openThreads() {
        for file in ["libgomp-e985bcbb.so.1.0.0", "libgomp.so", "libgomp.so.1"] {
            let library = NativeLibrary(
                name: "the OpenMP runtime", file: file, variable: "MARTLET_OPENMP", isGlobal: true)
            if (try? library.open()) != nil { return }
        }
    }

    #if canImport(Darwin)
        private static let file = "libxgboost.dylib"
    #else
        private static let file = "libxgboost.so"
    #endif
}

/// The table of the library's functions. They may be called from any thread, and stay valid: the library is never closed.
package struct Functions: @unchecked Sendable {
    let table: CXGBTable

    /// - Throws: ``ModelError/library(operation:reason:)`` with the library's own words unless `status` is 0.
    func check(_ operation: String, _ status: Int32?) throws(ModelError) {
        guard status != 0 else { return }
        let text = table.LastError?().map { String(cString: $0) } ?? ""
        throw .library(operation: operation, reason: Self.sentence(text))
    }

    /// The message without the time, the source file and the stack trace that surround it.
    package static func sentence(_ text: String) -> String {
        var text = Substring(text)
        if let trace = text.range(of: "\nStack trace:") { text = text[..<trace.lowerBound] }
        if let place = text.range(of: #"^\[[0-9:]+\] [^ ]+:[0-9]+: "#, options: .regularExpression) {
            text = text[place.upperBound...]
        }
        let line = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }.joined(separator: " ")
        return line.isEmpty ? "no reason was given" : line
    }
}

/// An XGBoost library without a function that is needed.
package struct XGBoostLibraryError: MartletError {
    package var missing: String

    package init(missing: String) { self.missing = missing }

    package var code: ErrorCode { .featureDisabled }
    package var message: String {
        "The XGBoost library that was found lacks \(missing): it is too old. Run `make setup` in the checkout, or set "
            + "MARTLET_XGBOOST to a libxgboost of version 3.2."
    }
}
