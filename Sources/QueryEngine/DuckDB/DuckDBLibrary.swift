internal import CDuckDB
package import NativeLoader

extension NativeLibrary {
    /// Where DuckDB is looked for.
    package static let duckDB = NativeLibrary(name: "DuckDB", file: "libduckdb.so", variable: "MARTLET_DUCKDB")
}

/// DuckDB's functions. Unchecked: a table of function pointers, never changed after it is filled.
final class DuckDBLibrary: @unchecked Sendable {
    let functions: martlet_duckdb_functions

    init(_ library: NativeLibrary) throws {
        let handle = try library.open()
        var functions = martlet_duckdb_functions()
        if let missing = martlet_duckdb_load(handle, &functions) {
            throw QueryError.unsupportedLibrary(missing: String(cString: missing))
        }
        self.functions = functions
    }

    var version: String { functions.library_version().map { String(cString: $0) } ?? "" }

    /// What a failed call becomes. DuckDB's messages begin with the kind of error.
    func failure(_ text: UnsafePointer<CChar>?) -> any Error {
        let message = text.map { String(cString: $0) } ?? "DuckDB gave no reason"
        if message.hasPrefix("INTERRUPT Error") { return CancellationError() }
        if message.hasPrefix("Out of Memory Error") { return QueryError.outOfMemory(message) }
        if message.hasPrefix("INTERNAL Error") || message.hasPrefix("FATAL Error") {
            return QueryError.engineFailed(message)
        }
        return QueryError.statementFailed(message)
    }
}
