import Foundation

/// Bin edges, ascending. A bin holds its lower edge; the last one holds its upper edge too.
package struct Bins: Sendable, Equatable {
    package let edges: [Double]

    package var count: Int { edges.count - 1 }
    func width(_ bin: Int) -> Double { edges[bin + 1] - edges[bin] }

    /// `count` equal bins from `low` to `high`; around a single value the range is half a unit to either side.
    /// Nil when the range is wider than a double holds.
    init?(low: Double, high: Double, count: Int) {
        var (low, high, count) = (low, high, count)
        if low == high { (low, high, count) = (low - 0.5, high + 0.5, max(1, count)) }
        let step = (high - low) / Double(count)
        guard (high - low).isFinite, step.isFinite, count > 0 else { return nil }
        var edges = (0..<count).map { index in
            let offset = Double(index) * step
            return offset + low
        }
        edges.append(high)
        self.edges = edges
    }

    /// Sturges' bins of a sample of `size` values. The order of the operations decides between k and k + 1 bins
    /// when `size` is a power of two, so it must stay as it is.
    package static func sturges(low: Double, high: Double, size: Int) -> Bins? {
        guard low < high else { return Bins(low: low, high: high, count: 1) }
        let width = (high - low) / (log2(Double(size)) + 1)
        let bins = ((high - low) / width).rounded(.up)
        guard bins.isFinite, bins >= 1, bins < 1000 else { return nil }
        return Bins(low: low, high: high, count: Int(bins))
    }

    /// How many reference and how many current values fall in each bin.
    func counts(of pool: PooledCounts<Double>) -> (reference: [Int], current: [Int]) {
        var reference = [Int](repeating: 0, count: count)
        var current = reference
        var bin = 0
        for (index, value) in pool.values.enumerated() {
            while bin < count - 1, value >= edges[bin + 1] { bin += 1 }
            guard value >= edges[bin], value <= edges[count] else { continue }
            reference[bin] += pool.reference[index]
            current[bin] += pool.current[index]
        }
        return (reference, current)
    }
}
