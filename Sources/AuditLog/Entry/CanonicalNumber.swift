/// A Double as ECMAScript's `Number::toString` writes it (ECMA-262 §6.1.6.1.20), which RFC 8785 prescribes.
///
/// Swift's `description` already has the shortest digits that read back as the same number, and of those the closest;
/// only the layout differs.
enum CanonicalNumber {
    static func text(_ value: Double) throws(AuditLogError) -> String {
        guard value.isFinite else { throw .notCanonical("\(value) is not a number JSON can hold") }
        if value == 0 { return "0" }
        let (digits, point) = shortestDigits(value.magnitude)
        return (value < 0 ? "-" : "") + layout(digits, point: point)
    }

    /// The digits without leading or trailing zeros, and where the decimal point stands: 0.digits × 10^point.
    private static func shortestDigits(_ magnitude: Double) -> (digits: [UInt8], point: Int) {
        var digits: [UInt8] = []
        var (point, exponent, sign) = (0, 0, 1)
        var (seenPoint, inExponent) = (false, false)
        for byte in magnitude.description.utf8 {
            switch byte {
            case UInt8(ascii: "."): seenPoint = true
            case UInt8(ascii: "e"): inExponent = true
            case UInt8(ascii: "-"): sign = -1
            case UInt8(ascii: "0")...UInt8(ascii: "9") where inExponent:
                exponent = exponent * 10 + Int(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits.isEmpty, byte == UInt8(ascii: "0") {
                    if seenPoint { point -= 1 }
                } else {
                    digits.append(byte)
                    if !seenPoint { point += 1 }
                }
            default: break
            }
        }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (digits, point + sign * exponent)
    }

    private static func layout(_ digits: [UInt8], point: Int) -> String {
        func text(_ part: some Sequence<UInt8>) -> String { String(decoding: Array(part), as: UTF8.self) }
        func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }
        switch point {
        case digits.count...21 where digits.count <= 21:
            return text(digits) + zeros(point - digits.count)
        case 1...21:
            return text(digits.prefix(point)) + "." + text(digits.dropFirst(point))
        case -5...0:
            return "0." + zeros(-point) + text(digits)
        default:
            let fraction = digits.count > 1 ? "." + text(digits.dropFirst()) : ""
            let exponent = point - 1
            return text(digits.prefix(1)) + fraction + "e" + (exponent < 0 ? "-" : "+") + String(exponent.magnitude)
        }
    }
}
