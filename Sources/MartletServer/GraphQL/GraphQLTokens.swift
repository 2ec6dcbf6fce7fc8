/// The words of a request in GraphQL, one after the other.
struct GraphQLTokens {
    enum Token: Equatable {
        case end
        /// One of `! $ & ( ) ... : = @ [ ] { | }`.
        case mark(String)
        case name(String)
        case integer(String)
        case real(String)
        case text(String)

        var description: String {
            switch self {
            case .end: "<EOF>"
            case .mark(let mark): "'\(mark)'"
            case .name(let name): "Name '\(name.prefix(100))'"
            case .integer(let digits): "Int '\(digits.prefix(100))'"
            case .real(let digits): "Float '\(digits.prefix(100))'"
            case .text: "String"
            }
        }
    }

    private let bytes: [UInt8]
    private var place = 0
    private var count = 0

    /// - Throws: ``GraphQLError`` when the text is longer than ``GraphQLLimits`` lets it be.
    init(_ text: String) throws(GraphQLError) {
        bytes = Array(text.utf8)
        guard bytes.count <= GraphQLLimits.bytes else {
            throw GraphQLError("The query is longer than \(GraphQLLimits.bytes) bytes.")
        }
    }

    mutating func next() throws(GraphQLError) -> Token {
        skipIgnored()
        guard let byte = peek() else { return .end }
        count += 1
        guard count <= GraphQLLimits.tokens else {
            throw GraphQLError("The query has more than \(GraphQLLimits.tokens) words and marks.")
        }
        switch byte {
        case UInt8(ascii: "\""): return try text()
        case UInt8(ascii: "."):
            guard peek(1) == byte, peek(2) == byte else { throw unexpected(byte) }
            place += 3
            return .mark("...")
        case _ where Self.isLetter(byte):
            let start = place
            while let byte = peek(), Self.isLetter(byte) || Self.isDigit(byte) { place += 1 }
            return .name(written(from: start))
        case _ where Self.isDigit(byte) || byte == UInt8(ascii: "-"): return try number()
        case _ where Self.marks.contains(byte):
            place += 1
            return .mark(String(UnicodeScalar(byte)))
        default: throw unexpected(byte)
        }
    }

