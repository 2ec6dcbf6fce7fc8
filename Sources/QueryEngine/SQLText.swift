/// `name` as an identifier in the text of a statement: in double quotes, and those within doubled.
package func quotedIdentifier(_ name: String) -> String { quoted(name, by: "\"") }

/// `text` as a string literal in the text of a statement, for places where `?` is not allowed (a file in COPY, say).
package func quotedLiteral(_ text: String) -> String { quoted(text, by: "'") }

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
