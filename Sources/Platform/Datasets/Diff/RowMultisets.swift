import MartletDomain
import QueryEngine

/// Compares rows as a whole, each as often as it occurs.
struct RowMultisets {
    let sides: DiffSides
    let session: any QuerySession

    func compare(_ diff: inout DatasetDiff) throws {
        let columns = sides.common
        guard !columns.isEmpty else {
            // Nothing in common: every row went, and others came.
            (diff.addedRows, diff.removedRows) = (diff.toRows, diff.fromRows)
            return
        }
        func side(_ side: DiffSide, _ sign: Int) -> String {
            "SELECT \(sqlList(columns) { "\($1.sql) AS v\($0)" }), \(sign) AS sign FROM \(side.relation)"
        }
        let list = sqlList(columns) { place, _ in "v\(place)" }
        try session.execute("DROP TABLE IF EXISTS martlet_changes")
        try session.execute(
            """
            CREATE TEMP TABLE martlet_changes AS SELECT \(list), CAST(sum(sign) AS BIGINT) AS n
            FROM (\(side(sides.to, 1)) UNION ALL \(side(sides.from, -1))) GROUP BY \(list) HAVING sum(sign) <> 0
            """)
        let counts = try session.collect(
            """
            SELECT CAST(coalesce(sum(n) FILTER (WHERE n > 0), 0) AS BIGINT) AS added,
            CAST(coalesce(-sum(n) FILTER (WHERE n < 0), 0) AS BIGINT) AS removed FROM martlet_changes
            """)
        diff.addedRows = counts.whole("added") ?? 0
        diff.removedRows = counts.whole("removed") ?? 0
        diff.added = try examples("n > 0", list)
        diff.removed = try examples("n < 0", list)
    }

    private func examples(_ condition: String, _ list: String) throws -> [RowExample] {
        let names = sides.common.map(\.name)
        let found = try session.collect(
            """
            SELECT \(sqlList(names) { place, _ in "\(shortText("v\(place)")) AS t\(place)" }), abs(n) AS n
            FROM (SELECT * FROM martlet_changes WHERE \(condition) ORDER BY \(list) LIMIT \(DatasetDiff.exampleLimit))
            ORDER BY \(list)
            """)
        return (0..<found.rowCount).map { row in
            let values = zip(names, found.texts(names.indices.map { "t\($0)" }, at: row)).map { ColumnText($0, $1) }
            return RowExample(values, count: (found["n"]?.longs?[row] ?? nil) ?? 1)
        }
    }
}
