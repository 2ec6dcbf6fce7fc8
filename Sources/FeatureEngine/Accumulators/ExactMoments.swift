/// Count, sum and sum of squares of doubles, all exact; variance and deviation from them by whole numbers of any size, so
/// that values far from zero cost no digits.
package struct ExactMoments: Sendable {
    private(set) package var count: Int64 = 0
    private(set) package var sum = ExactSum()
    private(set) var squares = FixedPointSum()

    package init() {}

    init(count: Int64, sum: ExactSum, squares: FixedPointSum) {
        (self.count, self.sum, self.squares) = (count, sum, squares)
    }

    package mutating func add(_ value: Double) {
        count &+= 1
        sum.add(value)
        addSquare(of: value, negative: false)
    }

    /// Takes away a value that was added before.
    package mutating func remove(_ value: Double) {
        count &-= 1
        sum.remove(value)
        addSquare(of: value, negative: true)
    }

    package mutating func merge(_ other: ExactMoments) {
        count &+= other.count
        sum.merge(other.sum)
        squares.add(other.squares)
    }

    private mutating func addSquare(of value: Double, negative: Bool) {
        let parts = BinaryParts(value)
        guard parts.isFinite else { return }
        let (high, low) = parts.magnitude.multipliedFullWidth(by: parts.magnitude)
        squares.add(low, at: parts.squarePosition, negative: negative)
        squares.add(high, at: parts.squarePosition + 64, negative: negative)
    }

    /// Nil of nothing.
    package var average: Double? { count > 0 ? sum.average(of: count) : nil }

    /// Divided by n − 1 for a sample, else by n; nil of nothing, and of one value for a sample. NaN if a value is infinite
    /// or NaN. The exact `n·Σx² − (Σx)²`, rounded to 53 bits, over the rounded divisor.
    package func variance(sample: Bool) -> Double? {
        guard let parts = parts(sample: sample) else { return nil }
        return Double(sign: .plus, exponent: parts.exponent, significand: parts.significand)
    }

    /// The root of the variance, also where the variance itself leaves the doubles.
    package func standardDeviation(sample: Bool) -> Double? {
        guard let parts = parts(sample: sample) else { return nil }
        let odd = parts.exponent & 1
        let root = (odd == 1 ? 2 * parts.significand : parts.significand).squareRoot()
        return Double(sign: .plus, exponent: (parts.exponent - odd) / 2, significand: root)
    }

    /// The variance as `significand · 2^exponent`.
    private func parts(sample: Bool) -> (significand: Double, exponent: Int)? {
        guard count > (sample ? 1 : 0) else { return nil }
        if sum.special != nil { return (.nan, 0) }
        let total = sum.finite.digits
        let squared = NaturalNumber(total.digits).squared()
        let scaled = squares.digits
        let product = NaturalNumber(scaled.digits).times(UInt64(count))
        // Digit i of the square weighs 2^(32·i − 2·origin); the squares' are moved there.
        let (squaredStart, productStart) = (2 * total.start, scaled.start + FixedPointSum.origin / 32)
        let start = min(squaredStart, productStart)
        let difference = product.shifted(productStart - start).minus(squared.shifted(squaredStart - start))
        guard let leading = difference.leading else { return (0, 0) }
        let divisor = Double(count) * Double(sample ? count - 1 : count)
        let exponent = leading.exponent + 32 * start - 2 * FixedPointSum.origin
        return (roundedDouble(leading.bits, exponent: 0) / divisor, exponent)
    }
}

/// A whole number of any size, as digits of base 2³², lowest first.
private struct NaturalNumber {
    var digits: [UInt32]

    init(_ digits: [UInt32]) { self.digits = digits }

    func squared() -> NaturalNumber {
        var result = [UInt32](repeating: 0, count: 2 * digits.count)
        for (offset, digit) in digits.enumerated() where digit != 0 {
            var carry: UInt64 = 0
            for (index, other) in digits.enumerated() {
                carry += UInt64(digit) * UInt64(other) + UInt64(result[offset + index])
                result[offset + index] = UInt32(truncatingIfNeeded: carry)
                carry >>= 32
            }
            result[offset + digits.count] = UInt32(truncatingIfNeeded: carry)
        }
        return NaturalNumber(result)
    }

    func times(_ factor: UInt64) -> NaturalNumber {
        var result: [UInt32] = []
        var carry: UInt128 = 0
        for digit in digits {
            carry += UInt128(digit) * UInt128(factor)
            result.append(UInt32(truncatingIfNeeded: carry))
            carry >>= 32
        }
        while carry > 0 {
            result.append(UInt32(truncatingIfNeeded: carry))
            carry >>= 32
        }
        return NaturalNumber(result)
    }

    func shifted(_ places: Int) -> NaturalNumber {
        NaturalNumber(Array(repeating: 0, count: places) + digits)
    }

    /// `other` is not greater.
    func minus(_ other: NaturalNumber) -> NaturalNumber {
        var result = digits
        var borrow: Int64 = 0
        for index in result.indices {
            let part = Int64(result[index]) - (index < other.digits.count ? Int64(other.digits[index]) : 0) + borrow
            result[index] = UInt32(truncatingIfNeeded: part)
            borrow = part >> 32
        }
        return NaturalNumber(result)
    }

    /// The leading 64 bits, the last of which is set if any bit after them is; the leading bit weighs `2^exponent`.
    var leading: (bits: UInt64, exponent: Int)? {
        guard let last = digits.lastIndex(where: { $0 != 0 }) else { return nil }
        func digit(_ index: Int) -> UInt128 { index < 0 ? 0 : UInt128(digits[index]) }
        let top = digit(last) << 64 | digit(last - 1) << 32 | digit(last - 2)
        let shift = 64 - top.leadingZeroBitCount
        var bits = UInt64(truncatingIfNeeded: top >> UInt128(shift))
        let rest = top & (UInt128(1) << UInt128(shift) - 1)
        if rest != 0 || digits.prefix(max(0, last - 2)).contains(where: { $0 != 0 }) { bits |= 1 }
        return (bits, 32 * (last - 2) + shift + 63)
    }
}
