import Foundation

/// Text made safe for element content and quoted attributes. Column names and levels come from data files, so every
/// text of the page goes through here. Control, noncharacter and direction-changing code points become U+FFFD.
package func html(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        case "\n", "\t": result += " "
        default: result.unicodeScalars.append(isHarmless(scalar) ? scalar : "\u{fffd}")
        }
    }
    return result
}

/// A column name or level as the page shows it: escaped, at most `limit` code points.
package func shownName(_ name: String, limit: Int = 80) -> String {
    name.isEmpty ? "(empty)" : html(shortened(name, to: limit))
}

/// Escaped text that may break after an underscore, so that long column names do not break inside a word.
package func breakable(_ escaped: String) -> String {
    escaped.replacingOccurrences(of: "_", with: "_<wbr/>")
}

private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x202a...0x202e, 0x2066...0x2069: false
    default: scalar.value & 0xfffe != 0xfffe
    }
}

/// A value as JSON that can stand inside a script element: no `<`, `>` or `&`, keys in order.
package func jsonForScript(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else { return "null" }
    var result = ""
    result.reserveCapacity(data.count)
    for scalar in String(decoding: data, as: UTF8.self).unicodeScalars {
        let isSafe = scalar != "<" && scalar != ">" && scalar != "&" && scalar != "\u{2028}" && scalar != "\u{2029}"
        if isSafe, isHarmless(scalar) {
            result.unicodeScalars.append(scalar)
        } else {
            // Inside JSON strings only; beyond the first plane an escape takes a surrogate pair.
            for unit in String(scalar).utf16 { result += String(format: "\\u%04x", Int(unit)) }
        }
    }
    return result
}

/// At most `limit` Unicode scalars, the last one `…` when something was cut.
package func shortened(_ text: String, to limit: Int = 40) -> String {
    guard text.unicodeScalars.count > limit else { return text }
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: text.unicodeScalars.prefix(limit - 1))
    return String(scalars) + "…"
}
