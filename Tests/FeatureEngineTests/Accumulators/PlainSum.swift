/// The exact sum of doubles in the plainest way: how often each power of two is there, carried one by one.
struct PlainSum {
    /// Index 0 is 2^−1074.
    private var bits = [Int](repeating: 0, count: 2400)
    private var nans = 0, infinities = 0, negativeInfinities = 0

    mutating func add(_ value: Double) {
        if value.isNaN {
            nans += 1
        } else if value.isInfinite {
            if value > 0 { infinities += 1 } else { negativeInfinities += 1 }
        } else {
            let exponent = Int(value.bitPattern >> 52 & 0x7FF)
            let magnitude = value.bitPattern & 0xF_FFFF_FFFF_FFFF | (exponent == 0 ? 0 : 1 << 52)
            for bit in 0..<53 where magnitude >> UInt64(bit) & 1 == 1 {
                bits[bit + max(exponent, 1) - 1] += value < 0 ? -1 : 1
            }
        }
    }

    var rounded: Double {
        if nans > 0 || infinities > 0 && negativeInfinities > 0 { return .nan }
        if infinities > 0 { return .infinity }
        if negativeInfinities > 0 { return -.infinity }
        var digits = carried(bits)
        let isNegative = digits[digits.count - 1] < 0
        if isNegative { digits = carried(bits.map { -$0 }) }
        guard let top = digits.lastIndex(of: 1) else { return 0 }
        var value = 0.0
        let low = max(0, top - 52)
        for index in stride(from: top, through: low, by: -1) { value = 2 * value + Double(digits[index]) }
        if low > 0, digits[low - 1] == 1, digits[low] == 1 || digits.prefix(low - 1).contains(1) { value += 1 }
        value = Double(sign: .plus, exponent: low - 1074, significand: value)
        return isNegative ? -value : value
    }

    private func carried(_ bits: [Int]) -> [Int] {
        var bits = bits
        for index in 0..<bits.count - 1 {
            let bit = bits[index] & 1
            bits[index + 1] += (bits[index] - bit) / 2
            bits[index] = bit
        }
        return bits
    }
}
