import MartletDomain
import QueryEngine

/// What the footer of a Parquet file of ours says about its columns, without a row being read.
///
/// Writers leave a bound out when a NaN or an infinity is among the values, and cut long texts; such a column is not told.
struct FooterStatistics {
    /// One value each: `rows`, and for the field of each index `count`, and `min` and `max` where they are told.
    private(set) var row: [Column] = []
    /// Indices of the fields that need no further look at their values.
    private(set) var told: Set<Int> = []

    /// Columns of a statement, at most.
    private static let group = 64

    init(of path: String, _ schema: TableSchema, _ session: any QuerySession) throws {
        let file = quotedFile(path)
        try session.query("SELECT CAST(sum(num_rows) AS BIGINT) AS rows FROM parquet_file_metadata(\(file))", []) {
            if $0.rowCount > 0 { row += $0.columns }
        }
        for start in stride(from: 0, to: schema.fields.count, by: Self.group) {
            let indices = start..<min(start + Self.group, schema.fields.count)
            let terms = indices.flatMap { Self.terms($0, schema.fields[$0]) }
            let sql = """
                SELECT \(terms.joined(separator: ", ")) FROM (
                    SELECT *, num_values - coalesce(stats_null_count, 0) AS present FROM parquet_metadata(\(file))
                    WHERE column_id BETWEEN \(indices.lowerBound) AND \(indices.upperBound - 1))
                """
            var found: [Column] = []
            try session.query(sql, []) { if $0.rowCount > 0 { found = $0.columns } }
            for index in indices {
                guard let whole = found.first(where: { $0.name == "whole\(index)" }),
                    case .boolean([true]) = whole.values, !whole.isNull(at: 0)
                else { continue }
                told.insert(index)
            }
            let kept = Set(indices.filter(told.contains).flatMap { ["count\($0)", "min\($0)", "max\($0)"] })
            row += found.filter { kept.contains($0.name) }
        }
    }

    private static func terms(_ index: Int, _ field: TableSchema.Field) -> [String] {
        // Values of other columns are not cast: CASE leaves them alone, as a FILTER does not.
        func own(_ value: String) -> String { "CASE WHEN column_id = \(index) THEN \(value) END" }
        func bound(_ name: String) -> String { "TRY_CAST(stats_\(name)_value AS \(field.type.sqlName))" }
        var terms = ["CAST(sum(\(own("present"))) AS BIGINT) AS count\(index)"]
        // Without a count of nulls nobody knows how many values there are.
        var isTold = "stats_null_count IS NOT NULL"
        if field.type != .binary {
            for name in ["min", "max"] {
                let value = "\(name)(\(own(bound(name))))"
                let kept = field.type == .string ? "left(\(value), \(FileStatistics.textLimit + 1))" : value
                terms.append("\(kept) AS \(name)\(index)")
            }
            isTold +=
                " AND (present = 0 OR (coalesce(min_is_exact AND max_is_exact, false) AND \(bound("min")) IS NOT NULL "
                + "AND \(bound("max")) IS NOT NULL))"
        }
        terms.append("coalesce(bool_and(\(own(isTold))), false) AS whole\(index)")
        return terms
    }
}
