/// A text whose comments are blanked, byte for byte, so that what is left can be searched and every place stays the
/// same.
struct MaskedSource {
    struct Comment {
        /// From 0.
        var line: Int
        var text: String
        /// Whether nothing else stands on its line.
        var isAlone: Bool
    }

    /// UTF-8; comments and Python's docstrings are spaces.
    private(set) var bytes: [UInt8]
    private(set) var comments: [Comment] = []
    /// Where each line begins.
    private(set) var lineStarts: [Int]

    private let source: [UInt8]
    private var place = 0

    init(_ source: [UInt8], _ language: SourceLanguage) {
        (self.source, bytes, lineStarts) = (source, source, [0])
        for (index, byte) in source.enumerated() where byte == .newline { lineStarts.append(index + 1) }
        while place < source.count {
            switch language {
            case .python, .notebook: stepPython()
            case .swift: stepSwift()
            case .sql: stepSQL()
            case .hash: stepHash()
            }
        }
    }

    /// The line of a place, from 0.
    func line(at place: Int) -> Int {
        var (low, high) = (0, lineStarts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= place { low = middle } else { high = middle }
        }
        return low
    }

    /// A line as it was, without its end.
    func lineText(_ line: Int) -> String {
        let end = line + 1 < lineStarts.count ? lineStarts[line + 1] - 1 : source.count
        return String(decoding: source[lineStarts[line]..<max(lineStarts[line], end)], as: UTF8.self)
    }

    // MARK: Languages

    private mutating func stepPython() {
        switch source[place] {
        case UInt8(ascii: "#"):
            // Databricks keeps the cells of a notebook in other languages as comments of this form.
            if starts("# MAGIC ") { place += 8 } else { takeLineComment(marker: 1) }
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            let (quote, start) = (source[place], place)
            let isLong = starts([quote, quote, quote])
            skipString(until: isLong ? [quote, quote, quote] : [quote], escapes: true, spansLines: isLong)
            if isLong, isStatement(start, place) { blank(start, place) }
        default: place += 1
        }
    }

    private mutating func stepSwift() {
        if starts("//") { return takeLineComment(marker: 2) }
        if starts("/*") { return takeBlockComment(nests: true) }
        if source[place] == UInt8(ascii: "#") {
            var end = place
            while end < source.count, source[end] == UInt8(ascii: "#") { end += 1 }
            guard end < source.count, source[end] == UInt8(ascii: "\"") else { return place += 1 }
            let pounds = Array(source[place..<end])
            place = end
            let quotes = quotesHere
            return skipString(until: quotes + pounds, escapes: false, spansLines: quotes.count == 3)
        }
        guard source[place] == UInt8(ascii: "\"") else { return place += 1 }
        let quotes = quotesHere
        skipString(until: quotes, escapes: true, spansLines: quotes.count == 3, interpolates: true)
    }

