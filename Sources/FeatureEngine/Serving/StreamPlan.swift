import MartletDomain
package import QueryEngine

/// One table's rows as a state keeps them: by which key and clock, and what of them.
struct StreamPlan: Sendable {
    /// What tells one stream from another.
    struct Identity: Sendable, Equatable {
        /// The source's name.
        var table: String
        var relation: String
        var entity: [String]
        var eventTime: BatchPlan.Clock?
        var availableAt: BatchPlan.Clock?
        var tieBreak: BatchPlan.Clock?
        var isInNanoseconds: Bool

        init(_ access: BatchPlan.Access) {
            (table, relation, entity) = (access.table, access.relation, access.entity)
            (eventTime, availableAt) = (access.eventTime, access.availableAt)
            tieBreak = access.eventTime == nil ? nil : access.tieBreak
            isInNanoseconds = access.isInNanoseconds
        }
    }

    let identity: Identity
    let entityKinds: [ColumnKind]
    /// The columns that are kept, then those that only conditions read.
    let columns: [Relation.Column]
    let layout: StreamLayout
    /// Windows that are asked for.
    let windows: [WindowBounds]
    let servesLookups: Bool

    /// Every column that is read, each once: keys, clocks, the others.
    var read: [Relation.Column] {
        var read = zip(identity.entity, entityKinds).map { Relation.Column($0, $1) }
        for clock in [identity.eventTime, identity.availableAt].compactMap({ $0 }) {
            read.append(.init(clock.column, clock.kind))
        }
        var seen: Set<String> = []
        return (read + columns).filter { seen.insert($0.name).inserted }
    }
}

/// Gathers what the steps of a plan want of one stream.
struct StreamBuilder {
    let identity: StreamPlan.Identity
    let entityKinds: [ColumnKind]
    private var kept: [Relation.Column] = []
    private var filters: [(expression: RowExpression, columns: [Relation.Column])] = []
    private var slots: [StreamLayout.Slot] = []
    private var windows: [WindowBounds] = []
    private var servesLookups = false

    init(_ identity: StreamPlan.Identity, _ entityKinds: [ColumnKind]) {
        (self.identity, self.entityKinds) = (identity, entityKinds)
        if let tie = identity.tieBreak { _ = keep(.init(tie.column, tie.kind)) }
    }

    /// The index of a kept column.
    private mutating func keep(_ column: Relation.Column) -> Int {
        if let index = kept.firstIndex(where: { $0.name == column.name }) { return index }
        kept.append(column)
        return kept.count - 1
    }

    mutating func look(up columns: [Relation.Column]) -> [Int] {
        servesLookups = true
        return columns.map { keep($0) }
    }

    /// The index of a slot.
    mutating func slot(
        _ rule: AggregateRule, of column: Relation.Column?, where filter: RowExpression?,
        _ filterColumns: [Relation.Column], over window: WindowBounds
    ) -> Int {
        if !windows.contains(window) { windows.append(window) }
        var condition: Int?
        if let filter {
            condition = filters.firstIndex { $0.expression == filter }
            if condition == nil {
                filters.append((filter, filterColumns))
                condition = filters.count - 1
            }
        }
        let slot = StreamLayout.Slot(rule: rule, column: column.map { keep($0) }, condition: condition)
        if let index = slots.firstIndex(of: slot) { return index }
        slots.append(slot)
        return slots.count - 1
    }

    func build() -> StreamPlan {
        var columns = kept
        var conditions: [StreamLayout.Condition] = []
        for filter in filters {
            var indices: [Int] = []
            for column in filter.columns {
                if let index = columns.firstIndex(where: { $0.name == column.name }) {
                    indices.append(index)
                } else {
                    columns.append(column)
                    indices.append(columns.count - 1)
                }
            }
            conditions.append(
                .init(expression: filter.expression, columns: indices, scales: filter.columns.map(\.kind.scale)))
        }
        let layout = StreamLayout(
            forms: kept.map(\.kind.form), hasAvailability: identity.availableAt != nil,
            tieBreak: identity.tieBreak.flatMap { tie in kept.firstIndex { $0.name == tie.column } },
            conditions: conditions, slots: slots)
        return StreamPlan(
            identity: identity, entityKinds: entityKinds, columns: columns, layout: layout, windows: windows,
            servesLookups: servesLookups)
    }
}

extension ColumnKind {
    /// Digits after the point of a decimal.
    var scale: Int { if case .decimal(_, let scale) = self { scale } else { 0 } }

    /// How a state holds it. Clocks without a zone and of nanoseconds are numbers; so is a row's number, which stands for
    /// what is only carried along.
    var form: StreamLayout.Form {
        switch self {
        case .boolean: .boolean
        case .byte, .short, .integer, .long, .naiveTimestamp, .nanoseconds, .other: .long
        case .float, .double: .double
        case .decimal: .decimal
        case .string: .string
        case .binary: .binary
        case .date: .date
        case .timestamp: .timestamp
        }
    }
}

extension Column {
    /// How a state would hold its cells.
    var form: StreamLayout.Form {
        switch values {
        case .boolean: .boolean
        case .byte, .short, .integer, .long: .long
        case .float, .double: .double
        case .decimal: .decimal
        case .string: .string
        case .binary: .binary
        case .date: .date
        case .timestamp: .timestamp
        }
    }

    package func cellValue(at row: Int) -> CellValue {
        if isNull(at: row) { return .null }
        return switch values {
        case .boolean(let values): .boolean(values[row])
        case .byte(let values): .long(Int64(values[row]))
        case .short(let values): .long(Int64(values[row]))
        case .integer(let values): .long(Int64(values[row]))
        case .long(let values): .long(values[row])
        case .float(let values): .double(Double(values[row]))
        case .double(let values): .double(values[row])
        case .decimal(let values, _, _): .decimal(values[row])
        case .string(let values): .string(values[row])
        case .binary(let values): .binary(values[row])
        case .date(let values): .date(values[row])
        case .timestamp(let values): .timestamp(values[row])
        }
    }
}
