/// How many cells of a terminal a text takes: none for marks that combine, two for what East Asian fonts draw wide.
///
/// Source of the ranges: Unicode's UAX #11 and `emoji-data.txt`, in blocks, which is as near as terminals agree.
package func displayWidth(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.reduce(0) { $0 + $1.displayWidth }
}

extension Character {
    fileprivate var displayWidth: Int {
        guard let first = unicodeScalars.first else { return 0 }
        if unicodeScalars.contains("\u{FE0F}") { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return first.isWide ? 2 : 1
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isWide: Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
            0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}

/// A text on one line that says nothing to the terminal: each control character is a space or, when it could steer, `�`.
///
/// Names and values come from whoever logged them; an escape sequence among them must not reach the reader's terminal.
package func harmless(_ text: String) -> String {
    func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        // Marks that turn the direction of writing make a line read otherwise than it is.
        case .format: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        default: false
        }
    }
    guard text.unicodeScalars.contains(where: isHarmful) else { return text }
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if !isHarmful(scalar) {
            scalars.append(scalar)
        } else {
            let isSpace = scalar.properties.isWhitespace
            scalars.append(isSpace ? " " : "\u{FFFD}")
        }
    }
    return String(scalars)
}

/// A text in at most `width` cells, the last of them `…` when something was cut off.
package func cut(_ text: String, to width: Int) -> String {
    guard displayWidth(text) > width else { return text }
    guard width > 0 else { return "" }
    var (kept, used) = ("", 0)
    for character in text {
        let next = displayWidth(String(character))
        guard used + next <= width - 1 else { break }
        kept.append(character)
        used += next
    }
    return kept + "…"
}
