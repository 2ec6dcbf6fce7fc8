package import MartletDomain

/// Where SQL runs: DuckDB in this process, and later Spark.
package protocol QueryEngine: Sendable {
    /// Lends a session to `body`, on a thread that may block, and gives its result.
    ///
    /// Each call has a connection of its own: temporary tables of one are invisible to others. Cancelling the calling
    /// task interrupts the statement under way, and the call throws `CancellationError`; so does ``QueryInterruption``.
    func withSession<Result: Sendable>(
        _ body: @escaping @Sendable (any QuerySession) throws -> Result
    ) async throws -> Result
}

/// One connection. Not to be kept after the closure that it was lent to.
package protocol QuerySession {
    /// Runs one statement with `?` parameters bound in order.
    /// - Returns: The number of rows changed (0 for statements that change none).
    @discardableResult
    func execute(_ sql: String, _ parameters: [QueryValue]) throws -> Int

    /// As ``execute(_:_:)``, for a statement that writes `file`: as long as the disk has room for it, and no more than one
    /// session may write.
    /// - Throws: ``QueryError/diskFull(freeInBytes:keptInBytes:)``, ``QueryError/writeLimit(bytes:)``. What was written of
    ///   the file stays, for the caller to remove.
    @discardableResult
    func execute(_ sql: String, _ parameters: [QueryValue], writing file: String) throws -> Int

    /// Runs one statement and hands its result over, chunk by chunk, as it is computed; nothing is held back.
    ///
    /// `body` is called at least once: a result of no rows is one batch of no rows, so that its columns are known.
    /// `body` must not run further statements of this session: the result under way would end.
    func query(_ sql: String, _ parameters: [QueryValue], forEach body: (RecordBatch) throws -> Void) throws

    /// The columns that `sql` would return, without running it. Types without a Delta counterpart are refused by name.
    func schema(of sql: String, _ parameters: [QueryValue]) throws -> TableSchema

    /// Appends rows to an existing table of this session, columns by position.
    func append(_ batch: RecordBatch, to table: String) throws
}

extension QuerySession {
    @discardableResult
    package func execute(_ sql: String) throws -> Int { try execute(sql, []) }

    @discardableResult
    package func execute(_ sql: String, writing file: String) throws -> Int { try execute(sql, [], writing: file) }

    package func schema(of sql: String) throws -> TableSchema { try schema(of: sql, []) }
}

/// A value bound to a `?` of a statement.
package enum QueryValue: Sendable, Equatable {
    case null, boolean(Bool), long(Int64), double(Double), string(String), binary([UInt8])
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64)
}
