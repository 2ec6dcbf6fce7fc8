import MartletDomain
package import QueryEngine

extension DeltaTable {
    /// Takes out the rows for which a condition is true, and keeps those for which it is false or null. Only files that
    /// hold such a row are written anew; of one that holds no other nothing is.
    ///
    /// Files are passed by that cannot hold one: by their partition values and statistics, where the condition compares
    /// columns with literals or parameters (`=`, `<`, `BETWEEN` …, joined by `AND`).
    /// - Parameters:
    ///   - predicate: What may stand behind `WHERE`, over the columns of the table. It is SQL that runs: not for text
    ///     of strangers.
    ///   - parameters: The values of the `?` in it, in order.
    ///   - transaction: The batch that this is. One that the table has already is not done again.
    /// - Returns: With `deletedRows`. When there were none, nothing is committed unless there is a transaction to note,
    ///   and `version` is the newest.
    /// - Throws: ``DeltaError/conflict(table:version:reason:)`` when somebody else changed rows meanwhile: delete
    ///   again; ``DeltaError/appendOnly(table:)``.
    package func delete(
        where predicate: String, _ parameters: [QueryValue] = [],
        commit info: CommitInfo = CommitInfo(operation: "DELETE"), transaction: AppTransaction? = nil,
        prepare: Preparation? = nil
    ) async throws -> CommitResult {
        try await engine.withSession { [log] session in
            guard let base = try Self.latest(log, session) else { throw DeltaError.tableNotFound(table: log.table) }
            try base.checkWritable(removing: true)
            if transaction?.isDone(in: base.replay) == true {
                return CommitResult(version: base.version, rowCount: 0, files: 0, bytes: 0, alreadyDone: true)
            }
            try prepare?(session)
            let deletion = try Deletion(predicate, parameters, base, session)
            let (replaced, files, deletedRows) = try deletion.rewriteFiles()
            guard !replaced.isEmpty || transaction != nil else {
                return CommitResult(version: base.version, rowCount: 0, files: 0, bytes: 0)
            }
            var commit = WriteCommit(
                log: log, mode: .replace(replaced), schema: base.schema,
                partitionColumns: base.metadata.partitionColumns, files: files, info: info, transaction: transaction)
            commit.parameters = ["predicate": JSONText.texts([predicate]).text]
            commit.deletedRows = deletedRows
            return try Self.land(commit, on: base, session)
        }
    }
}

/// The rows of a table that are to go.
struct Deletion {
    private let condition: String
    private let parameters: [QueryValue]
    private let base: TableState
    private let session: any QuerySession
    private let range: KeyRange

    /// - Throws: ``QueryError`` when the condition is none of the table's columns.
    init(
        _ predicate: String, _ parameters: [QueryValue], _ base: TableState, _ session: any QuerySession
    ) throws {
        (self.parameters, self.base, self.session) = (parameters, base, session)
        // A line of its own ends a comment at the end of the condition.
        condition = "(\(predicate)\n)"
        let empty = try base.snapshot(at: 0, of: [], session).relation
        // As a part of an expression first: what closes our parenthesis and opens another would mean something else.
        let alone = "SELECT CASE WHEN \(predicate)\n THEN 1 END FROM \(empty) AS present"
        for statement in [alone, "SELECT 1 FROM \(empty) AS present WHERE \(condition)"] {
            try session.query("DESCRIBE \(statement)", parameters) { _ in }
        }
        range = KeyRange(PredicateBounds(predicate, parameters, session).bounds, base.columns)
    }

    /// Writes the rows that stay of each file that holds one that goes.
    /// - Returns: Those files, the new ones, and the number of rows that are in the former and not in the latter. None
    ///   of the new ones is left when this throws.
    func rewriteFiles() throws -> (replaced: [AddFile], files: [DataFile], rows: Int64) {
        let candidates = base.replay.files.filter { range.mayBe(in: $0) }
        let snapshot = try base.snapshot(at: 0, of: candidates, session)
        let partitions = base.metadata.partitionColumns
        let stored = TableSchema(base.schema.fields.filter { !partitions.contains($0.name) })
        let columns = stored.names.map(quotedIdentifier).joined(separator: ", ")
        var replaced: [AddFile] = []
        var files: [DataFile] = []
        var rows: Int64 = 0
        do {
            for (logged, found) in zip(candidates, snapshot.files) {
                var part = snapshot
                part.files = [found]
                let present = "\(part.relation) AS present"
                guard try count("\(present) WHERE \(condition)", parameters) > 0 else { continue }
                // Statistics may be another writer's: the rows are counted.
                let before = try count(present, [])
                let partition = partitions.map { (column: $0, value: found.partitionValues[$0] ?? nil) }
                let kept = "SELECT \(columns) FROM \(present) WHERE \(condition) IS NOT TRUE"
                let file = try DataFile.write(kept, parameters, stored, partition, in: base.log, session)
                if let file { files.append(file) }
                let gone = before - (file?.statistics.rowCount ?? 0)
                // A condition of chance may have kept the row this time.
                if gone == 0, let file {
                    files.removeLast()
                    DurableFile.remove(file.path)
                    continue
                }
                replaced.append(logged)
                rows += gone
            }
        } catch {
            for file in files { DurableFile.remove(file.path) }
            throw error
        }
        return (replaced, files, rows)
    }

    private func count(_ rows: String, _ parameters: [QueryValue]) throws -> Int64 {
        var count: Int64 = 0
        try session.query("SELECT count(*) FROM \(rows)", parameters) {
            if case .long(let values)? = $0.columns.first?.values { count += values.first ?? 0 }
        }
        return count
    }
}
