import MartletDomain
import QueryEngine

/// The rows that are merged into a table, in a temporary table of the session.
struct MergeSource {
    static let table = "martlet_merge"

    private let keys: [String]
    /// Columns that a row of the table keeps when another takes its place.
    private let kept: [String]
    private let base: TableState
    private let session: any QuerySession

    /// - Throws: ``DeltaError/schemaMismatch(table:problems:)`` when a key is null or comes twice.
    init(
        _ sql: String, _ parameters: [QueryValue], on keys: [String], keepingMissing: Bool, _ base: TableState,
        _ session: any QuerySession
    ) throws {
        let table = base.log.table
        let statement = SQLText.statement(sql)
        let selected = try SelectedColumns(of: statement, parameters, session)
        let given = Set(selected.columns.map(\.name))
        (self.keys, self.base, self.session) = (keys, base, session)
        kept = keepingMissing ? base.schema.names.filter { !given.contains($0) } : []
        var problems = keys.isEmpty ? ["a merge needs a key: name its columns"] : []
        for key in keys where base.schema[key] == nil || !given.contains(key) {
            problems.append("key '\(key)' is not a column of both the rows and the table: name one that is")
        }
        guard problems.isEmpty else { throw DeltaError.schemaMismatch(table: table, problems: problems) }
        let fitted = try selected.fitted(statement, to: base.schema, table: table)
        try session.execute("CREATE TEMPORARY TABLE \(Self.table) AS \(fitted)", parameters)
        do {
            problems = try keyProblems()
            guard problems.isEmpty else { throw DeltaError.schemaMismatch(table: table, problems: problems) }
        } catch {
            drop()
            throw error
        }
    }

    func drop() { _ = try? session.execute("DROP TABLE \(Self.table)") }

    private var list: String { keys.map(quotedIdentifier).joined(separator: ", ") }

    private func keyProblems() throws -> [String] {
        let anyNull = keys.map { quotedIdentifier($0) + " IS NULL" }.joined(separator: " OR ")
        var problems: [String] = []
        let nulls = try texts("SELECT CAST(count(*) AS VARCHAR) FROM \(Self.table) WHERE \(anyNull)").first ?? "0"
        if nulls != "0" {
            problems.append(
                "\(nulls) rows have a null in the key (\(keys.joined(separator: ", "))): give them one, or leave them "
                    + "out")
        }
        let repeated = try texts(
            "SELECT CAST(row(\(list)) AS VARCHAR) FROM \(Self.table) GROUP BY \(list) HAVING count(*) > 1 "
                + "ORDER BY \(list) LIMIT 6")
        if !repeated.isEmpty {
            let shown = repeated.prefix(5).map { String($0.prefix(200)) }.joined(separator: ", ")
            problems.append(
                "keys come more than once: \(shown)\(repeated.count > 5 ? " and others" : ""); keep one row of each")
        }
        return problems
    }

    private func texts(_ sql: String) throws -> [String] {
        var texts: [String] = []
        try session.query(sql) { batch in texts += (batch.columns.first?.strings ?? []).compactMap { $0 } }
        return texts
    }

    /// Writes the rows that stay of each file that holds one of the keys.
    /// - Returns: Those files, and the new ones. None of the new ones is left when this throws.
    func rewriteFiles() throws -> (replaced: [AddFile], files: [DataFile]) {
        let snapshot = try base.snapshot(at: 0, session)
        let partitions = base.metadata.partitionColumns
        let stored = TableSchema(base.schema.fields.filter { !partitions.contains($0.name) })
        let columns = stored.names.map(quotedIdentifier).joined(separator: ", ")
        let range = try KeyRange(of: Self.table, keys, base.schema, session)
        var replaced: [AddFile] = []
        var files: [DataFile] = []
        do {
            for (logged, found) in zip(base.replay.files, snapshot.files) where range.mayBe(in: logged) {
                var part = snapshot
                part.files = [found]
                let hits = try texts(
                    "SELECT CAST(count(*) AS VARCHAR) FROM \(part.relation) AS present "
                        + "SEMI JOIN \(Self.table) USING (\(list))")
                guard hits.first != "0" else { continue }
                replaced.append(logged)
                try keepMissing(from: part)
                let partition = partitions.map { (column: $0, value: found.partitionValues[$0] ?? nil) }
                let rows = "SELECT \(columns) FROM \(part.relation) AS present ANTI JOIN \(Self.table) USING (\(list))"
                if let file = try DataFile.write(rows, [], stored, partition, in: base.log, session) {
                    files.append(file)
                }
            }
        } catch {
            for file in files { DurableFile.remove(file.path) }
            throw error
        }
        return (replaced, files)
    }

    /// Gives rows that take the place of rows of `part` what those hold in columns that were not selected.
    private func keepMissing(from part: DeltaSnapshot) throws {
        guard !kept.isEmpty else { return }
        let columns = kept.map { "\(quotedIdentifier($0)) = present.\(quotedIdentifier($0))" }
        let match = keys.map { "\(Self.table).\(quotedIdentifier($0)) = present.\(quotedIdentifier($0))" }
        try session.execute(
            "UPDATE \(Self.table) SET \(columns.joined(separator: ", ")) FROM \(part.relation) AS present "
                + "WHERE \(match.joined(separator: " AND "))")
    }
}
