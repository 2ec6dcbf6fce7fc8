import MartletDomain
package import QueryEngine

extension DeltaTable {
    /// Puts rows into the table by key: a row whose key is there takes the place of that row, any other is added. Only
    /// files that hold one of the keys are written anew.
    ///
    /// Columns must have the names and types of the table's; one that is missing is null in every row that is added.
    /// - Parameters:
    ///   - sql: A `SELECT` that gives each key once and no null in it.
    ///   - keys: The columns that tell rows apart.
    ///   - keepingMissing: Whether a row that takes another's place keeps that one's values in columns that are missing.
    ///     Otherwise they are null.
    ///   - transaction: The batch that these rows are. One that the table has already is not written again.
    /// - Throws: ``DeltaError/schemaMismatch(table:problems:)`` with all that does not fit, null and repeated keys too;
    ///   ``DeltaError/conflict(table:version:reason:)`` when somebody else changed rows meanwhile: merge again.
    package func merge(
        selecting sql: String, _ parameters: [QueryValue] = [], on keys: [String],
        keepingMissing: Bool = false, commit info: CommitInfo = CommitInfo(operation: "MERGE"),
        transaction: AppTransaction? = nil, prepare: Preparation? = nil
    ) async throws -> CommitResult {
        try await engine.withSession { [log] session in
            guard let base = try Self.latest(log, session) else { throw DeltaError.tableNotFound(table: log.table) }
            try base.checkWritable(removing: true)
            if transaction?.isDone(in: base.replay) == true {
                return CommitResult(version: base.version, rowCount: 0, files: 0, bytes: 0, alreadyDone: true)
            }
            try prepare?(session)
            let source = try MergeSource(sql, parameters, on: keys, keepingMissing: keepingMissing, base, session)
            defer { source.drop() }
            let writer = PartitionedFiles(
                log: log, schema: base.schema, partitionColumns: base.metadata.partitionColumns, session: session)
            let (replaced, kept) = try source.rewriteFiles()
            var files = kept
            do {
                files += try writer.write("SELECT * FROM \(MergeSource.table)", [])
            } catch {
                for file in kept { DurableFile.remove(file.path) }
                throw error
            }
            var commit = WriteCommit(
                log: log, mode: .replace(replaced), schema: base.schema,
                partitionColumns: base.metadata.partitionColumns, files: files, info: info, transaction: transaction)
            commit.parameters = ["keys": JSONText.texts(keys).text]
            return try Self.land(commit, on: base, session)
        }
    }
}
