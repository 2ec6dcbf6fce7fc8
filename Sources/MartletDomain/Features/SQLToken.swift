/// A piece of SQL and where it stands.
struct SQLToken: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// As written; keywords are words, too.
        case word(String)
        /// In double quotes.
        case name(String)
        case string(String), number(String), symbol(String)
    }

    var kind: Kind
    /// Offsets in code points.
    var range: Range<Int>

    var symbol: String? { if case .symbol(let text) = kind { text } else { nil } }
    var keyword: String? { if case .word(let text) = kind { text } else { nil } }

    func isKeyword(_ word: String) -> Bool { keyword?.uppercased() == word }
}

/// A text of SQL by its code points.
struct SQLText: Sendable {
    /// Where a text stops being SQL.
    struct Problem: Error {
        var message: String
    }

    private let scalars: [Unicode.Scalar]

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    var count: Int { scalars.count }

    func text(_ range: Range<Int>) -> String {
        String(String.UnicodeScalarView(scalars[range.clamped(to: 0..<scalars.count)]))
    }

    /// `Line 2, column 8`, from 1.
    func place(_ offset: Int) -> String {
        let before = scalars.prefix(offset)
        let line = before.count { $0 == "\n" } + 1
        let column = offset - (before.lastIndex(of: "\n").map { $0 + 1 } ?? 0) + 1
        return "Line \(line), column \(column)"
    }

    func tokens() throws(Problem) -> [SQLToken] {
        var tokens: [SQLToken] = []
        var index = 0
        while index < scalars.count {
            let (scalar, start) = (scalars[index], index)
            if scalar.properties.isWhitespace {
                index += 1
            } else if let end = comment(at: index) {
                index = end
            } else if scalar == "'" || scalar == "\"" {
                let content = try quoted(&index)
                tokens.append(SQLToken(kind: scalar == "'" ? .string(content) : .name(content), range: start..<index))
            } else if Self.isDigit(scalar) || (scalar == "." && index + 1 < count && Self.isDigit(scalars[index + 1])) {
                while index < count, Self.isDigit(scalars[index]) || scalars[index] == "." { index += 1 }
                tokens.append(SQLToken(kind: .number(text(start..<index)), range: start..<index))
            } else if Self.isLetter(scalar) {
                while index < count, Self.isLetter(scalars[index]) || Self.isDigit(scalars[index]) { index += 1 }
                tokens.append(SQLToken(kind: .word(text(start..<index)), range: start..<index))
            } else {
                guard "=<>!+-*/(),.;".unicodeScalars.contains(scalar) else {
                    throw Problem(message: "\(place(index)) has '\(scalar)', which is not part of the language")
                }
                index += 1
                tokens.append(SQLToken(kind: .symbol(String(scalar)), range: start..<index))
            }
        }
        return tokens
    }

    /// The end of a comment that begins here: `--` to the end of the line, or `/* … */`.
    private func comment(at index: Int) -> Int? {
        guard index + 1 < count else { return nil }
        if scalars[index] == "-", scalars[index + 1] == "-" {
            return scalars[index...].firstIndex(of: "\n") ?? count
        }
        guard scalars[index] == "/", scalars[index + 1] == "*" else { return nil }
        var end = index + 2
        while end + 1 < count, !(scalars[end] == "*" && scalars[end + 1] == "/") { end += 1 }
        return min(end + 2, count)
    }

    private func quoted(_ index: inout Int) throws(Problem) -> String {
        let (mark, start) = (scalars[index], index)
        var content = String.UnicodeScalarView()
        index += 1
        while index < count {
            if scalars[index] == mark {
                index += 1
                guard index < count, scalars[index] == mark else { return String(content) }
            }
            content.append(scalars[index])
            index += 1
        }
        throw Problem(message: "\(place(start)) has a \(mark) that is not closed")
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar == "_" || scalar.properties.isAlphabetic }

    /// `12 months` as `P12M`, `1 day 12 hours` as `P1DT12H`; ISO 8601 as it is. Nil for anything else.
    static func isoLength(_ text: String) -> String? {
        let unsigned = text.hasPrefix("-") ? String(text.dropFirst()) : text
        if CalendarDuration(unsigned) != nil { return text }
        let words = unsigned.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
        guard !words.isEmpty, words.count.isMultiple(of: 2) else { return nil }
        var (date, time) = ("", "")
        for (amount, unit) in zip(
            words.enumerated().filter { $0.offset % 2 == 0 }, words.enumerated().filter { $0.offset % 2 == 1 })
        {
            let name = unit.element.hasSuffix("s") ? String(unit.element.dropLast()) : unit.element
            switch name {
            case "year": date += amount.element + "Y"
            case "month": date += amount.element + "M"
            case "week": date += amount.element + "W"
            case "day": date += amount.element + "D"
            case "hour": time += amount.element + "H"
            case "minute": time += amount.element + "M"
            case "second": time += amount.element + "S"
            default: return nil
            }
        }
        let iso = "P" + date + (time.isEmpty ? "" : "T" + time)
        return CalendarDuration(iso) == nil ? nil : (text.hasPrefix("-") ? "-" : "") + iso
    }
}
