import MartletDomain
import QueryEngine

/// Compares rows of the same key.
struct KeyedRows {
    let sides: DiffSides
    let session: any QuerySession

    private var keys: [DiffSides.Common] { sides.keyColumns }
    private var keyList: String { sqlList(keys) { place, _ in "k\(place)" } }

    /// - Throws: ``UnusableKey`` when a key is null or occurs twice, with examples of both sides.
    func checkKey() throws {
        var problems: [String] = []
        for side in [sides.from, sides.to] {
            let columns = sqlList(keys) { "\($1.sql) AS k\($0)" }
            let isNull = sqlList(keys, by: " OR ") { place, _ in "k\(place) IS NULL" }
            let texts = sqlList(keys) { place, _ in "\(shortText("k\(place)")) AS k\(place)" }
            let nulls =
                try session.collect(
                    "SELECT count(*) AS n FROM (SELECT \(columns) FROM \(side.relation)) WHERE \(isNull)"
                ).whole("n") ?? 0
            if nulls > 0 {
                let found = try session.collect(
                    "SELECT DISTINCT \(texts) FROM (SELECT \(columns) FROM \(side.relation)) WHERE \(isNull) ORDER BY ALL LIMIT 5"
                )
                problems.append(
                    "\(side.table): \(nulls) \(nulls == 1 ? "row has" : "rows have") a null in it, as \(examples(found))."
                )
            }
            let found = try session.collect(
                """
                SELECT \(texts), n, twice FROM (
                    SELECT *, count(*) OVER () AS twice FROM (
                        SELECT \(keyList), count(*) AS n FROM (SELECT \(columns) FROM \(side.relation))
                        WHERE NOT (\(isNull)) GROUP BY \(keyList) HAVING count(*) > 1)
                    ORDER BY \(keyList) LIMIT 5)
                """)
            if let twice = found.whole("twice") {
                problems.append(
                    "\(side.table): \(twice) \(twice == 1 ? "key occurs" : "keys occur") more than once, as \(examples(found))."
                )
            }
        }
        guard problems.isEmpty else { throw UnusableKey(sides.key, problems) }
    }

    private func examples(_ found: RecordBatch) -> String {
        (0..<found.rowCount).map { row in
            let values = found.texts(keys.indices.map { "k\($0)" }, at: row)
            let words = zip(keys, values).map { "\($0.name) = \($1 ?? "null")" }.joined(separator: ", ")
            let times = found["n"]?.longs?[row] ?? nil
            return "(\(words))" + (times.map { " \($0) times" } ?? "")
        }.joined(separator: "; ")
    }

    func compare(_ diff: inout DatasetDiff) throws {
        try collectChanges()
        let flags = sqlList(sides.common, by: "") { place, _ in ", CAST(count_if(d\(place)) AS BIGINT) AS d\(place)" }
        let counts = try session.collect(
            """
            SELECT CAST(count_if(kind = 1) AS BIGINT) AS added, CAST(count_if(kind = -1) AS BIGINT) AS removed,
            CAST(count_if(kind = 0) AS BIGINT) AS changed\(flags) FROM martlet_changes
            """)
        diff.addedRows = counts.whole("added") ?? 0
        diff.removedRows = counts.whole("removed") ?? 0
        diff.changedRows = counts.whole("changed") ?? 0
        diff.changedColumns = sides.common.enumerated()
            .map { ChangedColumn($1.name, rows: counts.whole("d\($0)") ?? 0) }
            .filter { $0.rows > 0 }.enumerated()
            .sorted { ($1.element.rows, $0.offset) < ($0.element.rows, $1.offset) }.map(\.element)
        if diff.addedRows > 0 { diff.added = try examples(of: 1, sides.to) }
        if diff.removedRows > 0 { diff.removed = try examples(of: -1, sides.from) }
        if diff.changedRows > 0 { diff.changed = try changes() }
    }

