/// The rows of one key by time, with what each stretch of them adds up to: a tree whose leaves hold rows and whose nodes
/// hold the state of every slot over the rows below them.
///
/// A window takes whole nodes and the rows at its two edges: nothing is ever subtracted. A row that comes late is put where
/// its time belongs, and the nodes above it take it in. A node with rows that were not known yet at the time asked for is
/// entered instead of taken whole.
struct EventLog: Sendable {
    static let leafLimit = 64
    static let childLimit = 32

    private(set) var root = Node()
    /// What rows that were let go add up to, by slot; empty for none. Only windows without a start may use it.
    private(set) var folded: [AggregateState] = []
    private(set) var foldedNewest: Int64 = .min

    struct Node: Sendable {
        var first: Int64 = .max
        var last: Int64 = .min
        /// When the last of the rows became known.
        var known: Int64 = .min
        var count = 0
        /// By slot; empty for a root that is a leaf.
        var tiles: [AggregateState] = []
        var children: [Node] = []
        var block = RowBlock()
    }

    var count: Int { root.count }
    var isEmpty: Bool { root.count == 0 && folded.isEmpty }

    init() {}

    /// - Parameter rows: In any order.
    init(_ rows: [EventRow], folded: [AggregateState] = [], foldedNewest: Int64 = .min, _ layout: StreamLayout) {
        for row in rows.sorted(by: { $0.time < $1.time }) { insert(row, layout) }
        (self.folded, self.foldedNewest) = (folded, foldedNewest)
    }

    mutating func insert(_ row: EventRow, _ layout: StreamLayout) {
        guard let sibling = root.insert(row, layout, isRoot: true) else { return }
        var parent = Node()
        parent.children = [root, sibling]
        parent.summarize(layout)
        root = parent
    }

    /// Takes out the rows of one time and tie break.
    mutating func remove(time: Int64, tieBreak: CellValue, _ layout: StreamLayout) {
        root.remove(time: time, tieBreak: tieBreak, layout, isRoot: true)
    }

    /// Every row in time order.
    func forEachRow(_ layout: StreamLayout, _ body: (EventRow) -> Void) {
        root.forEachRow(layout, body)
    }

    /// Lets rows go: those before `time` that were known at `horizon`, but for the newest of them if `keepsNewest`.
    ///
    /// - Parameter folding: Slots whose windows have no start; they keep what the rows added up to.
    mutating func fold(
        before time: Int64, knownAt horizon: Int64, folding slots: [Int], keepsNewest: Bool, _ layout: StreamLayout
    ) {
        guard root.count > 0, root.first < time else { return }
        var newest: Int64?
        if keepsNewest { newest = self.newestTime(through: horizon, knownAt: horizon, layout) }
        var kept: [EventRow] = []
        var (states, foldedNewest) = (folded, foldedNewest)
        if states.isEmpty, !slots.isEmpty { states = layout.slots.map(\.rule.empty) }
        forEachRow(layout) { row in
            guard row.time < time, row.availableAt <= horizon, row.time != newest else {
                kept.append(row)
                return
            }
            foldedNewest = max(foldedNewest, row.time)
            for slot in slots { layout.slots[slot].add(row, layout, to: &states[slot]) }
        }
        if kept.count == root.count { return }
        self = EventLog(kept, folded: states, foldedNewest: foldedNewest, layout)
    }
}

extension StreamLayout.Slot {
    /// Takes a row in if it fulfils the slot's condition.
    func add(_ row: EventRow, _ layout: StreamLayout, to state: inout AggregateState) {
        if let condition, !row.conditions[condition] { return }
        state.add(
            column.map { row.cells[$0] } ?? .null, eventTime: row.time,
            tieBreak: layout.tieBreak.map { row.cells[$0] } ?? .null)
    }

    func add(_ block: RowBlock, _ row: Int, _ layout: StreamLayout, to state: inout AggregateState) {
        if let condition, !block.fulfils(condition, row, layout) { return }
        switch state {
        case .rows(let count): state = .rows(count &+ 1)
        case .first, .last:
            state.add(
                column.map { block.cell($0, row, layout) } ?? .null, eventTime: block.time(row, layout),
                tieBreak: block.tieBreak(row, layout))
        default:
            state.add(column.map { block.cell($0, row, layout) } ?? .null, eventTime: 0, tieBreak: .null)
        }
    }
}
