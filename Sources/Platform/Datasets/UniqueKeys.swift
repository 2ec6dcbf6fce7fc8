import DeltaLake
import MartletDomain
import QueryEngine

/// Columns that must tell the rows of a new table apart.
struct UniqueKeys {
    private let keys: [String]
    private let table: TableName

    init(_ keys: [String], of table: TableName) { (self.keys, self.table) = (keys, table) }

    /// - Throws: ``DeltaError/schemaMismatch(table:problems:)`` with every key that is missing, null or repeated.
    func check(_ sql: String, _ session: any QuerySession) throws {
        let schema = try session.schema(of: "SELECT * FROM (\(sql)\n)")
        var problems = keys.filter { schema[$0] == nil }.map { "key '\($0)' is not a column: name one that is" }
        guard problems.isEmpty else { throw mismatch(problems) }
        let list = keys.map(quotedIdentifier).joined(separator: ", ")
        let anyNull = keys.map { quotedIdentifier($0) + " IS NULL" }.joined(separator: " OR ")
        let nulls = try session.collect("SELECT count(*) AS n FROM (\(sql)\n) WHERE \(anyNull)")["n"]?.longs?.first
        if let nulls, let count = nulls, count > 0 {
            problems.append("\(count) rows have a null in the key (\(keys.joined(separator: ", "))): give them one")
        }
        let repeated = try session.collect(
            "SELECT CAST(row(\(list)) AS VARCHAR) AS key FROM (\(sql)\n) GROUP BY \(list) HAVING count(*) > 1 "
                + "ORDER BY \(list) LIMIT 5")["key"]?.strings
        if let shown = repeated?.compactMap({ $0?.prefix(200) }), !shown.isEmpty {
            problems.append("keys come more than once: \(shown.joined(separator: ", ")); keep one row of each")
        }
        guard problems.isEmpty else { throw mismatch(problems) }
    }

    private func mismatch(_ problems: [String]) -> DeltaError {
        .schemaMismatch(table: table.description, problems: problems)
    }
}