    /// The keys of rows that differ: 1 added, -1 removed, 0 changed, and then in which columns.
    private func collectChanges() throws {
        func side(_ side: DiffSide) -> String {
            let columns =
                keys.enumerated().map { "\($1.sql) AS k\($0)" }
                + sides.common.enumerated().map { "\($1.sql) AS v\($0)" } + ["true AS here"]
            return "(SELECT \(columns.joined(separator: ", ")) FROM \(side.relation))"
        }
        let differences = sides.common.indices.map { "a.v\($0) IS DISTINCT FROM b.v\($0)" }
        let columns =
            keys.indices.map { "coalesce(a.k\($0), b.k\($0)) AS k\($0)" }
            + ["CAST(CASE WHEN a.here IS NULL THEN 1 WHEN b.here IS NULL THEN -1 ELSE 0 END AS TINYINT) AS kind"]
            + differences.enumerated().map { "a.here IS NOT NULL AND b.here IS NOT NULL AND \($1) AS d\($0)" }
        let differs = (["a.here IS NULL", "b.here IS NULL"] + differences).joined(separator: " OR ")
        try session.execute("DROP TABLE IF EXISTS martlet_changes")
        try session.execute(
            """
            CREATE TEMP TABLE martlet_changes AS SELECT \(columns.joined(separator: ", "))
            FROM \(side(sides.from)) AS a FULL JOIN \(side(sides.to)) AS b
            ON \(sqlList(keys, by: " AND ") { place, _ in "a.k\(place) = b.k\(place)" }) WHERE \(differs)
            """)
    }

    /// The first keys of a kind, with their places in the order.
    private func firstKeys(of kind: Int) -> String {
        """
        (SELECT *, row_number() OVER (ORDER BY \(keyList)) AS place
        FROM (SELECT * FROM martlet_changes WHERE kind = \(kind) ORDER BY \(keyList) LIMIT \(DatasetDiff.exampleLimit)))
        """
    }

    private func onKeys(_ side: String, _ other: String) -> String {
        sqlList(keys, by: " AND ") { place, key in "\(side).\(quotedIdentifier(key.name)) = \(other).k\(place)" }
    }

    private func examples(of kind: Int, _ side: DiffSide) throws -> [RowExample] {
        let names = side.schema.names
        let found = try session.collect(
            """
            SELECT \(sqlList(names) { "\(shortText("r." + quotedIdentifier($1))) AS v\($0)" })
            FROM \(side.relation) AS r JOIN \(firstKeys(of: kind)) AS c ON \(onKeys("r", "c")) ORDER BY c.place
            """)
        return (0..<found.rowCount).map { row in
            RowExample(zip(names, found.texts(names.indices.map { "v\($0)" }, at: row)).map { ColumnText($0, $1) })
        }
    }

    private func changes() throws -> [RowChange] {
        let columns =
            keys.indices.map { "\(shortText("c.k\($0)")) AS k\($0)" }
            + sides.common.enumerated().flatMap { place, column in
                let name = quotedIdentifier(column.name)
                return [
                    "c.d\(place) AS d\(place)", "\(shortText("a." + name)) AS a\(place)",
                    "\(shortText("b." + name)) AS b\(place)",
                ]
            }
        let found = try session.collect(
            """
            SELECT \(columns.joined(separator: ", ")) FROM \(firstKeys(of: 0)) AS c
            JOIN \(sides.from.relation) AS a ON \(onKeys("a", "c"))
            JOIN \(sides.to.relation) AS b ON \(onKeys("b", "c")) ORDER BY c.place
            """)
        return (0..<found.rowCount).map { row in
            let key = zip(keys, found.texts(keys.indices.map { "k\($0)" }, at: row)).map { ColumnText($0.name, $1) }
            let changes = sides.common.enumerated().compactMap { place, column -> RowChange.Change? in
                guard found["d\(place)"]?.booleans?[row] == true else { return nil }
                let values = found.texts(["a\(place)", "b\(place)"], at: row)
                return RowChange.Change(column.name, from: values[0], to: values[1])
            }
            return RowChange(key: key, changes: changes)
        }
    }
}
