import MartletDomain
import QueryEngine

/// The table that pushed rows are written to, as it is now.
struct FlushTarget: Sendable {
    var source: TableName
    var schema: TableSchema
    /// Nil for a table of events.
    var table: FeatureTable?
    var destination: PushDestination

    /// - Throws: ``FeatureError/issues(_:)`` when the table changed so that the rows have no place in it.
    func fitted(_ push: PendingPush) throws -> FittingPush {
        if let id = push.featureTable, id != table?.id {
            throw FeatureError.issues([
                .init(.unknownTable, "the feature table \(source) was dropped after the push")
            ])
        }
        let rules = PushRules(
            table: source, schema: schema, rowKey: table?.keys.rowKey, ignoresOtherColumns: true)
        return FittingPush(push: push, rows: try push.frame.typed(rules))
    }

    /// The columns that a push is written in: those that it has, where a row keeps the others.
    func written(_ push: FittingPush) -> TableSchema {
        guard let table, table.keys.timeKey == nil else { return schema }
        return TableSchema(schema.fields.filter { push.rows[$0.name] != nil })
    }

    /// Pushes that can be one commit: in order, and of the same columns.
    func groups(_ pushes: [FittingPush]) -> [[FittingPush]] {
        var groups: [[FittingPush]] = []
        for push in pushes {
            if let one = groups.last?.first, written(one) == written(push) {
                groups[groups.count - 1].append(push)
            } else {
                groups.append([push])
            }
        }
        return groups
    }
}

struct FittingPush: Sendable {
    var push: PendingPush
    var rows: RecordBatch
}
