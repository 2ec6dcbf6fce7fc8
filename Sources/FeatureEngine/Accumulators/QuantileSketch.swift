/// DDSketch: quantiles of doubles with a relative accuracy of 1 %, a function of the set of values alone.
///
/// C. Masson, J. Rim, H. Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", VLDB
/// 2019. A value's bucket comes from its exponent and a quadratic of its significand in place of a logarithm (8 % more
/// buckets): additions, products and one root, which are the same on every machine. Buckets are never joined: there can be
/// at most 79,000 of a sign, and values within nine decades of each other fill at most 1,130.
package struct QuantileSketch: Sendable, Equatable {
    /// Counts by bucket, ascending, none 0.
    struct Buckets: Sendable, Equatable {
        var indices: [Int32] = []
        var counts: [Int64] = []

        mutating func add(_ index: Int32, _ count: Int64) {
            var (low, high) = (0, indices.count)
            while low < high {
                let middle = (low + high) / 2
                if indices[middle] < index { low = middle + 1 } else { high = middle }
            }
            if low < indices.count, indices[low] == index {
                counts[low] &+= count
                if counts[low] == 0 {
                    indices.remove(at: low)
                    counts.remove(at: low)
                }
            } else {
                indices.insert(index, at: low)
                counts.insert(count, at: low)
            }
        }

        mutating func merge(_ other: Buckets) {
            if other.indices.isEmpty { return }
            if indices.isEmpty {
                self = other
                return
            }
            var merged = Buckets()
            merged.indices.reserveCapacity(indices.count + other.indices.count)
            merged.counts.reserveCapacity(indices.count + other.indices.count)
            var (left, right) = (0, 0)
            while left < indices.count || right < other.indices.count {
                let mine = left < indices.count ? indices[left] : .max
                let others = right < other.indices.count ? other.indices[right] : .max
                var count: Int64 = 0
                if mine <= others {
                    count &+= counts[left]
                    left += 1
                }
                if others <= mine {
                    count &+= other.counts[right]
                    right += 1
                }
                merged.indices.append(min(mine, others))
                merged.counts.append(count)
            }
            self = merged
        }
    }

    private(set) var positive = Buckets()
    private(set) var negative = Buckets()
    private(set) var zeroCount: Int64 = 0
    private(set) var infinityCount: Int64 = 0
    private(set) var negativeInfinityCount: Int64 = 0
    private(set) var nanCount: Int64 = 0
    /// The number of values.
    private(set) package var count: Int64 = 0

    package init() {}

    init(
        positive: Buckets, negative: Buckets, zeroCount: Int64, infinityCount: Int64, negativeInfinityCount: Int64,
        nanCount: Int64, count: Int64
    ) {
        (self.positive, self.negative, self.zeroCount) = (positive, negative, zeroCount)
        (self.infinityCount, self.negativeInfinityCount) = (infinityCount, negativeInfinityCount)
        (self.nanCount, self.count) = (nanCount, count)
    }

    package mutating func add(_ value: Double) { step(value, 1) }

    /// Takes away a value that was added before.
    package mutating func remove(_ value: Double) { step(value, -1) }

    private mutating func step(_ value: Double, _ step: Int64) {
        count &+= step
        if value.isNaN {
            nanCount &+= step
        } else if value.isInfinite {
            if value > 0 { infinityCount &+= step } else { negativeInfinityCount &+= step }
        } else if value == 0 {
            zeroCount &+= step
        } else if value > 0 {
            positive.add(Self.bucket(of: value), step)
        } else {
            negative.add(Self.bucket(of: -value), step)
        }
    }

    package mutating func merge(_ other: QuantileSketch) {
        positive.merge(other.positive)
        negative.merge(other.negative)
        zeroCount &+= other.zeroCount
        infinityCount &+= other.infinityCount
        negativeInfinityCount &+= other.negativeInfinityCount
        nanCount &+= other.nanCount
        count &+= other.count
    }

    /// A value within 1 % of the one at rank `⌊q·(n − 1)⌋`, counted from 0 in ascending order with NaN last; nil of nothing.
    package func quantile(_ q: Double) -> Double? {
        guard count > 0 else { return nil }
        var rest = Int64((q * Double(count - 1)).rounded(.down))
        if rest < negativeInfinityCount { return -.infinity }
        rest -= negativeInfinityCount
        for (index, count) in zip(negative.indices, negative.counts).reversed() {
            if rest < count { return -Self.value(of: index) }
            rest -= count
        }
        if rest < zeroCount { return 0 }
        rest -= zeroCount
        for (index, count) in zip(positive.indices, positive.counts) {
            if rest < count { return Self.value(of: index) }
            rest -= count
        }
        return rest < infinityCount ? .infinity : .nan
    }

    /// `3 / (4 · ln(1.01 / 0.99))`: buckets for a doubling at the quadratic's flattest.
    private static let bucketsPerOctave = 37.498_749_966_664_92

    /// Of a positive finite value: ⌊m · (e + s·(4 − s)/3)⌋ for `2^e · (1 + s)`.
    static func bucket(of value: Double) -> Int32 {
        let fraction = value.significand - 1
        let place = Double(value.exponent) + fraction * (4 - fraction) / 3
        return Int32((place * bucketsPerOctave).rounded(.down))
    }

    /// The smallest value of a bucket.
    private static func start(of bucket: Int32) -> Double {
        let place = Double(bucket) / bucketsPerOctave
        let exponent = place.rounded(.down)
        let fraction = 2 - (4 - 3 * (place - exponent)).squareRoot()
        return min(
            Double(sign: .plus, exponent: Int(exponent), significand: 1 + fraction), .greatestFiniteMagnitude)
    }

    /// The value that is at most 1 % off every one of its bucket.
    static func value(of bucket: Int32) -> Double {
        let (low, high) = (start(of: bucket), start(of: bucket + 1))
        guard low < high else { return low }
        return low * (2 / (1 + low / high))
    }
}
