/// How often each value is there: the exact number of distinct values, also after values have left.
package struct DistinctCounts<Value: Hashable & Sendable>: Sendable {
    private(set) package var counts: [Value: Int64] = [:]

    package init() {}

    package mutating func add(_ value: Value, times: Int64 = 1) { counts[value, default: 0] &+= times }

    /// Takes away a value that was added before.
    package mutating func remove(_ value: Value) {
        guard let count = counts[value] else { return }
        if count > 1 { counts[value] = count - 1 } else { counts[value] = nil }
    }

    package mutating func merge(_ other: DistinctCounts) {
        if counts.isEmpty {
            counts = other.counts
        } else {
            counts.merge(other.counts) { $0 &+ $1 }
        }
    }

    /// The number of distinct values.
    package var count: Int64 { Int64(counts.count) }
}