    private mutating func stepSQL() {
        if starts("--") { return takeLineComment(marker: 2) }
        if starts("/*") { return takeBlockComment(nests: true) }
        let quote = source[place]
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return place += 1 }
        // A doubled quote ends one string and begins the next, which comes to the same.
        skipString(until: [quote], escapes: false, spansLines: true)
    }

    private mutating func stepHash() {
        let byte = source[place]
        if byte == UInt8(ascii: "#"), place == 0 || source[place - 1].isSpace { return takeLineComment(marker: 1) }
        // An apostrophe within a word is no quote.
        guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'"), place == 0 || !source[place - 1].isWord
        else { return place += 1 }
        skipString(until: [byte], escapes: byte == UInt8(ascii: "\""), spansLines: false)
    }

    // MARK: Pieces

    private var quotesHere: [UInt8] {
        starts("\"\"\"") ? Array("\"\"\"".utf8) : [UInt8(ascii: "\"")]
    }

    private func starts(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { starts($0) }
    }

    private func starts(_ text: some Collection<UInt8>) -> Bool {
        source.count - place >= text.count && source[place..<place + text.count].elementsEqual(text)
    }

    /// From an opening quote to behind the closing one, or to the end of the line or text without one.
    private mutating func skipString(
        until end: [UInt8], escapes: Bool, spansLines: Bool, interpolates: Bool = false
    ) {
        // The opening is as long as the closing without its pounds.
        place += end.prefix { $0 == end[0] }.count
        while place < source.count {
            if starts(end) { return place += end.count }
            if source[place] == .newline, !spansLines { return }
            if escapes, source[place] == UInt8(ascii: "\\"), place + 1 < source.count {
                if interpolates, source[place + 1] == UInt8(ascii: "(") {
                    skipInterpolation()
                } else {
                    place += 2
                }
                continue
            }
            place += 1
        }
    }

    /// `\( … )`, with strings in it.
    private mutating func skipInterpolation() {
        var depth = 0
        place += 1
        while place < source.count, source[place] != .newline {
            switch source[place] {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"):
                depth -= 1
                if depth == 0 { return place += 1 }
            case UInt8(ascii: "\""):
                place += 1
                while place < source.count, source[place] != UInt8(ascii: "\""), source[place] != .newline {
                    place += 1
                }
                continue
            default: break
            }
            place += 1
        }
    }

    private mutating func takeLineComment(marker: Int) {
        let start = place
        while place < source.count, source[place] != .newline { place += 1 }
        note(start, place, text: source[start + marker..<place])
        blank(start, place)
    }

    private mutating func takeBlockComment(nests: Bool) {
        let start = place
        var depth = 0
        while place < source.count {
            if starts("/*") {
                depth = nests ? depth + 1 : 1
                place += 2
            } else if starts("*/") {
                depth -= 1
                place += 2
                if depth == 0 { break }
            } else {
                place += 1
            }
        }
        note(start, place, text: source[min(start + 2, place)..<place])
        blank(start, place)
    }

    private mutating func note(_ start: Int, _ end: Int, text: ArraySlice<UInt8>) {
        let line = line(at: start)
        let isAlone = bytes[lineStarts[line]..<start].allSatisfy(\.isSpace)
        comments.append(Comment(line: line, text: String(decoding: text, as: UTF8.self), isAlone: isAlone))
    }

    private mutating func blank(_ start: Int, _ end: Int) {
        for index in start..<end where bytes[index] != .newline { bytes[index] = .space }
    }

    /// Whether a string is a statement by itself: a docstring, or a comment in a string's clothes.
    private func isStatement(_ start: Int, _ end: Int) -> Bool {
        let before = source[lineStarts[line(at: start)]..<start]
        let isFirst = before.allSatisfy { $0.isSpace || "rRuU".utf8.contains($0) }
        guard isFirst else { return false }
        let after = source[end...].prefix { $0 != .newline }
        guard after.first(where: { !$0.isSpace }).map({ $0 == UInt8(ascii: "#") }) ?? true else { return false }
        // A line within brackets, or one that goes on, is an argument.
        let last = bytes[..<lineStarts[line(at: start)]].last(where: { !$0.isSpace && $0 != .newline })
        return last.map { !"([{,=\\+".utf8.contains($0) } ?? true
    }
}

extension UInt8 {
    static let newline = UInt8(ascii: "\n")
    static let space = UInt8(ascii: " ")

    /// Space, tab or carriage return.
    var isSpace: Bool { self == .space || self == 9 || self == 13 }
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isHexDigit: Bool { isDigit || (0x61...0x66).contains(self) || (0x41...0x46).contains(self) }
    /// Of an identifier; whatever is not ASCII is one.
    var isWord: Bool {
        isDigit || (0x61...0x7A).contains(self) || (0x41...0x5A).contains(self) || self == UInt8(ascii: "_")
            || self >= 0x80
    }
    var isQuote: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") || self == UInt8(ascii: "`") }
}
