import Crypto

/// A JSON value that has exactly one spelling in bytes: RFC 8785, the JSON Canonicalization Scheme.
///
/// Keys are sorted by their UTF-16 code units, only what must be escaped is escaped, and there are no spaces. Text is
/// not normalised. Two keys that Swift holds equal (the same text composed differently) can't stand in one object.
package enum CanonicalJSON: Sendable, Equatable {
    case object([String: CanonicalJSON])
    case array([CanonicalJSON])
    case string(String)
    /// At most 2^53 − 1 from zero, as I-JSON (RFC 7493) asks; a larger integer is written as a string.
    case integer(Int)
    /// Finite. Written as ECMAScript writes a Number, so `.number(1)` and `.integer(1)` have the same bytes.
    case number(Double)
    case bool(Bool)
    case null

    /// Values nested deeper than this are neither written nor read.
    package static let maximumDepth = 64
    package static let largestInteger = 9_007_199_254_740_991

    /// The canonical bytes, UTF-8.
    ///
    /// - Throws: ``AuditLogError/notCanonical(_:)`` for NaN, infinities, integers beyond ``largestInteger`` and
    ///   values nested deeper than ``maximumDepth``.
    package func encoded() throws(AuditLogError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        try write(to: &bytes, depth: 0)
        return bytes
    }

    /// SHA-256 of the canonical bytes, 64 lower-case hexadecimal digits.
    package func sha256Hex() throws(AuditLogError) -> String {
        Self.sha256Hex(try encoded())
    }

    /// SHA-256 of `bytes`, 64 lower-case hexadecimal digits.
    package static func sha256Hex(_ bytes: [UInt8]) -> String {
        hexadecimal(SHA256.hash(data: bytes))
    }

    /// SHA-256 of the UTF-8 of `text`, 64 lower-case hexadecimal digits.
    package static func sha256Hex(_ text: String) -> String {
        sha256Hex(Array(text.utf8))
    }

    private func write(to bytes: inout [UInt8], depth: Int) throws(AuditLogError) {
        guard depth <= Self.maximumDepth else {
            throw .notCanonical("nested deeper than \(Self.maximumDepth)")
        }
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .string(let value): Self.write(value, to: &bytes)
        case .number(let value): try Self.write(value, to: &bytes)
        case .integer(let value):
            guard value.magnitude <= Self.largestInteger else {
                throw .notCanonical("the integer \(value) is beyond 2^53 - 1; write it as a string")
            }
            bytes.append(contentsOf: String(value).utf8)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                try value.write(to: &bytes, depth: depth + 1)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                try member.value.write(to: &bytes, depth: depth + 1)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// As ECMAScript writes it.
    /// - Throws: ``AuditLogError/notCanonical(_:)`` for NaN and infinities.
    package static func write(_ number: Double, to bytes: inout [UInt8]) throws(AuditLogError) {
        bytes.append(contentsOf: try CanonicalNumber.text(number).utf8)
    }

    /// RFC 8785 §3.2.2.2: two-character escapes where JSON has them, `\u00xx` in lower case for other controls.
    package static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case 0x22, 0x5C: bytes.append(contentsOf: [0x5C, byte])
            case 0x08: bytes.append(contentsOf: [0x5C, UInt8(ascii: "b")])
            case 0x09: bytes.append(contentsOf: [0x5C, UInt8(ascii: "t")])
            case 0x0A: bytes.append(contentsOf: [0x5C, UInt8(ascii: "n")])
            case 0x0C: bytes.append(contentsOf: [0x5C, UInt8(ascii: "f")])
            case 0x0D: bytes.append(contentsOf: [0x5C, UInt8(ascii: "r")])
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(hexadecimalDigit(byte >> 4))
                bytes.append(hexadecimalDigit(byte & 15))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
