import MartletDomain

/// Reads JSON (RFC 8259, and the bare NaN and Infinity that Python writes) from bytes as it is asked to, without a tree.
///
/// For the two bodies that come most often. It knows only what it expects: anything else is nil, and the body is then
/// decoded the slow way, which says what is wrong with it.
struct JSONReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Whether nothing but white space is left.
    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return place == bytes.count
        }
    }

    /// Calls `member` after each name, to read its value.
    mutating func object(_ member: (inout JSONReader, String) -> Bool) -> Bool {
        guard take("{") else { return false }
        if take("}") { return true }
        repeat {
            guard let name = string(), take(":"), member(&self, name) else { return false }
        } while take(",")
        return take("}")
    }

    /// Calls `element` before each element, to read it.
    mutating func list(_ element: (inout JSONReader) -> Bool) -> Bool {
        guard take("[") else { return false }
        if take("]") { return true }
        repeat {
            guard element(&self) else { return false }
        } while take(",")
        return take("]")
    }

    /// A string without escapes.
    mutating func string() -> String? {
        guard take("\"") else { return nil }
        let start = place
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            guard bytes[place] >= 0x20, bytes[place] != UInt8(ascii: "\\") else { return nil }
            place += 1
        }
        guard place < bytes.count else { return nil }
        defer { place += 1 }
        return String(validating: bytes[start..<place], as: UTF8.self)
    }

    /// Any value that is neither a list nor an object, and holds no escapes.
    mutating func cell() -> JSONCell? {
        skipSpace()
        guard place < bytes.count else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "n"): return take(word: "null") ? .null : nil
        case UInt8(ascii: "t"): return take(word: "true") ? .boolean(true) : nil
        case UInt8(ascii: "f"): return take(word: "false") ? .boolean(false) : nil
        default:
            guard let word = word() else { return nil }
            if let whole = Int64(word) { return .long(whole) }
            guard word.utf8.allSatisfy(Self.isOfNumbers), let number = Double(word), number.isFinite else { return nil }
            return .double(number)
        }
    }

    private mutating func take(word: StaticString) -> Bool {
        let end = place + word.utf8CodeUnitCount
        let isThere = end <= bytes.count && word.withUTF8Buffer { bytes[place..<end].elementsEqual($0) }
        if isThere { place = end }
        return isThere
    }

    mutating func boolean() -> Bool? {
        guard case .boolean(let value) = cell() else { return nil }
        return value
    }

    /// A whole number of 64 bits, as a number or in quotes.
    mutating func integer() -> Int64? { word().flatMap { Int64($0) } }

    /// A number, as a number or in quotes.
    mutating func number() -> Double? {
        guard let word = word() else { return nil }
        switch word {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default:
            // Double also reads hexadecimal and names of its own.
            guard word.utf8.allSatisfy(Self.isOfNumbers), let number = Double(word), number.isFinite else { return nil }
            return number
        }
    }

    private static func isOfNumbers(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// What stands between two separators, or in quotes.
    private mutating func word() -> String? {
        skipSpace()
        if place < bytes.count, bytes[place] == UInt8(ascii: "\"") { return string() }
        let start = place
        while place < bytes.count, !Self.separators.contains(bytes[place]) { place += 1 }
        // JSON's numbers have no plus, no leading zero and no point at an end.
        guard let first = bytes[start..<place].first, first != UInt8(ascii: "+"), first != UInt8(ascii: ".") else {
            return nil
        }
        let digits = bytes[start..<place].drop { $0 == UInt8(ascii: "-") }
        if digits.first == UInt8(ascii: "0"), let second = digits.dropFirst().first,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(second)
        {
            return nil
        }
        guard bytes[place - 1] != UInt8(ascii: ".") else { return nil }
        return String(validating: bytes[start..<place], as: UTF8.self)
    }

    private static let separators = Array(",]} \n\r\t".utf8)

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        skipSpace()
        guard place < bytes.count, UInt32(bytes[place]) == sign.value else { return false }
        place += 1
        return true
    }

    private mutating func skipSpace() {
        while place < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[place]) { place += 1 }
    }
}

/// A body that can be read so.
protocol JSONReadable {
    /// - Returns: Nil for what only the slow way can judge.
    static func read(_ reader: inout JSONReader) -> Self?
}