    private static let marks = Set("!$&():=@[]{|}".utf8)
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lower) && byte < 0x80 || byte == UInt8(ascii: "_")
    }

    private func peek(_ ahead: Int = 0) -> UInt8? { place + ahead < bytes.count ? bytes[place + ahead] : nil }
    private func written(from start: Int) -> String { String(decoding: bytes[start..<place], as: UTF8.self) }

    private func unexpected(_ byte: UInt8) -> GraphQLError {
        let shown =
            (0x21..<0x7f).contains(byte) ? "'\(UnicodeScalar(byte))'" : "the byte 0x\(String(byte, radix: 16))"
        return .syntax("Unexpected character: \(shown).")
    }

    /// Blanks, commas, ends of lines, comments and a byte-order mark.
    private mutating func skipIgnored() {
        while let byte = peek() {
            if byte == UInt8(ascii: "#") {
                while let byte = peek(), byte != 0x0a, byte != 0x0d { place += 1 }
            } else if byte == 0xef, peek(1) == 0xbb, peek(2) == 0xbf {
                place += 3
            } else if [0x20, 0x09, 0x0a, 0x0d, UInt8(ascii: ",")].contains(byte) {
                place += 1
            } else {
                return
            }
        }
    }

    private mutating func number() throws(GraphQLError) -> Token {
        let start = place
        var isReal = false
        if peek() == UInt8(ascii: "-") { place += 1 }
        if peek() == UInt8(ascii: "0") {
            place += 1
            if let byte = peek(), Self.isDigit(byte) { throw .syntax("Invalid number, unexpected digit after 0.") }
        } else {
            try digits()
        }
        if peek() == UInt8(ascii: ".") {
            isReal = true
            place += 1
            try digits()
        }
        if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
            isReal = true
            place += 1
            if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { place += 1 }
            try digits()
        }
        if let byte = peek(), byte == UInt8(ascii: ".") || Self.isLetter(byte) { throw unexpected(byte) }
        return isReal ? .real(written(from: start)) : .integer(written(from: start))
    }

    private mutating func digits() throws(GraphQLError) {
        let start = place
        while let byte = peek(), Self.isDigit(byte) { place += 1 }
        guard place > start else { throw .syntax("Invalid number, expected digit.") }
    }

    private mutating func text() throws(GraphQLError) -> Token {
        if peek(1) == UInt8(ascii: "\""), peek(2) == UInt8(ascii: "\"") { return try block() }
        place += 1
        var found: [UInt8] = []
        while let byte = peek() {
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return .text(String(decoding: found, as: UTF8.self))
            case UInt8(ascii: "\\"): found += try escaped()
            case 0x0a, 0x0d: throw .syntax("Unterminated string.")
            default: found.append(byte)
            }
        }
        throw .syntax("Unterminated string.")
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5c, UInt8(ascii: "/"): 0x2f, UInt8(ascii: "b"): 0x08,
        UInt8(ascii: "f"): 0x0c, UInt8(ascii: "n"): 0x0a, UInt8(ascii: "r"): 0x0d, UInt8(ascii: "t"): 0x09,
    ]

    /// What stands after a backslash.
    private mutating func escaped() throws(GraphQLError) -> [UInt8] {
        guard let byte = peek() else { throw .syntax("Unterminated string.") }
        place += 1
        if let plain = Self.escapes[byte] { return [plain] }
        guard byte == UInt8(ascii: "u") else { throw .syntax("Invalid character escape sequence.") }
        var value = try unicode()
        if (0xd800..<0xdc00).contains(value) {
            guard peek() == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u") else {
                throw .syntax("Invalid Unicode escape sequence.")
            }
            place += 2
            let low = try unicode()
            guard (0xdc00..<0xe000).contains(low) else { throw .syntax("Invalid Unicode escape sequence.") }
            value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = UnicodeScalar(value) else { throw .syntax("Invalid Unicode escape sequence.") }
        return Array(String(scalar).utf8)
    }

    /// Four hexadecimal digits, or some in braces.
    private mutating func unicode() throws(GraphQLError) -> UInt32 {
        let isBraced = peek() == UInt8(ascii: "{")
        if isBraced { place += 1 }
        let start = place
        while let byte = peek(), place - start < (isBraced ? 8 : 4), UnicodeScalar(byte).properties.isASCIIHexDigit {
            place += 1
        }
        guard place > start, isBraced || place - start == 4, let value = UInt32(written(from: start), radix: 16) else {
            throw .syntax("Invalid Unicode escape sequence.")
        }
        if isBraced {
            guard peek() == UInt8(ascii: "}") else { throw .syntax("Invalid Unicode escape sequence.") }
            place += 1
        }
        return value
    }

    /// A text between three quotation marks: its lines without what all of them are indented by, nor blank ones around.
    private mutating func block() throws(GraphQLError) -> Token {
        place += 3
        let quote = UInt8(ascii: "\"")
        var found: [UInt8] = []
        while let byte = peek() {
            if byte == quote, peek(1) == quote, peek(2) == quote {
                place += 3
                return .text(Self.dedented(String(decoding: found, as: UTF8.self)))
            }
            if byte == UInt8(ascii: "\\"), peek(1) == quote, peek(2) == quote, peek(3) == quote {
                found += [quote, quote, quote]
                place += 4
            } else {
                found.append(byte)
                place += 1
            }
        }
        throw .syntax("Unterminated string.")
    }

    private static func dedented(_ text: String) -> String {
        func isBlank(_ line: Substring) -> Bool { line.allSatisfy { $0 == " " || $0 == "\t" } }
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let indents = lines.dropFirst().filter { !isBlank($0) }.map { line in
            line.prefix { $0 == " " || $0 == "\t" }.count
        }
        if let indent = indents.min() {
            lines = lines.prefix(1) + lines.dropFirst().map { $0.dropFirst(indent) }
        }
        while let first = lines.first, isBlank(first) { lines.removeFirst() }
        while let last = lines.last, isBlank(last) { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}
