/// The exact sum of any doubles, rounded once when it is asked for.
///
/// Adding, taking away and merging lose nothing, and their order changes nothing: what comes out is a function of the
/// values that are in it. Infinities and NaN are counted apart, so that they can be taken away again.
package struct ExactSum: Sendable {
    private(set) package var finite = FixedPointSum()
    private(set) var nanCount: Int64 = 0
    private(set) var infinityCount: Int64 = 0
    private(set) var negativeInfinityCount: Int64 = 0

    package init() {}

    init(finite: FixedPointSum, nanCount: Int64, infinityCount: Int64, negativeInfinityCount: Int64) {
        (self.finite, self.nanCount) = (finite, nanCount)
        (self.infinityCount, self.negativeInfinityCount) = (infinityCount, negativeInfinityCount)
    }

    @inline(__always)
    package mutating func add(_ value: Double) {
        let parts = BinaryParts(value)
        if parts.isFinite {
            finite.add(parts.magnitude, at: parts.position, negative: parts.isNegative)
        } else {
            count(value, 1)
        }
    }

    /// Takes away a value that was added before.
    @inline(__always)
    package mutating func remove(_ value: Double) {
        let parts = BinaryParts(value)
        if parts.isFinite {
            finite.add(parts.magnitude, at: parts.position, negative: !parts.isNegative)
        } else {
            count(value, -1)
        }
    }

    package mutating func merge(_ other: ExactSum) {
        finite.add(other.finite)
        nanCount &+= other.nanCount
        infinityCount &+= other.infinityCount
        negativeInfinityCount &+= other.negativeInfinityCount
    }

    private mutating func count(_ value: Double, _ step: Int64) {
        if value.isNaN {
            nanCount &+= step
        } else if value > 0 {
            infinityCount &+= step
        } else {
            negativeInfinityCount &+= step
        }
    }

    /// What infinities and NaN make of the sum; nil if there are none.
    var special: Double? {
        if nanCount > 0 || infinityCount > 0 && negativeInfinityCount > 0 { return .nan }
        if infinityCount > 0 { return .infinity }
        return negativeInfinityCount > 0 ? -.infinity : nil
    }

    /// The double nearest to the sum, ties to even; 0 (never −0) if nothing is left. Infinite if the sum lies beyond the
    /// doubles or infinities of one sign are in it; NaN if NaN is, or infinities of both signs.
    package var rounded: Double {
        if let special { return special }
        guard let leading = finite.leading else { return 0 }
        return roundedDouble(leading.bits, exponent: leading.exponent, isNegative: leading.isNegative)
    }

    /// The sum rounded to 53 bits, divided by `count`, which is not 0. Finite even where the sum leaves the doubles.
    package func average(of count: Int64) -> Double {
        if let special { return special }
        guard let leading = finite.leading else { return 0 }
        let sum = roundedDouble(leading.bits, exponent: leading.exponent, isNegative: leading.isNegative)
        guard sum.isInfinite else { return sum / Double(count) }
        let scaled = roundedDouble(leading.bits, exponent: 0, isNegative: leading.isNegative) / Double(count)
        return Double(sign: .plus, exponent: leading.exponent, significand: scaled)
    }

    /// Whether nothing, or only what adds up to 0, is in it.
    package var isZero: Bool { special == nil && finite.isZero }
}

/// A double as a whole number times a power of two, where ``FixedPointSum`` wants it.
struct BinaryParts {
    let isFinite: Bool
    let isNegative: Bool
    let magnitude: UInt64
    /// Of the last bit, in units of ``FixedPointSum``.
    let position: Int
    /// The same for the square.
    var squarePosition: Int { 2 * position - FixedPointSum.origin }

    @inline(__always)
    init(_ value: Double) {
        let bits = value.bitPattern
        let exponent = Int(bits >> 52 & 0x7FF)
        isFinite = exponent != 0x7FF
        isNegative = bits >> 63 == 1
        magnitude = bits & 0xF_FFFF_FFFF_FFFF | (exponent == 0 ? 0 : 1 << 52)
        position = max(exponent, 1) - 1075 + FixedPointSum.origin
    }
}
