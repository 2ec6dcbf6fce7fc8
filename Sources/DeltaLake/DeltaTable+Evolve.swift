package import MartletDomain
import QueryEngine

extension DeltaTable {
    /// Changes the columns of the table without touching its files: columns that allow nulls may be added behind the
    /// others, and a column may begin to allow nulls. Nothing is committed when `schema` is what the table has.
    ///
    /// - Returns: The version that has these columns.
    /// - Throws: ``DeltaError/schemaMismatch(table:problems:)`` with every reason why not: a type that changes, a
    ///   column that is dropped or moved, one that would no longer allow nulls.
    @discardableResult
    package func evolve(
        to schema: TableSchema, commit info: CommitInfo = CommitInfo(operation: "CHANGE COLUMNS")
    ) async throws -> Int64 {
        try await engine.withSession { [log] session in
            // Each round judges the table as the winner of the race left it.
            for _ in 0..<100 {
                guard let state = try Self.latest(log, session) else {
                    throw DeltaError.tableNotFound(table: log.table)
                }
                try state.checkWritable(removing: false)
                let problems = SchemaChange.problems(from: state.schema, to: schema)
                guard problems.isEmpty else {
                    throw DeltaError.schemaMismatch(table: log.table, problems: problems)
                }
                guard state.schema != schema else { return state.version }
                var metadata = state.metadata
                metadata.schemaString = try SchemaString.adapted(metadata.schemaString, to: schema, table: log.table)
                let action = info.action(
                    at: Self.now(), parameters: [:], isBlindAppend: false, readVersion: state.version)
                let version = state.version + 1
                let actions =
                    [action, .object([("metaData", metadata.json)])] + NewColumns.additions(state, schema)
                guard try log.put(actions, as: version) else { continue }
                CheckpointWriter(log: log, session: session)
                    .writeIfDue(version, every: state.metadata.checkpointInterval)
                return version
            }
            let reason = "was followed by others too fast for this one to get in"
            throw DeltaError.conflict(table: log.table, version: 0, reason: reason)
        }
    }
}
