/// A line of a CSV file by RFC 4180, with its CRLF: fields with a comma, a quote or a line break in quotes, quotes doubled.
///
/// A field that is nil is empty; one that is an empty text is `""`, so that readers who care can tell them apart.
package func csvLine(_ fields: [String?]) -> String {
    fields.map { field in
        guard let field else { return "" }
        let needsQuotes =
            field.isEmpty
            || field.utf8.contains { [UInt8(ascii: ","), UInt8(ascii: "\""), 0x0A, 0x0D].contains($0) }
        return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }.joined(separator: ",") + "\r\n"
}
