import Foundation
import MartletDomain
package import QueryEngine

extension DeltaTable {
    /// Sets a session up before a statement runs in it: temporary tables, appended batches.
    package typealias Preparation = @Sendable (any QuerySession) throws -> Void

    /// Runs a `SELECT` and adds its rows, in their order, as one commit; makes the table when there is none.
    ///
    /// Columns must have the names and types of the table's; one that is missing is null. A commit of somebody else
    /// meanwhile does not matter unless it changes the schema.
    /// - Throws: ``DeltaError``; the table is then as it was.
    package func append(
        selecting sql: String, _ parameters: [QueryValue] = [], commit: CommitInfo = CommitInfo(),
        prepare: Preparation? = nil
    ) async throws -> CommitResult {
        try await write(sql, parameters, .append, commit, prepare)
    }

    /// Runs a `SELECT` and puts its rows in the place of all that are there; makes the table when there is none.
    ///
    /// - Parameters:
    ///   - replacingSchema: Whether the table takes the columns of the `SELECT`. Otherwise they must fit, as for
    ///     an append.
    ///   - since: The version that `sql` was computed from, when it reads this table.
    /// - Throws: ``DeltaError/conflict(table:version:reason:)`` when somebody else changed rows meanwhile (since
    ///   `since`).
    package func overwrite(
        selecting sql: String, _ parameters: [QueryValue] = [], commit: CommitInfo = CommitInfo(),
        replacingSchema: Bool = false, since: Int64? = nil, prepare: Preparation? = nil
    ) async throws -> CommitResult {
        try await write(sql, parameters, .overwrite(replacingSchema: replacingSchema, since: since), commit, prepare)
    }

    /// Adds the rows of a batch as one commit; makes the table when there is none.
    package func append(_ batch: RecordBatch, commit: CommitInfo = CommitInfo()) async throws -> CommitResult {
        let columns = batch.columns.map { "\(quotedIdentifier($0.name)) \($0.type.sqlName)" }.joined(separator: ", ")
        let schema = TableSchema(batch.columns.map { .init($0.name, $0.type) })
        let problems = SchemaString.problems(in: schema)
        guard problems.isEmpty else { throw DeltaError.schemaMismatch(table: log.table, problems: problems) }
        return try await append(selecting: "SELECT * FROM martlet_batch", [], commit: commit) { session in
            try session.execute("CREATE TEMPORARY TABLE martlet_batch (\(columns))")
            try session.append(batch, to: "martlet_batch")
        }
    }

    private func write(
        _ sql: String, _ parameters: [QueryValue], _ mode: WriteMode, _ info: CommitInfo, _ prepare: Preparation?
    ) async throws -> CommitResult {
        try await engine.withSession { [log] session in
            let base = try Self.latest(log, session)
            try base?.checkWritable(removing: mode != .append)
            try prepare?(session)
            let statement = SQLText.statement(sql)
            let selected = try SelectedColumns(of: statement, parameters, session)
            var schema = try base?.schema ?? selected.newSchema(table: log.table)
            if case .overwrite(replacingSchema: true, _) = mode { schema = try selected.newSchema(table: log.table) }
            let fitted = try selected.fitted(statement, to: schema, table: log.table)
            try DurableFile.makeFolder(log.path)
            let file = try DataFile.write(fitted, parameters, schema, in: log, session)
            do {
                return try WriteCommit(log: log, mode: mode, schema: schema, file: file, info: info).run(from: base)
            } catch let error as DeltaError {
                // A commit that may be in the log needs its file.
                if case .durabilityUnknown = error {} else if let file { DurableFile.remove(file.path) }
                throw error
            }
        }
    }

    private static func latest(_ log: LogFolder, _ session: any QuerySession) throws -> TableState? {
        guard let listing = try log.listing() else { return nil }
        return try TableState(replay(log, listing, to: listing.latest, session), log)
    }
}
