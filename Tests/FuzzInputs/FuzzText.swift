import Foundation

/// Changes texts and bytes here and there.
enum FuzzText {
    static func mutated(_ text: String, _ dice: inout Dice) -> String {
        var scalars = Array(text.unicodeScalars)
        for _ in 0...dice.below(4) {
            let place = dice.below(scalars.count + 1)
            switch dice.below(5) {
            case 0 where place < scalars.count: scalars.remove(at: place)
            case 1 where place < scalars.count: scalars[place] = UnicodeScalar(UInt8(dice.below(128)))
            case 2 where place < scalars.count: scalars.insert(scalars[place], at: place)
            case 3: scalars.insert(contentsOf: dice.pick(OddValues.strings).unicodeScalars, at: place)
            default: scalars.removeSubrange(place...)
            }
        }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: scalars)
        return String(result)
    }

    static func mutated(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
        var bytes = bytes
        for _ in 0...dice.below(3) {
            let place = dice.below(bytes.count + 1)
            let span = place..<min(bytes.count, place + 1 + dice.below(16))
            switch dice.below(8) {
            case 0: bytes.removeSubrange(place...)
            case 1: bytes.removeSubrange(span)
            case 2 where !span.isEmpty: bytes[place] = UInt8(dice.below(256))
            case 3 where !span.isEmpty: bytes[place] ^= 1 << UInt8(dice.below(8))
            case 4: bytes.insert(contentsOf: bytes[span], at: place)
            case 5: bytes.insert(contentsOf: dice.pick(invalid), at: place)
            case 6:
                bytes = dice.pick([[0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0x00], [0x20, 0x0A], [0x1F, 0x8B]]) + bytes
            default: bytes += dice.pick([Array("x".utf8), Array("{}".utf8), [0], Array(",".utf8), Array("]".utf8)])
            }
        }
        return bytes
    }

    /// Not UTF-8: a lone continuation, an overlong slash, a surrogate, beyond the last scalar, a cut sequence.
    private static let invalid: [[UInt8]] = [
        [0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xFF], [0x00], [0xFE, 0xFF],
    ]

    static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// Percent-encoded, all but letters and digits; sometimes wrongly.
    static func percentEncoded(_ text: String, _ dice: inout Dice) -> String {
        let isWrong = dice.isLucky(8)
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                result.unicodeScalars.append(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count < 2 ? "0" : "") + digits
                if isWrong, dice.isLucky(10) {
                    result += dice.pick(["%", "%zz", "%0", "%u0041", "%FF", "%C0%AF", "+"])
                }
            }
        }
        return result
    }
}
