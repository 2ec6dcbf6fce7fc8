/// Percent-encoding of URLs (RFC 3986, section 2.1), byte by byte.
public enum PercentEncoding {
    /// `bytes` with each `%` and two hexadecimal digits taken for the byte they mean; what only looks like it stays.
    /// - Parameter plusIsSpace: As in a form, `+` means a space.
    public static func decode(_ bytes: [UInt8], plusIsSpace: Bool = false) -> [UInt8] {
        let (percent, plus) = (UInt8(ascii: "%"), UInt8(ascii: "+"))
        guard bytes.contains(where: { $0 == percent || plusIsSpace && $0 == plus }) else { return bytes }
        var (result, index) = ([UInt8](), 0)
        result.reserveCapacity(bytes.count)
        while index < bytes.count {
            if bytes[index] == percent, index + 2 < bytes.count,
                let high = value(ofDigit: bytes[index + 1]), let low = value(ofDigit: bytes[index + 2])
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(plusIsSpace && bytes[index] == plus ? UInt8(ascii: " ") : bytes[index])
                index += 1
            }
        }
        return result
    }

    /// `text` decoded once; nil when it decodes to no UTF-8, of which overlong forms are none.
    public static func text(_ text: String) -> String? {
        String(validating: decode(Array(text.utf8)), as: UTF8.self)
    }

    /// `text` as one part of a path or a query: everything but letters, digits and `-._~` encoded.
    public static func encode(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: result.append(byte)
            default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    /// What a hexadecimal digit of either case means; nil for anything else.
    package static func value(ofDigit byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
