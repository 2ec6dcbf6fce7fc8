import MartletDomain
import QueryEngine

/// Reads profiles of columns off a relation.
struct ProfileReading {
    let relation: String
    let rows: Int64
    let session: any QuerySession

    /// Up to this many rows a column's values are sorted in memory, 64 MiB of them; of more, quantiles are t-digests.
    static func quantilesAreExact(_ rows: Int64) -> Bool { rows <= 8_000_000 }

    /// Up to this many rows different values are all counted.
    private var countsDistinct: Bool { rows <= 1_000_000 }

    /// Values that are held at once while quantiles are computed.
    private static let valuesAtOnce: Int64 = 8_000_000

    func profiles(of fields: [TableSchema.Field]) throws -> [ColumnProfile] {
        let width = Self.quantilesAreExact(rows) ? min(40, max(1, Self.valuesAtOnce / max(1, rows))) : 40
        var profiles: [ColumnProfile] = []
        for start in stride(from: 0, to: fields.count, by: Int(width)) {
            profiles += try group(fields[start..<min(start + Int(width), fields.count)].map { ProfiledColumn($0) })
        }
        return profiles
    }

    private func group(_ columns: [ProfiledColumn]) throws -> [ColumnProfile] {
        let moments = try select(
            columns.enumerated().flatMap {
                $1.moments(
                    "\($0)", countsDistinct: countsDistinct, exactQuantiles: Self.quantilesAreExact(rows))
            }, columns)
        var profiles = columns.enumerated().map { $1.profile(moments, "\($0)", rows: rows, isCounted: countsDistinct) }
        let spread = columns.enumerated().map { $1.spread(profiles[$0], moments, "\($0)", rows: rows) }
        let expressions = spread.flatMap { $0.expressions }
        if !expressions.isEmpty {
            let found = try select(expressions, columns)
            for (index, one) in spread.enumerated() { one.complete(&profiles[index], found, "\(index)") }
        }
        for (index, column) in columns.enumerated() where column.hasLevels {
            profiles[index].topValues = try topValues(of: column)
        }
        return profiles
    }

    private func select(_ expressions: [String], _ columns: [ProfiledColumn]) throws -> RecordBatch {
        let inner = columns.enumerated().flatMap { $1.projection("\($0)") }.joined(separator: ", ")
        return try session.collect(
            "SELECT \(expressions.joined(separator: ", ")) FROM (SELECT \(inner) FROM \(relation)) AS t")
    }

    private func topValues(of column: ProfiledColumn) throws -> [ProfileCount] {
        let name = quotedIdentifier(column.field.name)
        let found = try session.collect(
            """
            SELECT \(shortText("x")) AS v, n FROM (SELECT x, count(*) AS n FROM (SELECT \(name) AS x FROM \(relation))
            WHERE x IS NOT NULL GROUP BY x ORDER BY n DESC, x LIMIT 10) ORDER BY n DESC, x
            """)
        return zip(found["v"]?.strings ?? [], found["n"]?.longs ?? []).map { ProfileCount($0 ?? "", $1 ?? 0) }
    }
}

/// An expression's value as text of at most 200 characters, the last one `…` when something was cut.
func shortText(_ expression: String) -> String {
    let text = "CAST(\(expression) AS VARCHAR)"
    return "CASE WHEN length(\(text)) > 200 THEN left(\(text), 199) || '…' ELSE \(text) END"
}
