import QueryEngine

import FeatureEngine

extension RandomHistory {
    private static func column<Value>(
        _ name: String, _ values: [Value?], _ zero: Value, _ wrap: ([Value]) -> Column.Values
    ) -> Column {
        Column(
            name, wrap(values.map { $0 ?? zero }),
            validity: values.contains { $0 == nil } ? values.map { $0 != nil } : nil)
    }

    static func batch(_ events: [Event]) -> RecordBatch {
        RecordBatch(
            columns: [
                column("key", events.map(\.key), 0) { .long($0) },
                column("part", events.map(\.part), "") { .string($0) },
                column("at", events.map(\.time), 0) { .timestamp($0) },
                column("known", events.map(\.known), 0) { .timestamp($0) },
                column("rank", events.map(\.rank), 0) { .long($0) },
                column("long", events.map(\.long), 0) { .long($0) },
                column("double", events.map(\.double), 0) { .double($0) },
                column("text", events.map(\.text), "") { .string($0) },
                column("flag", events.map(\.flag), false) { .boolean($0) },
                column("dec", events.map(\.decimal), 0) { .decimal($0, precision: 18, scale: 2) },
            ], rowCount: events.count)
    }

    static func batch(_ requests: [Request]) -> RecordBatch {
        RecordBatch(
            columns: [
                column("k", requests.map(\.key), 0) { .long($0) },
                column("p", requests.map(\.part), "") { .string($0) },
                column("now", requests.map(\.time), 0) { .timestamp($0) },
            ], rowCount: requests.count)
    }

    static func create(
        _ columns: [Relation.Column], as table: String, _ rows: RecordBatch, in session: any QuerySession
    )
        throws
    {
        let list = columns.map { "\(quotedIdentifier($0.name)) \($0.kind.sqlName)" }.joined(separator: ", ")
        try session.execute("CREATE TEMP TABLE \(table) (\(list))")
        if rows.rowCount > 0 { try session.append(rows, to: table) }
    }
}
