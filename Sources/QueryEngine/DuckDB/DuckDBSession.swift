internal import CDuckDB
import MartletDomain

/// One connection, lent to a closure on one thread.
struct DuckDBSession: QuerySession {
    let connection: DuckDBConnection

    init(_ connection: DuckDBConnection) { self.connection = connection }

    private var library: DuckDBLibrary { connection.library }

    @discardableResult
    func execute(_ sql: String, _ parameters: [QueryValue]) throws -> Int {
        try connection.database.room.watching(connection, writing: nil) { try run(sql, parameters) }
    }

    @discardableResult
    func execute(_ sql: String, _ parameters: [QueryValue], writing file: String) throws -> Int {
        try connection.database.room.watching(connection, writing: file) { try run(sql, parameters) }
    }

    private func run(_ sql: String, _ parameters: [QueryValue]) throws -> Int {
        let statement = try DuckDBStatement(sql, on: connection)
        try statement.bind(parameters)
        var result = duckdb_result()
        defer { library.functions.destroy_result(&result) }
        guard library.functions.execute_prepared(statement.handle, &result) == DuckDBSuccess else {
            throw library.failure(library.functions.result_error(&result))
        }
        return Int(clamping: library.functions.rows_changed(&result))
    }

    func query(_ sql: String, _ parameters: [QueryValue], forEach body: (RecordBatch) throws -> Void) throws {
        let functions = library.functions
        let statement = try DuckDBStatement(sql, on: connection)
        try statement.bind(parameters)
        var result = duckdb_result()
        defer { functions.destroy_result(&result) }
        guard functions.execute_prepared_streaming(statement.handle, &result) == DuckDBSuccess else {
            throw library.failure(functions.result_error(&result))
        }
        let columns = try columns(of: &result)
        var isEmpty = true
        while let chunk = functions.fetch_chunk(result) {
            var finished: duckdb_data_chunk? = chunk
            defer { functions.destroy_data_chunk(&finished) }
            let rowCount = Int(clamping: functions.data_chunk_get_size(chunk))
            if rowCount == 0 { break }
            isEmpty = false
            try body(DuckDBChunkReader(library, chunk, rowCount: rowCount).batch(columns))
            _ = try connection.use()
        }
        if let reason = functions.result_error(&result) { throw library.failure(reason) }
        _ = try connection.use()
        if isEmpty { try body(RecordBatch(columns: columns.map(\.empty), rowCount: 0)) }
    }

    func schema(of sql: String, _ parameters: [QueryValue]) throws -> TableSchema {
        let functions = library.functions
        let statement = try DuckDBStatement(sql, on: connection)
        try statement.bind(parameters)
        var fields: [TableSchema.Field] = []
        for index in 0..<functions.prepared_statement_column_count(statement.handle) {
            var type = functions.prepared_statement_column_logical_type(statement.handle, index)
            defer { functions.destroy_logical_type(&type) }
            let name = functions.prepared_statement_column_name(statement.handle, index)
            defer { functions.free(UnsafeMutableRawPointer(mutating: name)) }
            // A parameter decides a type: known only once its value is bound and the statement planned again.
            if let type, functions.get_type_id(type) == DUCKDB_TYPE_INVALID {
                return try plannedSchema(of: sql, parameters)
            }
            let column = try DuckDBColumn(library, name: name.map { String(cString: $0) } ?? "", type: type)
            fields.append(TableSchema.Field(column.name, column.type))
        }
        return TableSchema(fields)
    }

    func append(_ batch: RecordBatch, to table: String) throws {
        try DuckDBAppender(connection, table: table).append(batch)
    }

    private func plannedSchema(of sql: String, _ parameters: [QueryValue]) throws -> TableSchema {
        let ends: Set<Character> = [";", " ", "\n", "\t", "\r"]
        let text = String(sql.reversed().drop { ends.contains($0) }.reversed())
        let empty = try collect("SELECT * FROM (\n\(text)\n) LIMIT 0", parameters)
        return TableSchema(empty.columns.map { TableSchema.Field($0.name, $0.type) })
    }

    private func columns(of result: inout duckdb_result) throws -> [DuckDBColumn] {
        let functions = library.functions
        var columns: [DuckDBColumn] = []
        for index in 0..<functions.column_count(&result) {
            var type = functions.column_logical_type(&result, index)
            defer { functions.destroy_logical_type(&type) }
            let name = functions.column_name(&result, index).map { String(cString: $0) } ?? ""
            columns.append(try DuckDBColumn(library, name: name, type: type))
        }
        return columns
    }
}
