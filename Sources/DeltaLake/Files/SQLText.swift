import QueryEngine

/// Files and statements as DuckDB's SQL wants them.
enum SQLText {
    /// A file for `read_parquet`, which would take `*`, `?` and `[` for patterns.
    static func file(_ path: String) -> String {
        var pattern = ""
        for character in path.unicodeScalars {
            switch character {
            case "*", "?", "[": pattern += "[\(character)]"
            default: pattern.unicodeScalars.append(character)
            }
        }
        return quotedLiteral(pattern)
    }

    /// A statement without the semicolons and blanks at its end, so that it can stand in parentheses.
    static func statement(_ sql: String) -> String {
        var text = Substring(sql)
        while let last = text.last, last == ";" || last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
