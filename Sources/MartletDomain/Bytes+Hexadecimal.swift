extension Sequence<UInt8> {
    /// Two lower-case digits a byte.
    @inlinable package var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: self.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Two digits a byte, upper or lower case; nil when they are none.
    package init?(hexadecimal: String) {
        let digits = Array(hexadecimal.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        self.init()
        reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = PercentEncoding.value(ofDigit: digits[index]),
                let low = PercentEncoding.value(ofDigit: digits[index + 1])
            else { return nil }
            append(high << 4 | low)
        }
    }
}
