/// `name` as an identifier in the text of a statement: in double quotes, and those within doubled.
package func quotedIdentifier(_ name: String) -> String { quoted(name, by: "\"") }

/// `text` as a string literal in the text of a statement, for places where `?` is not allowed (a file in COPY, say).
package func quotedLiteral(_ text: String) -> String { quoted(text, by: "'") }

/// A file as a literal where `*`, `?` and `[` are taken for patterns: in `read_parquet`, `read_csv` and `read_json`.
package func quotedFile(_ path: String) -> String {
    var pattern = String.UnicodeScalarView()
    for scalar in path.unicodeScalars {
        switch scalar {
        case "*", "?", "[": pattern += ["[", scalar, "]"]
        default: pattern.append(scalar)
        }
    }
    return quotedLiteral(String(pattern))
}

/// By scalars, not characters: an accent after a quote does not hide the quote.
private func quoted(_ text: String, by quote: Unicode.Scalar) -> String {
    var quoted = String.UnicodeScalarView()
    quoted.append(quote)
    for scalar in text.unicodeScalars {
        if scalar == quote { quoted.append(quote) }
        quoted.append(scalar)
    }
    quoted.append(quote)
    return String(quoted)
}
