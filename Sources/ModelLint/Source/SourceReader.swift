/// Reads forward and backward in bytes, a small step at a time. Every method stays within the bytes.
struct SourceReader {
    let bytes: [UInt8]
    var place: Int

    init(_ bytes: [UInt8], at place: Int = 0) { (self.bytes, self.place) = (bytes, place) }

    var isAtEnd: Bool { place >= bytes.count }
    var next: UInt8? { isAtEnd ? nil : bytes[place] }

    /// Goes on while the bytes are of a kind, and says how many were.
    @discardableResult
    mutating func skip(while isKind: (UInt8) -> Bool) -> Int {
        let start = place
        while place < bytes.count, isKind(bytes[place]) { place += 1 }
        return place - start
    }

    mutating func skipSpace(andLines: Bool = true) {
        skip { $0.isSpace || (andLines && $0 == .newline) }
    }

    /// Takes one byte if it is this one.
    mutating func take(_ character: Character) -> Bool {
        guard let byte = character.asciiValue, next == byte else { return false }
        place += 1
        return true
    }

    mutating func takeQuote() -> UInt8? {
        guard let byte = next, byte.isQuote else { return nil }
        place += 1
        return byte
    }

    /// A quoted text without its quotes, with Python's prefixes before them; nil, at the same place, if there is none.
    mutating func takeQuoted() -> (text: String, range: Range<Int>)? {
        let before = place
        if let prefix = next, "fFrRbBuU".utf8.contains(prefix), place + 1 < bytes.count, bytes[place + 1].isQuote {
            place += 1
        }
        guard let quote = takeQuote() else {
            place = before
            return nil
        }
        let start = place
        skip { $0 != quote && $0 != .newline }
        guard next == quote else {
            place = before
            return nil
        }
        let range = start..<place
        place += 1
        return (text(range), range)
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Places where a text begins.
    static func occurrences(of text: StaticString, in bytes: [UInt8]) -> [Int] {
        text.withUTF8Buffer { text in
            guard let first = text.first, bytes.count >= text.count else { return [] }
            var found: [Int] = []
            var index = 0
            while index <= bytes.count - text.count {
                if bytes[index] == first, bytes[index..<index + text.count].elementsEqual(text) {
                    found.append(index)
                    index += text.count
                } else {
                    index += 1
                }
            }
            return found
        }
    }

    /// Identifiers of a text: where each is, and its letters in lower case without `_`.
    static func identifiers(in bytes: [UInt8]) -> [(range: Range<Int>, word: String)] {
        var found: [(Range<Int>, String)] = []
        var reader = SourceReader(bytes)
        while !reader.isAtEnd {
            let start = reader.place
            if reader.skip(while: \.isWord) == 0 {
                reader.place += 1
            } else if !bytes[start].isDigit, reader.place - start <= 64 {
                let word = reader.text(start..<reader.place).lowercased().filter { $0 != "_" }
                found.append((start..<reader.place, word))
            }
        }
        return found
    }
}
