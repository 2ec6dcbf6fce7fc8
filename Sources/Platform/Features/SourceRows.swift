import MartletDomain
import QueryEngine

/// The rows of one view's table that concern the caller's keys, grouped by key.
struct SourceRows: Sendable {
    /// By column name.
    private(set) var columns: [String: Column] = [:]
    /// Rows of key `k` are `order[offsets[k] ..< offsets[k + 1]]`, in time order.
    private(set) var order: [Int32] = []
    private(set) var offsets: [Int] = [0]

    /// At most this many keys are looked for by the engine; for more, the whole table is read.
    static let keyLimit = 64

    /// Reads what `view` needs, for `keys`, up to the newest label time (nil if no row has one). Rows without a time
    /// or not yet known are left out.
    ///
    /// The order is total over what is read, so it does not depend on how the engine stores or scans the table.
    init(
        of view: CheckedView, keys: EntityKeys, keyColumns: [Column], newest: Int64?, from session: any QuerySession
    ) throws {
        let (sql, parameters) = Self.statement(view, keys: keys, keyColumns: keyColumns, newest: newest)
        var parts: [Column] = view.columns.map { Column($0.name, Column.empty($0.type)) }
        var ids: [Int32] = []
        try session.query(sql, parameters) { batch in
            let found = keys.lookUp(Array(batch.columns.prefix(view.source.entity.count)), rowCount: batch.rowCount)
            let kept = found.indices.filter { found[$0] >= 0 }
            ids += kept.map { found[$0] }
            guard ids.count <= Int(Int32.max) else {
                throw FeatureError.invalidComputation(["View \(view.view.name) has over \(Int32.max) rows"])
            }
            let rows = kept.count == batch.rowCount ? nil : kept.map { Int32(clamping: $0) }
            for (index, column) in batch.columns.enumerated() where index < parts.count {
                guard parts[index].append(rows.map { column.gathered($0, as: column.name) } ?? column) else {
                    let name = parts[index].name
                    throw FeatureError.invalidComputation([
                        "View \(view.view.name): column \(name) came as \(column.type), not as \(parts[index].type)"
                    ])
                }
            }
        }
        for part in parts { columns[part.name] = part }
        group(ids, keyCount: keys.count)
    }

    /// Stable: rows of one key stay in the order in which they came.
    private mutating func group(_ ids: [Int32], keyCount: Int) {
        var ends = [Int](repeating: 0, count: keyCount + 1)
        for id in ids { ends[Int(id) + 1] += 1 }
        for key in 0..<keyCount { ends[key + 1] += ends[key] }
        offsets = ends
        order = [Int32](repeating: 0, count: ids.count)
        for (row, id) in ids.enumerated() {
            order[ends[Int(id)]] = Int32(clamping: row)
            ends[Int(id)] += 1
        }
    }

    private static func statement(
        _ view: CheckedView, keys: EntityKeys, keyColumns: [Column], newest: Int64?
    ) -> (String, [QueryValue]) {
        let source = view.source
        var (conditions, parameters): ([String], [QueryValue]) = ([], [])
        for column in source.entity + [source.eventTime, source.availableAt].compactMap({ $0 }) {
            conditions.append("\(quotedIdentifier(column)) IS NOT NULL")
        }
        // By event time alone: later events never change an answer, but leaving out one that became known late would
        // move those after it to other places of the tree of sums.
        if let time = source.eventTime {
            conditions.append(newest == nil ? "false" : "\(quotedIdentifier(time)) <= ?")
            if let newest {
                let day: Int64 = 86_400_000_000
                let date = newest / day - (newest % day < 0 ? 1 : 0)
                parameters.append(view.eventTimeIsDate ? .date(Int32(clamping: date)) : .timestamp(newest))
            }
        }
        if (1...keyLimit).contains(keys.count) {
            let alternatives = keys.examples.map { row in
                let parts = zip(source.entity, keyColumns).map { column, key in
                    parameters.append(key.parameter(at: row))
                    return "\(quotedIdentifier(column)) = ?"
                }
                return "(" + parts.joined(separator: " AND ") + ")"
            }
            conditions.append("(" + alternatives.joined(separator: " OR ") + ")")
        }
        let names = view.columns.map { quotedIdentifier($0.name) }
        let time = [source.eventTime, source.tieBreak, source.availableAt].compactMap { $0.map(quotedIdentifier) }
        let order = time + names.filter { !time.contains($0) }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return (
            "SELECT \(names.joined(separator: ", ")) FROM \(view.relation) AS source\(filter)"
                + " ORDER BY \(order.joined(separator: ", "))", parameters
        )
    }
}

extension Column {
    /// A key cell to be bound to a statement.
    fileprivate func parameter(at row: Int) -> QueryValue {
        switch cell(at: row) {
        case .boolean(let value): .boolean(value)
        case .long(let value): .long(value)
        case .string(let value): .string(value)
        default: .null
        }
    }
}
