import MartletDomain
import QueryEngine

/// How one engine spells what the planner says. The only place where its SQL is known.
package struct SQLDialect: Sendable {
    package static let duckDB = SQLDialect()

    func name(_ name: String) -> String { quotedIdentifier(name) }

    func cast(_ expression: String, to kind: ColumnKind) -> String { "CAST(\(expression) AS \(kind.sqlName))" }

    /// The value of a column of one kind as another. A decimal becomes the double nearest to it.
    func cast(_ expression: String, from source: ColumnKind, to kind: ColumnKind) -> String {
        guard kind == .double, let operand = RowExpression.Operand(duckDB: expression, columnType: source.sqlName),
            operand.type == .double
        else { return cast(expression, to: kind) }
        return cast(operand.sql, to: kind)
    }

    func text(_ expression: String) -> String { "CAST(\(expression) AS VARCHAR)" }

    func isNaN(_ expression: String) -> String { "isnan(\(expression))" }

    /// The number of a row of a temporary table, from 0, in the order of its rows.
    func rowNumber(of table: String) -> String { "\(table).rowid" }

    /// A relation's columns and the number of each row, from 0, as a column of the name `number`.
    func numbered(_ relation: String, _ columns: [String], as number: String) -> String {
        let list = columns.map(name) + ["row_number() OVER () - 1 AS \(number)"]
        return "SELECT \(list.joined(separator: ", ")) FROM \(relation)"
    }

    func create(_ table: String, as select: String) -> String { "CREATE TEMP TABLE \(table) AS \(select)" }

    func create(_ table: String, _ columns: [(name: String, type: String)]) -> String {
        "CREATE TEMP TABLE \(table) (\(columns.map { "\($0.name) \($0.type)" }.joined(separator: ", ")))"
    }

    func literal(_ text: String) -> String { quotedLiteral(text) }

    /// What stands for a column on its way through a kernel; nil for a kind that no kernel holds.
    func encoded(_ column: String, _ kind: ColumnKind) -> String? {
        switch kind {
        case .naiveTimestamp: "epoch_us(\(column))"
        case .nanoseconds: "epoch_ns(\(column))"
        case .other: nil
        default: column
        }
    }

    /// The column's own value again, of what ``encoded(_:_:)`` made of it.
    func decoded(_ column: String, _ kind: ColumnKind) -> String {
        switch kind {
        case .naiveTimestamp: "make_timestamp(\(column))"
        case .nanoseconds: "make_timestamp_ns(\(column))"
        default: column
        }
    }

    /// The type that a kernel's column is kept in.
    func storedType(_ kind: ColumnKind) -> String {
        switch kind {
        case .naiveTimestamp, .nanoseconds: "BIGINT"
        default: kind.sqlName
        }
    }

    /// A column that orders rows as `column` does, readable as 64-bit numbers or doubles; null the lowest.
    ///
    /// Numbers and clocks order themselves. Anything else takes its rank, which sorts the whole relation.
    func order(_ column: String, _ kind: ColumnKind) -> String {
        switch kind {
        case .boolean, .byte, .short, .integer, .long: "CAST(\(column) AS BIGINT)"
        case .timestamp, .naiveTimestamp: "epoch_us(\(column))"
        case .nanoseconds: "epoch_ns(\(column))"
        case .date: "CAST(\(column) - DATE '1970-01-01' AS BIGINT)"
        case .float, .double: "CAST(\(column) AS DOUBLE)"
        case .decimal, .string, .binary, .other:
            "CASE WHEN \(column) IS NOT NULL THEN dense_rank() OVER (ORDER BY \(column) NULLS FIRST) END"
        }
    }

    /// A clock as a column of dates, instants or whole numbers.
    func clock(_ column: String, _ kind: ColumnKind) -> String { encoded(column, kind) ?? column }

    /// Conditions that an instant is between two, as far as the engine has such instants.
    func within(_ span: ClosedRange<Int64>, _ column: String) -> [String] {
        let limit: Int64 = 9_000_000_000_000_000_000
        var conditions: [String] = []
        if span.lowerBound > -limit { conditions.append("\(column) >= make_timestamptz(\(span.lowerBound))") }
        if span.upperBound < limit { conditions.append("\(column) <= make_timestamptz(\(span.upperBound))") }
        return conditions
    }

    /// A row expression over columns in the order of its own.
    func expression(_ expression: RowExpression, _ columns: [(sql: String, kind: ColumnKind)]) throws -> String {
        try expression.sql(
            over: columns.compactMap { RowExpression.Operand(duckDB: $0.sql, columnType: $0.kind.sqlName) })
    }

    /// Tables of equal length side by side, row by row.
    func beside(_ tables: [String]) -> String { tables.joined(separator: " POSITIONAL JOIN ") }
}
