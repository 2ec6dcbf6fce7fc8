extension QuerySession {
    /// Runs one statement and holds its whole result. A result of no rows keeps its columns and their types.
    package func collect(_ sql: String, _ parameters: [QueryValue] = []) throws -> RecordBatch {
        var batches: [RecordBatch] = []
        try query(sql, parameters) { batches.append($0) }
        return try RecordBatch.concatenating(batches)
    }

    /// Runs one statement without parameters and hands its result over, chunk by chunk.
    package func query(_ sql: String, forEach body: (RecordBatch) throws -> Void) throws {
        try query(sql, [], forEach: body)
    }
}
