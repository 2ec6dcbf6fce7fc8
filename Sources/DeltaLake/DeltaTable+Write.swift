import Foundation
import MartletDomain
package import QueryEngine

extension DeltaTable {
    /// Sets a session up before a statement runs in it: temporary tables, appended batches.
    package typealias Preparation = @Sendable (any QuerySession) throws -> Void

    /// Says more of a commit once its rows are written: what was not known before. Waits as long as it must.
    package typealias Completion = @Sendable (CommitInfo) throws -> CommitInfo

    /// Runs a `SELECT` and adds its rows, in their order, as one commit; makes the table when there is none.
    ///
    /// Columns must have the names and types of the table's; one that is missing is null. What others commit
    /// meanwhile does not matter unless it changes the table's definition.
    /// - Parameters:
    ///   - addingColumns: Whether columns that the table lacks are added to it. They are null in the rows before.
    ///   - partitionedBy: The columns that a new table is partitioned by. A table that is there keeps its own.
    ///   - transaction: The batch that these rows are. One that the table has already is not written again.
    /// - Throws: ``DeltaError``; the table is then as it was.
    package func append(
        selecting sql: String, _ parameters: [QueryValue] = [], commit: CommitInfo = CommitInfo(),
        addingColumns: Bool = false, partitionedBy: [String] = [], transaction: AppTransaction? = nil,
        prepare: Preparation? = nil, completing: Completion? = nil
    ) async throws -> CommitResult {
        let shape = WriteShape(addingColumns: addingColumns, partitionedBy: partitionedBy)
        return try await write(sql, parameters, .append, shape, commit, transaction, prepare, completing)
    }

    /// Runs a `SELECT` and puts its rows in the place of all that are there; makes the table when there is none.
    ///
    /// - Parameters:
    ///   - replacingSchema: Whether the table takes the columns of the `SELECT`. Otherwise they must fit, as for
    ///     an append.
    ///   - since: The version that `sql` was computed from, when it reads this table.
    ///   - partitionedBy: The columns that a new table is partitioned by. A table that is there keeps its own.
    ///   - transaction: The batch that these rows are. One that the table has already is not written again.
    /// - Throws: ``DeltaError/conflict(table:version:reason:)`` when somebody else changed rows meanwhile (since
    ///   `since`).
    package func overwrite(
        selecting sql: String, _ parameters: [QueryValue] = [], commit: CommitInfo = CommitInfo(),
        replacingSchema: Bool = false, since: Int64? = nil, partitionedBy: [String] = [],
        transaction: AppTransaction? = nil, prepare: Preparation? = nil, completing: Completion? = nil
    ) async throws -> CommitResult {
        let mode = WriteMode.overwrite(replacingSchema: replacingSchema, since: since)
        let shape = WriteShape(replacing: replacingSchema, partitionedBy: partitionedBy)
        return try await write(sql, parameters, mode, shape, commit, transaction, prepare, completing)
    }

    /// Adds the rows of a batch as one commit; makes the table when there is none.
    package func append(
        _ batch: RecordBatch, commit: CommitInfo = CommitInfo(), addingColumns: Bool = false,
        transaction: AppTransaction? = nil
    ) async throws -> CommitResult {
        let columns = batch.columns.map { "\(quotedIdentifier($0.name)) \($0.type.sqlName)" }.joined(separator: ", ")
        let schema = TableSchema(batch.columns.map { .init($0.name, $0.type) })
        let problems = SchemaString.problems(in: schema)
        guard problems.isEmpty else { throw DeltaError.schemaMismatch(table: log.table, problems: problems) }
        return try await append(
            selecting: "SELECT * FROM martlet_batch", [], commit: commit, addingColumns: addingColumns,
            transaction: transaction
        ) { session in
            try session.execute("CREATE TEMPORARY TABLE martlet_batch (\(columns))")
            try session.append(batch, to: "martlet_batch")
        }
    }

    private func write(
        _ sql: String, _ parameters: [QueryValue], _ mode: WriteMode, _ shape: WriteShape, _ info: CommitInfo,
        _ transaction: AppTransaction?, _ prepare: Preparation?, _ completing: Completion?
    ) async throws -> CommitResult {
        try await engine.withSession { [log] session in
            let base = try Self.latest(log, session)
            try base?.checkWritable(removing: mode.removesRows)
            if let base, transaction?.isDone(in: base.replay) == true {
                return CommitResult(version: base.version, rowCount: 0, files: 0, bytes: 0, alreadyDone: true)
            }
            if let base, info.expectation == .absent {
                throw DeltaError.conflict(table: log.table, version: base.version, reason: "is there already")
            }
            try prepare?(session)
            let statement = SQLText.statement(sql)
            let selected = try SelectedColumns(of: statement, parameters, session)
            let (schema, partitionColumns) = try shape.resolved(selected, base, table: log.table)
            let fitted = try selected.fitted(
                statement, to: schema, addingColumns: shape.addingColumns, table: log.table)
            try DurableFile.makeFolder(log.path)
            let writer = PartitionedFiles(
                log: log, schema: schema, partitionColumns: partitionColumns, session: session)
            let files = try writer.write(fitted, parameters)
            let completed: CommitInfo
            do {
                completed = try completing?(info) ?? info
            } catch {
                for file in files { DurableFile.remove(file.path) }
                throw error
            }
            let commit = WriteCommit(
                log: log, mode: mode, schema: schema, partitionColumns: partitionColumns, files: files, info: completed,
                transaction: transaction)
            return try Self.land(commit, on: base, session)
        }
    }

    /// Commits, and removes the files of a commit that is not made.
    static func land(
        _ commit: WriteCommit, on base: TableState?, _ session: any QuerySession
    ) throws -> CommitResult {
        let result: CommitResult
        do {
            result = try commit.run(from: base)
        } catch {
            // A commit that may be in the log needs its files.
            if let error = error as? DeltaError, case .durabilityUnknown = error { throw error }
            for file in commit.files { DurableFile.remove(file.path) }
            throw error
        }
        if result.alreadyDone {
            for file in commit.files { DurableFile.remove(file.path) }
        } else {
            let interval = base?.metadata.checkpointInterval ?? TableMetadata.standardCheckpointInterval
            CheckpointWriter(log: commit.log, session: session).writeIfDue(result.version, every: interval)
        }
        return result
    }

    /// The newest state; nil when there is no table.
    static func latest(_ log: LogFolder, _ session: any QuerySession) throws -> TableState? {
        guard let listing = try log.listing() else { return nil }
        return try TableState(replay(log, listing, to: listing.latest, session), log)
    }
}
