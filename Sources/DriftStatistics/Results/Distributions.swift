import Foundation
import ReportPage

/// How many values of each set lie in each of the common bins. A bin holds its lower edge, the last its upper too.
package struct BinnedCounts: Sendable, Codable, Equatable {
    /// One more than there are bins, ascending, in the column's unit.
    package let edges: [Double]
    package let reference: [Int]
    package let current: [Int]

    /// Shares per bin; each sums to 1.
    package var referenceShares: [Double] { shares(reference) }
    package var currentShares: [Double] { shares(current) }
}

/// The levels that are most frequent over both sets, and what became of the rest.
package struct LevelCounts: Sendable, Codable, Equatable {
    /// Most frequent first, at most ten.
    package let top: [LevelCount]
    /// Levels not in `top`, together; nil when there are none.
    package let other: OtherLevels?
    /// Levels in current only: how many, and the most frequent five.
    package let newCount: Int
    package let newLevels: [String]
    /// Levels in reference only: how many, and the most frequent five.
    package let lostCount: Int
    package let lostLevels: [String]

    package struct LevelCount: Sendable, Codable, Equatable {
        /// Shortened to 40 characters with `…`.
        package let level: String
        package let reference: Int
        package let current: Int
    }

    package struct OtherLevels: Sendable, Codable, Equatable {
        package let levelCount: Int
        package let reference: Int
        package let current: Int
    }

    init(_ counts: PooledCounts<String>) {
        let order = counts.values.indices.sorted { left, right in
            let leftTotal = counts.reference[left] + counts.current[left]
            let rightTotal = counts.reference[right] + counts.current[right]
            return leftTotal == rightTotal ? left < right : leftTotal > rightTotal
        }
        top = order.prefix(10).map { index in
            LevelCount(
                level: shortened(counts.values[index]), reference: counts.reference[index],
                current: counts.current[index])
        }
        let rest = order.dropFirst(10)
        other =
            rest.isEmpty
            ? nil
            : OtherLevels(
                levelCount: rest.count, reference: rest.reduce(0) { $0 + counts.reference[$1] },
                current: rest.reduce(0) { $0 + counts.current[$1] })
        let new = order.filter { counts.reference[$0] == 0 }
        let lost = order.filter { counts.current[$0] == 0 }
        newCount = new.count
        newLevels = new.prefix(5).map { shortened(counts.values[$0]) }
        lostCount = lost.count
        lostLevels = lost.prefix(5).map { shortened(counts.values[$0]) }
    }
}

/// Where the values of one set lie, in the column's unit.
package struct NumericSummary: Sendable, Codable, Equatable {
    /// Nil when the sum or the squares leave the range of a double.
    package let mean: Double?
    /// Population standard deviation.
    package let standardDeviation: Double?
    package let min: Double
    package let q05: Double
    package let q25: Double
    package let q50: Double
    package let q75: Double
    package let q95: Double
    package let max: Double

    /// Nil without values; `sorted` is ascending.
    init?(sorted: [Double], mean: Double, variance: Double) {
        guard let first = sorted.first, let last = sorted.last else { return nil }
        func quantile(_ share: Double) -> Double {
            let position = share * Double(sorted.count - 1)
            let below = Int(position.rounded(.down))
            let rest = position - Double(below)
            let above = Swift.min(below + 1, sorted.count - 1)
            return sorted[below] == sorted[above] ? sorted[below] : sorted[below] * (1 - rest) + sorted[above] * rest
        }
        self.mean = mean.isFinite ? mean : nil
        standardDeviation = variance.isFinite ? variance.squareRoot() : nil
        (min, max) = (first, last)
        (q05, q25, q50, q75, q95) = (quantile(0.05), quantile(0.25), quantile(0.5), quantile(0.75), quantile(0.95))
    }
}

func share(_ part: Int, of whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }

func shares(_ counts: [Int]) -> [Double] {
    let total = counts.reduce(0, +)
    return counts.map { share($0, of: total) }
}

func logTen(_ value: Double) -> Double { log10(value) }
