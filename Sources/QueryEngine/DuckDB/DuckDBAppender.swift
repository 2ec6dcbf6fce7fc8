internal import CDuckDB
import MartletDomain

/// Puts rows into an existing table, a chunk of vectors at a time.
final class DuckDBAppender {
    private let connection: DuckDBConnection
    private let table: String
    private var handle: duckdb_appender?

    private var functions: martlet_duckdb_functions { connection.library.functions }

    init(_ connection: DuckDBConnection, table: String) throws {
        (self.connection, self.table) = (connection, table)
        guard !table.utf8.contains(0) else {
            throw QueryError.invalidBatch("A table's name may not hold a zero character.")
        }
        let state = connection.library.functions.appender_create(try connection.use(), nil, table, &handle)
        guard state == DuckDBSuccess else {
            let failure = failure()
            _ = connection.library.functions.appender_destroy(&handle)
            throw failure
        }
    }

    deinit { _ = functions.appender_destroy(&handle) }

    /// Appends all rows. DuckDB casts where the table's types differ; when a cast fails, some rows may be in already.
    func append(_ batch: RecordBatch) throws {
        try check(batch)
        var types: [duckdb_logical_type?] = []
        defer { for index in types.indices { functions.destroy_logical_type(&types[index]) } }
        for column in batch.columns { types.append(logicalType(column.type)) }
        var chunk = functions.create_data_chunk(&types, idx_t(types.count))
        defer { functions.destroy_data_chunk(&chunk) }
        guard let filled = chunk else { throw QueryError.engineFailed("no chunk for \(table)") }
        let size = max(1, Int(clamping: functions.vector_size()))
        for start in stride(from: 0, to: batch.rowCount, by: size) {
            _ = try connection.use()
            functions.data_chunk_reset(filled)
            let rows = start..<min(start + size, batch.rowCount)
            for (index, column) in batch.columns.enumerated() {
                guard let vector = functions.data_chunk_get_vector(filled, idx_t(index)) else {
                    throw QueryError.engineFailed("column \(index) of a chunk has no vector")
                }
                DuckDBVectorWriter(functions, vector, rows).write(column)
            }
            functions.data_chunk_set_size(filled, idx_t(rows.count))
            guard functions.append_data_chunk(handle, filled) == DuckDBSuccess else { throw failure() }
        }
        guard functions.appender_close(handle) == DuckDBSuccess else { throw failure() }
    }

    private func check(_ batch: RecordBatch) throws(QueryError) {
        let expected = Int(clamping: functions.appender_column_count(handle))
        guard batch.columns.count == expected else {
            throw .invalidBatch("Table \(table) has \(expected) columns, and \(batch.columns.count) were given.")
        }
        for column in batch.columns {
            guard column.count == batch.rowCount, column.validity.map({ $0.count == batch.rowCount }) ?? true else {
                throw .invalidBatch("Column '\(column.name)' has not as many values as the batch has rows.")
            }
            guard case .decimal(let values, let precision, let scale) = column.values else { continue }
            guard (1...38).contains(precision), (0...precision).contains(scale) else {
                throw .invalidBatch("Column '\(column.name)' is \(column.type), and a decimal has 1 to 38 digits.")
            }
            let limit = (0..<precision).reduce(UInt128(1)) { power, _ in power * 10 }
            for (row, value) in values.enumerated() where value.magnitude >= limit && !column.isNull(at: row) {
                throw .invalidBatch("Column '\(column.name)': \(value) has more than \(precision) digits.")
            }
        }
    }

    private func logicalType(_ type: DataType) -> duckdb_logical_type? {
        if case .decimal(let precision, let scale) = type {
            return functions.create_decimal_type(UInt8(clamping: precision), UInt8(clamping: scale))
        }
        let id: duckdb_type =
            switch type {
            case .boolean: DUCKDB_TYPE_BOOLEAN
            case .byte: DUCKDB_TYPE_TINYINT
            case .short: DUCKDB_TYPE_SMALLINT
            case .integer: DUCKDB_TYPE_INTEGER
            case .long: DUCKDB_TYPE_BIGINT
            case .float: DUCKDB_TYPE_FLOAT
            case .double: DUCKDB_TYPE_DOUBLE
            case .decimal: DUCKDB_TYPE_DECIMAL
            case .string: DUCKDB_TYPE_VARCHAR
            case .binary: DUCKDB_TYPE_BLOB
            case .date: DUCKDB_TYPE_DATE
            case .timestamp: DUCKDB_TYPE_TIMESTAMP_TZ
            }
        return functions.create_logical_type(id)
    }

    private func failure() -> any Error {
        guard let handle else { return QueryError.invalidBatch("There is no table \(table).") }
        var data = functions.appender_error_data(handle)
        defer { functions.destroy_error_data(&data) }
        return connection.library.failure(functions.error_data_message(data))
    }
}
