/// A sum of whole numbers times powers of two, kept exactly: a superaccumulator of 64-bit limbs spaced 32 bits apart, so
/// that carries wait.
///
/// R. M. Neal, "Fast exact summation using small and large superaccumulators", arXiv:1505.05571 (2015). Limb `i` weighs
/// `2^(32·i − 2176)`, so that every double and the square of every double is a whole number of the smallest unit. Sums
/// whose terms lie within 256 bits of each other (nearly all) live in the value itself; others take an array.
package struct FixedPointSum: Sendable {
    typealias Limbs = (Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64)

    /// Bits below the point; a multiple of 32.
    static let origin = 2176
    /// Holds 2⁶³ squares of the greatest double.
    static let width = 136
    static let inlineWidth = 8
    /// Additions after which limbs could leave 64 bits: each changes a limb by less than 2³³.
    private static let pendingLimit: UInt32 = 1 << 28
    private static let mask: Int64 = 0xFFFF_FFFF

    private var limbs: Limbs = (0, 0, 0, 0, 0, 0, 0, 0)
    /// All limbs; empty while `limbs` suffice.
    private var wide: [Int64] = []
    /// The index of the first inline limb; below zero while there is none.
    private var base: Int32 = -1
    private var pending: UInt32 = 0

    init() {}

    /// Adds or takes away `magnitude · 2^(position − 2176)`. `position` is in 0 ..< 32 · 132.
    @inline(__always)
    mutating func add(_ magnitude: UInt64, at position: Int, negative: Bool) {
        if magnitude == 0 { return }
        let index = position >> 5
        let shift = UInt64(position & 31)
        let low = (magnitude & 0xFFFF_FFFF) << shift
        let high = (magnitude >> 32) << shift
        let sign: Int64 = negative ? -1 : 0
        let first = Int64(low & 0xFFFF_FFFF)
        let second = Int64(low >> 32 + high & 0xFFFF_FFFF)
        let third = Int64(high >> 32)
        if wide.isEmpty {
            var offset = index - Int(base)
            if base < 0 || offset < 0 || offset > Self.inlineWidth - 3 || pending >= Self.pendingLimit {
                makeRoom(from: index, through: index + 2)
                offset = index - Int(base)
            }
            if wide.isEmpty {
                pending += 1
                withUnsafeMutableBytes(of: &limbs) { bytes in
                    let limbs = bytes.assumingMemoryBound(to: Int64.self)
                    limbs[offset] += (first ^ sign) - sign
                    limbs[offset + 1] += (second ^ sign) - sign
                    limbs[offset + 2] += (third ^ sign) - sign
                }
                return
            }
        }
        if pending >= Self.pendingLimit { settle() }
        pending += 1
        wide[index] += (first ^ sign) - sign
        wide[index + 1] += (second ^ sign) - sign
        wide[index + 2] += (third ^ sign) - sign
    }

    mutating func add(_ other: FixedPointSum, negative: Bool = false) {
        if other.isUntouched { return }
        if wide.isEmpty, other.wide.isEmpty, base == other.base, pending + other.pending < Self.pendingLimit {
            pending += other.pending + 1
            withUnsafeMutableBytes(of: &limbs) { bytes in
                withUnsafeBytes(of: other.limbs) { others in
                    let limbs = bytes.assumingMemoryBound(to: Int64.self)
                    let others = others.assumingMemoryBound(to: Int64.self)
                    for index in 0..<Self.inlineWidth {
                        if negative { limbs[index] -= others[index] } else { limbs[index] += others[index] }
                    }
                }
            }
            return
        }
        var settled = other
        settled.settle()
        settled.forEachLimb { index, limb in
            guard limb != 0 else { return }
            add(limb.magnitude, at: index * 32, negative: (limb < 0) != negative)
        }
    }

    /// Nothing was ever added.
    private var isUntouched: Bool { wide.isEmpty && base < 0 }

    /// Moves the inline limbs so that these indices are among them, or spreads them out if they cannot be.
    private mutating func makeRoom(from low: Int, through high: Int) {
        settle()
        guard wide.isEmpty else { return }
        var (first, last) = (low, high)
        forEachLimb { index, limb in
            if limb != 0 { (first, last) = (Swift.min(first, index), Swift.max(last, index)) }
        }
        guard last - first < Self.inlineWidth else { return spread() }
        let moved = Swift.max(
            0, Swift.min(first, last + 1 - Self.inlineWidth + (Self.inlineWidth - 1 - last + first) / 2))
        var limbs: Limbs = (0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &limbs) { bytes in
            let limbs = bytes.assumingMemoryBound(to: Int64.self)
            forEachLimb { index, limb in if limb != 0 { limbs[index - moved] = limb } }
        }
        (self.limbs, base) = (limbs, Int32(truncatingIfNeeded: moved))
    }

    private mutating func spread() {
        var all = [Int64](repeating: 0, count: Self.width)
        forEachLimb { index, limb in if limb != 0 { all[index] = limb } }
        (wide, limbs, base) = (all, (0, 0, 0, 0, 0, 0, 0, 0), -1)
    }

    /// By index, lowest first; limbs that are not held are not visited.
    private func forEachLimb(_ body: (Int, Int64) -> Void) {
        if wide.isEmpty {
            guard base >= 0 else { return }
            withUnsafeBytes(of: limbs) { bytes in
                for (offset, limb) in bytes.assumingMemoryBound(to: Int64.self).enumerated() {
                    body(Int(base) + offset, limb)
                }
            }
        } else {
            for (index, limb) in wide.enumerated() { body(index, limb) }
        }
    }

    /// Carries, so that all limbs have one sign and each is below 2³² in magnitude: the one form of a number.
    mutating func settle() {
        pending = 0
        if wide.isEmpty {
            let fits = withUnsafeMutableBytes(of: &limbs) { Self.settle($0.assumingMemoryBound(to: Int64.self)) }
            if fits { return }
            spread()
        }
        _ = wide.withUnsafeMutableBufferPointer { Self.settle($0) }
    }

    /// False if the last limb keeps more than 32 bits.
    private static func settle(_ limbs: UnsafeMutableBufferPointer<Int64>) -> Bool {
        let last = limbs.count - 1
        func carry() {
            for index in 0..<last {
                limbs[index + 1] += limbs[index] >> 32
                limbs[index] &= mask
            }
        }
        carry()
        if limbs[last] < 0 {
            for index in limbs.indices { limbs[index] = -limbs[index] }
            carry()
            for index in limbs.indices { limbs[index] = -limbs[index] }
        }
        return limbs[last].magnitude <= UInt64(mask)
    }

    /// The number as sign and digits of base 2³², lowest first; the first digit and the last are not zero.
    package struct Digits: Sendable, Equatable {
        var isNegative = false
        /// The limb index of the first digit.
        var start = 0
        var digits: [UInt32] = []
    }

    package var digits: Digits {
        var settled = self
        settled.settle()
        var result = Digits()
        settled.forEachLimb { index, limb in
            if limb < 0 { result.isNegative = true }
            if result.digits.isEmpty {
                if limb == 0 { return }
                result.start = index
            }
            result.digits.append(UInt32(truncatingIfNeeded: limb.magnitude))
        }
        while result.digits.last == 0 { result.digits.removeLast() }
        return result
    }

    /// Nil if `digits` is no such number: bytes of others are not trusted.
    init?(_ digits: Digits) {
        guard digits.start >= 0, digits.digits.count <= Self.width - 2,
            digits.start <= Self.width - 2 - digits.digits.count
        else { return nil }
        for (offset, digit) in digits.digits.enumerated() {
            add(UInt64(digit), at: (digits.start + offset) * 32, negative: digits.isNegative)
        }
    }

    var isZero: Bool {
        var settled = self
        settled.settle()
        var isZero = true
        settled.forEachLimb { _, limb in if limb != 0 { isZero = false } }
        return isZero
    }

    /// The leading 64 bits, the last of which is set if any bit after them is; nil for zero. The leading bit weighs
    /// `2^exponent`.
    var leading: (isNegative: Bool, bits: UInt64, exponent: Int)? {
        var settled = self
        settled.settle()
        var (top, rest): (UInt128, Bool) = (0, false)
        var (last, isNegative) = (0, false)
        // Three limbs slide past; what falls out below them only says whether there was anything.
        var window: UInt128 = 0
        var lost = false
        settled.forEachLimb { index, limb in
            if limb < 0 { isNegative = true }
            if window & 0xFFFF_FFFF != 0 { lost = true }
            window = window >> 32 | UInt128(limb.magnitude) << 64
            if limb != 0 { (top, rest, last) = (window, lost, index) }
        }
        guard top != 0 else { return nil }
        let shift = 64 - top.leadingZeroBitCount
        var bits = UInt64(truncatingIfNeeded: top >> UInt128(shift))
        if rest || top & (UInt128(1) << UInt128(shift) - 1) != 0 { bits |= 1 }
        return (isNegative, bits, 32 * (last - 2) + shift + 63 - Self.origin)
    }
}

/// The double nearest to `bits · 2^(exponent − 63)`, ties to even. The leading bit is set; the last stands for all after.
func roundedDouble(_ bits: UInt64, exponent: Int, isNegative: Bool = false) -> Double {
    let magnitude: Double
    let precision = min(53, exponent + 1075)
    if exponent > 1023 {
        magnitude = .infinity
    } else if precision <= 0 {
        magnitude = precision == 0 && bits > 1 << 63 ? .leastNonzeroMagnitude : 0
    } else {
        let dropped = UInt64(64 - precision)
        var kept = bits >> dropped
        let (rest, half) = (bits & ((1 << dropped) - 1), UInt64(1) << (dropped - 1))
        if rest > half || rest == half && kept & 1 == 1 { kept += 1 }
        magnitude = Double(sign: .plus, exponent: exponent - 63 + Int(dropped), significand: Double(kept))
    }
    return isNegative ? -magnitude : magnitude
}
