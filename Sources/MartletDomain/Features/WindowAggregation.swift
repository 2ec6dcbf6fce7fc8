/// What a span of events amounts to; spans join in time order. An empty span changes nothing, not even the sign of
/// zero.
protocol WindowSummary: Sendable {
    static var empty: Self { get }
    static func joined(_ earlier: Self, _ later: Self) -> Self
}

/// A tree over the positions of a timeline whose leaves are filled in as events become known.
///
/// Positions are fixed and blocks aligned to powers of two, so the order of additions depends on the known events and
/// the start asked for alone: nothing is ever subtracted, and later leaves, being empty, change no bit.
private struct WindowTree<Summary: WindowSummary> {
    private var nodes: [Summary]
    private let leaves: Int

    init(count: Int) {
        var leaves = 1
        while leaves < count { leaves *= 2 }
        self.leaves = leaves
        nodes = Array(repeating: .empty, count: 2 * leaves)
    }

    mutating func fill(_ position: Int, with summary: Summary) {
        var node = position + leaves
        nodes[node] = summary
        while node > 1 {
            node /= 2
            nodes[node] = Summary.joined(nodes[2 * node], nodes[2 * node + 1])
        }
    }

    /// All filled leaves from `start` on.
    func summary(from start: Int) -> Summary {
        guard start < leaves else { return .empty }
        var node = start + leaves
        var result = nodes[node]
        while node > 1 {
            if node % 2 == 0 { result = Summary.joined(result, nodes[node + 1]) }
            node /= 2
        }
        return result
    }
}

extension EventTimeline {
    /// The summary of each window `[t − d, t)`, of what was known at `t`. O((events + times) log events).
    private func sweep<Summary: WindowSummary>(
        _ labels: LabelTimes, _ window: FeatureWindow, leaf: (Int) -> Summary?
    ) -> [Summary] {
        guard !events.isEmpty else { return Array(repeating: .empty, count: labels.slots.count) }
        var tree = WindowTree<Summary>(count: events.count)
        var next = 0
        var answers: [Summary] = []
        answers.reserveCapacity(labels.times.count)
        for time in labels.times {
            while next < byActivation.count {
                let position = Int(byActivation[next])
                guard Self.activation(events[position]) <= time else { break }
                if let summary = leaf(position) { tree.fill(position, with: summary) }
                next += 1
            }
            let start = window == .lifetime ? 0 : position(of: window.start(before: time))
            answers.append(start < events.count ? tree.summary(from: start) : .empty)
        }
        return labels.spread(answers)
    }

    /// How many rows of each window are `included`.
    public func counts(
        at labels: LabelTimes, over window: FeatureWindow, included: (_ row: Int) -> Bool
    ) -> [Int64] {
        sweep(labels, window) { included(events[$0].row) ? CountSummary(count: 1) : nil }.map(\.count)
    }

    /// Sum and number of the values that are not nil, added as doubles in a fixed order.
    public func sums(
        at labels: LabelTimes, over window: FeatureWindow, value: (_ row: Int) -> Double?
    ) -> [(sum: Double, count: Int64)] {
        sweep(labels, window) { value(events[$0].row).map { DoubleSummary(sum: $0, count: 1) } }
            .map { ($0.sum, $0.count) }
    }

    /// Sum and number of the values that are not nil, exact; a nil sum is beyond 128 bits.
    public func exactSums(
        at labels: LabelTimes, over window: FeatureWindow, value: (_ row: Int) -> Int128?
    ) -> [(sum: Int128?, count: Int64)] {
        sweep(labels, window) { value(events[$0].row).map { ExactSummary(sum: $0, count: 1, overflow: false) } }
            .map { ($0.overflow ? nil : $0.sum, $0.count) }
    }

    /// The row with the smallest rank of each window, the earliest of equals; nil if no row has a rank.
    public func minima(
        at labels: LabelTimes, over window: FeatureWindow, rank: (_ row: Int) -> Int64?
    ) -> [Int?] {
        sweep(labels, window) { position in
            let row = events[position].row
            return rank(row).map { RowSummary(rank: $0, position: position) }
        }.map { $0.position < 0 ? nil : events[$0.position].row }
    }

    /// The row with the greatest rank of each window, the earliest of equals; nil if no row has a rank.
    public func maxima(
        at labels: LabelTimes, over window: FeatureWindow, rank: (_ row: Int) -> Int64?
    ) -> [Int?] {
        minima(at: labels, over: window) { row in rank(row).map { ~$0 } }
    }

    /// A row found by time, and whether another has an equal claim.
    public struct Edge: Sendable, Equatable {
        public var row: Int
        public var isAmbiguous: Bool
    }

    /// The first or the last included row of each window by event time, then tie break.
    public func edges(
        at labels: LabelTimes, over window: FeatureWindow, last: Bool, included: (_ row: Int) -> Bool
    ) -> [Edge?] {
        let found: [RowSummary] = sweep(labels, window) { position in
            guard included(events[position].row) else { return nil }
            return RowSummary(rank: Int64(last ? ~position : position), position: position)
        }
        return zip(found, labels.slots).map { summary, slot in
            guard summary.position >= 0 else { return nil }
            let time = labels.times[Int(slot)]
            return Edge(
                row: events[summary.position].row,
                isAmbiguous: isAmbiguous(at: summary.position, knownBy: time, included: included))
        }
    }
}

private struct CountSummary: WindowSummary {
    var count: Int64

    static let empty = CountSummary(count: 0)
    static func joined(_ earlier: Self, _ later: Self) -> Self { Self(count: earlier.count + later.count) }
}

private struct DoubleSummary: WindowSummary {
    var sum: Double
    var count: Int64

    static let empty = DoubleSummary(sum: 0, count: 0)
    static func joined(_ earlier: Self, _ later: Self) -> Self {
        if earlier.count == 0 { return later }
        if later.count == 0 { return earlier }
        return Self(sum: earlier.sum + later.sum, count: earlier.count + later.count)
    }
}

private struct ExactSummary: WindowSummary {
    var sum: Int128
    var count: Int64
    var overflow: Bool

    static let empty = ExactSummary(sum: 0, count: 0, overflow: false)
    static func joined(_ earlier: Self, _ later: Self) -> Self {
        let (sum, overflow) = earlier.sum.addingReportingOverflow(later.sum)
        return Self(
            sum: sum, count: earlier.count + later.count, overflow: overflow || earlier.overflow || later.overflow)
    }
}

private struct RowSummary: WindowSummary {
    var rank: Int64
    /// Below zero for none.
    var position: Int

    static let empty = RowSummary(rank: .max, position: -1)
    static func joined(_ earlier: Self, _ later: Self) -> Self {
        if earlier.position < 0 { return later }
        return later.position >= 0 && later.rank < earlier.rank ? later : earlier
    }
}
