package import Foundation

extension AnyJSON {
    /// Lists and objects within each other.
    private static let deepest = 100

    /// Reads JSON (RFC 8259, and the bare NaN and Infinity that Python writes) in time that grows with its length alone.
    ///
    /// Foundation's decoder finds out what a value is by trying one type after another, and each failure costs the square
    /// of the depth: a body of some kilobytes kept it busy for minutes.
    ///
    /// - Throws: ``BodyError/malformed(_:)`` for what is no JSON, and for what is nested deeper than 100 levels.
    package init(parsing data: Data) throws(BodyError) {
        let bytes = [UInt8](data)
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .malformed("it is not UTF-8") }
        var parser = Parser(bytes: bytes)
        self = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.place == bytes.count else { throw parser.unexpected }
    }

    private struct Parser {
        let bytes: [UInt8]
        var place = 0

        var next: UInt8? { place < bytes.count ? bytes[place] : nil }
        var unexpected: BodyError {
            .malformed(place < bytes.count ? "unexpected character at byte \(place)" : "it ends too early")
        }

        mutating func skipSpace() {
            while let byte = next, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { place += 1 }
        }

        private mutating func take(_ sign: Unicode.Scalar) -> Bool {
            skipSpace()
            guard let byte = next, UInt32(byte) == sign.value else { return false }
            place += 1
            return true
        }

        private mutating func take(word: StaticString) -> Bool {
            let end = place + word.utf8CodeUnitCount
            let isThere =
                end <= bytes.count
                && word.withUTF8Buffer { word in bytes[place..<end].elementsEqual(word) }
            if isThere { place = end }
            return isThere
        }

        mutating func value(depth: Int) throws(BodyError) -> AnyJSON {
            guard depth <= AnyJSON.deepest else {
                throw .malformed("it is nested deeper than \(AnyJSON.deepest) levels")
            }
            skipSpace()
            switch next {
            case UInt8(ascii: "{"): return .object(try object(depth: depth))
            case UInt8(ascii: "["): return .list(try list(depth: depth))
            case UInt8(ascii: "\""): return .text(try string())
            default: break
            }
            if take(word: "null") { return .null }
            if take(word: "true") { return .bool(true) }
            if take(word: "false") { return .bool(false) }
            if take(word: "NaN") { return .number(.nan) }
            if take(word: "Infinity") { return .number(.infinity) }
            if take(word: "-Infinity") { return .number(-.infinity) }
            return try number()
        }

        private mutating func object(depth: Int) throws(BodyError) -> [String: AnyJSON] {
            var fields: [String: AnyJSON] = [:]
            _ = take("{")
            if take("}") { return fields }
            repeat {
                skipSpace()
                guard next == UInt8(ascii: "\"") else { throw unexpected }
                let name = try string()
                guard take(":") else { throw unexpected }
                // Of two equal names the last counts, as in Python.
                fields[name] = try value(depth: depth + 1)
            } while take(",")
            guard take("}") else { throw unexpected }
            return fields
        }

        private mutating func list(depth: Int) throws(BodyError) -> [AnyJSON] {
            var elements: [AnyJSON] = []
            _ = take("[")
            if take("]") { return elements }
            repeat { elements.append(try value(depth: depth + 1)) } while take(",")
            guard take("]") else { throw unexpected }
            return elements
        }

        private mutating func string() throws(BodyError) -> String {
            place += 1
            var text: [UInt8] = []
            while let byte = next, byte != UInt8(ascii: "\"") {
                guard byte >= 0x20 else { throw unexpected }
                place += 1
                if byte == UInt8(ascii: "\\") { try escape(into: &text) } else { text.append(byte) }
            }
            guard next != nil else { throw unexpected }
            place += 1
            return String(decoding: text, as: UTF8.self)
        }

        private mutating func escape(into text: inout [UInt8]) throws(BodyError) {
            guard let sign = next else { throw unexpected }
            place += 1
            switch sign {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(sign)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"):
                var code = try unit()
                if (0xD800..<0xDC00).contains(code), take(word: "\\u") {
                    let low = try unit()
                    guard (0xDC00..<0xE000).contains(low) else { throw unexpected }
                    code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
                }
                // Half of a pair alone is no character.
                text.append(contentsOf: String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
            default:
                place -= 1
                throw unexpected
            }
        }

        private mutating func unit() throws(BodyError) -> UInt32 {
            guard place + 4 <= bytes.count, bytes[place..<(place + 4)].allSatisfy({ $0 != UInt8(ascii: "+") }),
                let code = UInt32(String(decoding: bytes[place..<(place + 4)], as: UTF8.self), radix: 16)
            else { throw unexpected }
            place += 4
            return code
        }

        private mutating func number() throws(BodyError) -> AnyJSON {
            let start = place
            if next == UInt8(ascii: "-") { place += 1 }
            let digits = place
            digitsOnly()
            guard place > digits, bytes[digits] != UInt8(ascii: "0") || place == digits + 1 else {
                place = start
                throw unexpected
            }
            var isWhole = true
            if next == UInt8(ascii: ".") {
                (isWhole, place) = (false, place + 1)
                try someDigits()
            }
            if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
                (isWhole, place) = (false, place + 1)
                if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
                try someDigits()
            }
            let text = String(decoding: bytes[start..<place], as: UTF8.self)
            if isWhole, let whole = Int64(text) { return .whole(whole) }
            guard let number = Double(text) else { throw unexpected }
            return .number(number)
        }

        private mutating func digitsOnly() {
            while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
        }

        private mutating func someDigits() throws(BodyError) {
            let start = place
            digitsOnly()
            guard place > start else { throw unexpected }
        }
    }
}
