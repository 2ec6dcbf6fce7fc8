package import MartletDomain
import QueryEngine

extension DeltaTable {
    /// Takes all rows out of the table and gives it these columns. Its versions before can still be read.
    ///
    /// - Returns: The version that is empty.
    /// - Throws: ``DeltaError/conflict(table:version:reason:)`` when somebody else commits meanwhile.
    @discardableResult
    package func redefine(
        schema: TableSchema, description: String?, partitionColumns: [String],
        commit info: CommitInfo = CommitInfo(operation: "CREATE OR REPLACE TABLE")
    ) async throws -> Int64 {
        try await engine.withSession { [log] session in
            guard let state = try Self.latest(log, session) else { throw DeltaError.tableNotFound(table: log.table) }
            try state.checkWritable(removing: true)
            let now = Self.now()
            let new = try Self.newMetadata(schema, description, partitionColumns, now, table: log.table)
            var metadata = state.metadata
            (metadata.schemaString, metadata.partitionColumns) = (new.schemaString, new.partitionColumns)
            metadata.description = description
            let action = info.action(
                at: now, parameters: [:], isBlindAppend: false, readVersion: state.version)
            let removals = state.replay.files.map { $0.removal(at: now, dataChange: true) }
            let version = state.version + 1
            let definition = JSONText.object([("metaData", metadata.json)])
            guard try log.put([action, definition] + removals, as: version) else {
                let reason = "came first"
                throw DeltaError.conflict(table: log.table, version: version, reason: reason)
            }
            CheckpointWriter(log: log, session: session).writeIfDue(version, every: state.metadata.checkpointInterval)
            return version
        }
    }
}
