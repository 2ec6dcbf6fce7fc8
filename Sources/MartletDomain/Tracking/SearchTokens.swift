/// A word of a filter string.
enum SearchToken: Sendable, Hashable {
    /// With its quotes: `metrics.auc`, ``params.`a b` ``, `AND`, `"text"`.
    case identifier(String)
    /// Without its quotes; escapes are not resolved.
    case text(String)
    case number(Double, String)
    /// A run of `<>=!~`.
    case comparator(String)
    case open, close, comma

    var shown: String {
        switch self {
        case .identifier(let word), .comparator(let word), .number(_, let word): word
        case .text(let text): "'\(text)'"
        case .open: "("
        case .close: ")"
        case .comma: ","
        }
    }

    /// The word in upper case, if this is one.
    var keyword: String? {
        if case .identifier(let word) = self { word.uppercased() } else { nil }
    }

    /// The whole number that this is, bare or in quotes.
    var wholeNumber: Int64? {
        switch self {
        case .number(_, let word): Int64(word)
        case .text(let text): Int64(wholeNumber: text)
        case .identifier(let word) where word.hasPrefix("\""): Int64(wholeNumber: word.withoutQuotes)
        default: nil
        }
    }

    /// Splits a filter string into words.
    /// - Throws: ``InvalidRequest`` for a quote that is not closed and for characters that mean nothing.
    static func all(in filter: String) throws(InvalidRequest) -> [SearchToken] {
        var scanner = SearchScanner(filter)
        var tokens: [SearchToken] = []
        while let token = try scanner.next() { tokens.append(token) }
        return tokens
    }
}

/// Reads scalars rather than characters, so that a combining mark cannot hide a quote.
private struct SearchScanner {
    private let scalars: [Unicode.Scalar]
    private var lastQuotes: [Unicode.Scalar: Int] = [:]
    private var place = 0

    init(_ filter: String) {
        scalars = Array(filter.unicodeScalars)
        for (place, scalar) in scalars.enumerated() where ["'", "\"", "`"].contains(scalar) {
            lastQuotes[scalar] = place
        }
    }

    private var current: Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

    mutating func next() throws(InvalidRequest) -> SearchToken? {
        while let scalar = current, scalar.properties.isWhitespace { place += 1 }
        guard let scalar = current else { return nil }
        switch scalar {
        case "(": return take(.open)
        case ")": return take(.close)
        case ",": return take(.comma)
        case "'": return .text(try quoted().withoutQuotes)
        case "<", ">", "=", "!", "~": return .comparator(take { "<>=!~".unicodeScalars.contains($0) })
        case "0"..."9", "-", "+", ".": return try number()
        case "`", "\"": return .identifier(try identifier())
        case _ where Self.isWord(scalar): return .identifier(try identifier())
        default: throw InvalidRequest("Invalid clause(s) in filter string: '\(rest())'")
        }
    }

    private mutating func take(_ token: SearchToken) -> SearchToken {
        place += 1
        return token
    }

    private mutating func take(while belongs: (Unicode.Scalar) -> Bool) -> String {
        let start = place
        while let scalar = current, belongs(scalar) { place += 1 }
        return text(start..<place)
    }

    private func text(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }
    private func rest() -> String { text(place..<min(scalars.count, place + 100)) }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || ("0"..."9").contains(scalar) || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
            || (!scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil))
    }

    private mutating func identifier() throws(InvalidRequest) -> String {
        var word = ""
        while let scalar = current {
            if scalar == "`" || scalar == "\"" || (scalar == "'" && word.hasSuffix(".")) {
                word += try quoted()
            } else if scalar == "." || Self.isWord(scalar) {
                word += take { $0 == "." || Self.isWord($0) }
            } else {
                break
            }
        }
        return word
    }

    /// From one quote to the next of its kind, both included; a doubled or backslashed quote does not end it.
    private mutating func quoted() throws(InvalidRequest) -> String {
        let start = place
        let quote = scalars[start]
        place += 1
        while let scalar = current {
            let following = place + 1 < scalars.count ? scalars[place + 1] : nil
            if scalar == quote {
                guard following == quote else {
                    place += 1
                    return text(start..<place)
                }
                place += 2
            } else if scalar == "\\", following == quote, quote != "`", lastQuotes[quote, default: 0] > place + 1 {
                place += 2
            } else {
                place += 1
            }
        }
        place = start
        throw InvalidRequest("Invalid clause(s) in filter string: '\(rest())' (the quote is not closed)")
    }

    private mutating func number() throws(InvalidRequest) -> SearchToken {
        let start = place
        let word = take { Self.isWord($0) || $0 == "." || $0 == "-" || $0 == "+" }
        // Neither `+1` nor `0x1`, which Swift reads as numbers, too.
        let isPlain = word.utf8.first != UInt8(ascii: "+") && !word.utf8.contains { $0 | 0x20 == UInt8(ascii: "x") }
        guard isPlain, let number = Double(word), number.isFinite else {
            place = start
            throw InvalidRequest("Invalid clause(s) in filter string: '\(rest())'")
        }
        return .number(number, word)
    }
}
