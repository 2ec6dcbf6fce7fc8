internal import CDuckDB

/// One prepared statement and the values bound to it.
final class DuckDBStatement {
    let handle: duckdb_prepared_statement
    private let library: DuckDBLibrary

    init(_ sql: String, on connection: DuckDBConnection) throws {
        let library = connection.library
        // A C string ends at its first zero: what follows it would silently not run.
        guard !sql.utf8.contains(0) else {
            throw QueryError.statementFailed("A statement may not hold a zero character.")
        }
        var prepared: duckdb_prepared_statement?
        let state = library.functions.prepare(try connection.use(), sql, &prepared)
        guard state == DuckDBSuccess, let prepared else {
            let failure = library.failure(prepared.flatMap { library.functions.prepare_error($0) })
            library.functions.destroy_prepare(&prepared)
            throw failure
        }
        (handle, self.library) = (prepared, library)
    }

    deinit {
        var destroyed: duckdb_prepared_statement? = handle
        library.functions.destroy_prepare(&destroyed)
    }

    func bind(_ parameters: [QueryValue]) throws {
        let expected = Int(clamping: library.functions.nparams(handle))
        guard expected == parameters.count else {
            throw QueryError.parameterCount(expected: expected, given: parameters.count)
        }
        for (offset, value) in parameters.enumerated() where bind(value, at: idx_t(offset + 1)) != DuckDBSuccess {
            throw library.failure(library.functions.prepare_error(handle))
        }
    }

    private func bind(_ value: QueryValue, at index: idx_t) -> duckdb_state {
        let functions = library.functions
        switch value {
        case .null: return functions.bind_null(handle, index)
        case .boolean(let value): return functions.bind_boolean(handle, index, value)
        case .long(let value): return functions.bind_int64(handle, index, value)
        case .double(let value): return functions.bind_double(handle, index, value)
        case .string(var value):
            return value.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { text in
                    functions.bind_varchar_length(handle, index, text.baseAddress ?? Self.empty, idx_t(text.count))
                }
            }
        case .binary(let value):
            return value.withUnsafeBytes {
                functions.bind_blob(handle, index, $0.baseAddress ?? UnsafeRawPointer(Self.empty), idx_t($0.count))
            }
        case .date(let days): return functions.bind_date(handle, index, duckdb_date(days: days))
        case .timestamp(let micros):
            return functions.bind_timestamp_tz(handle, index, duckdb_timestamp(micros: micros))
        }
    }

    /// An empty array may have no address, which DuckDB would read as null.
    nonisolated(unsafe) static let empty: UnsafePointer<CChar> = {
        let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        byte.initialize(to: 0)
        return UnsafePointer(byte)
    }()
}
