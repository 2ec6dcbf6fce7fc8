extension RowExpression {
    enum Token: Equatable {
        case word(String), name(String), string(String), number(FeatureValue), symbol(String)
    }

    /// Longest text that is read, in UTF-8 bytes.
    static let lengthLimit = 8000

    static let keywords: Set<String> = [
        "and", "or", "not", "is", "null", "true", "false", "case", "when", "then", "else", "end", "coalesce",
    ]

    static func tokens(of text: String) throws(Problem) -> [Token] {
        guard text.utf8.count <= lengthLimit else { throw Problem("is longer than \(lengthLimit) bytes") }
        let characters = Array(text.unicodeScalars)
        var (tokens, index): ([Token], Int) = ([], 0)
        while index < characters.count {
            let character = characters[index]
            if character.properties.isWhitespace {
                index += 1
            } else if character == "'" || character == "\"" {
                let content = try quoted(characters, &index)
                guard character == "'" || !content.isEmpty else { throw Problem("has an empty column name") }
                tokens.append(character == "'" ? .string(content) : .name(content))
            } else if isDigit(character)
                || (character == "." && index + 1 < characters.count
                    && isDigit(characters[index + 1]))
            {
                tokens.append(.number(try number(characters, &index)))
            } else if isLetter(character) {
                let start = index
                while index < characters.count, continuesWord(characters[index]) { index += 1 }
                let word = string(characters[start..<index])
                tokens.append(keywords.contains(word.lowercased()) ? .word(word.lowercased()) : .name(word))
            } else {
                tokens.append(.symbol(try symbol(characters, &index)))
            }
        }
        return tokens
    }

    private static func isDigit(_ character: Unicode.Scalar) -> Bool { ("0"..."9").contains(character) }
    private static func isLetter(_ character: Unicode.Scalar) -> Bool {
        character.properties.isAlphabetic || character == "_"
    }

    /// Accents that stand by themselves belong to the letter before them.
    private static func continuesWord(_ character: Unicode.Scalar) -> Bool {
        isLetter(character) || isDigit(character) || character.properties.generalCategory == .nonspacingMark
    }

    private static func string(_ characters: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(characters))
    }

    /// A doubled mark stands for the mark itself.
    private static func quoted(_ characters: [Unicode.Scalar], _ index: inout Int) throws(Problem) -> String {
        let mark = characters[index]
        var content = String.UnicodeScalarView()
        index += 1
        while index < characters.count {
            if characters[index] == mark {
                index += 1
                guard index < characters.count, characters[index] == mark else { return String(content) }
            }
            content.append(characters[index])
            index += 1
        }
        throw Problem("has a \(mark) that is not closed")
    }

    private static func number(_ characters: [Unicode.Scalar], _ index: inout Int) throws(Problem) -> FeatureValue {
        let start = index
        while index < characters.count, isDigit(characters[index]) || characters[index] == "." { index += 1 }
        if index < characters.count, characters[index] == "e" || characters[index] == "E" {
            index += 1
            if index < characters.count, characters[index] == "+" || characters[index] == "-" { index += 1 }
            while index < characters.count, isDigit(characters[index]) { index += 1 }
        }
        let text = string(characters[start..<index])
        if let long = Int64(text) { return .long(long) }
        guard let double = Double(text), double.isFinite else { throw Problem("has '\(text)', which is no number") }
        return .double(double)
    }

    private static func symbol(_ characters: [Unicode.Scalar], _ index: inout Int) throws(Problem) -> String {
        for length in [2, 1] where index + length <= characters.count {
            let text = string(characters[index..<index + length])
            if ["<=", ">=", "<>", "!=", "=", "<", ">", "+", "-", "*", "/", "(", ")", ","].contains(text) {
                index += length
                return text == "!=" ? "<>" : text
            }
        }
        throw Problem("has '\(characters[index])', which is not part of the language")
    }
}
