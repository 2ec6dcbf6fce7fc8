/// Statements as DuckDB's SQL wants them.
enum SQLText {
    /// A statement without the semicolons and blanks at its end, so that it can stand in parentheses.
    static func statement(_ sql: String) -> String {
        var text = Substring(sql)
        while let last = text.last, last == ";" || last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
