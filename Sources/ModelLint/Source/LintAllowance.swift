/// A comment that allows a line to break rules: `martlet:allow pinned-version the report compares with version 7`.
///
/// It holds for its own line; standing alone, for the next line that is not a comment.
struct LintAllowance {
    var rules: [LintRule]
    var unknownRules: [String]
    var reason: String
    /// Where it stands, and the line that it allows, from 0.
    var line: Int
    var target: Int
    var isUsed = false

    /// Those of a text, in order.
    static func all(in source: MaskedSource) -> [LintAllowance] {
        source.comments.compactMap { comment in
            guard let marker = comment.text.firstRange(of: "martlet:allow", orWith: "martlet: allow"),
                // Quoted, it is talked about.
                !comment.text[..<marker.lowerBound].hasSuffix("`")
            else { return nil }
            var words = comment.text[marker.upperBound...].split(whereSeparator: \.isWhitespace)[...]
            var (rules, unknown): ([LintRule], [String]) = ([], [])
            while let word = words.first {
                let name = word.hasSuffix(",") ? word.dropLast() : word
                let names = name.split(separator: ",").map(String.init)
                let known = names.compactMap(LintRule.init(rawValue:))
                guard known.count == names.count, !names.isEmpty else {
                    if rules.isEmpty { unknown.append(String(word)) }
                    break
                }
                rules += known
                words = words.dropFirst()
            }
            let reason = words.joined(separator: " ").drop { "-–—:. ".contains($0) }
            let text = reason.replacing("*/", with: "").split(separator: "\n").first.map(String.init) ?? ""
            return LintAllowance(
                rules: rules, unknownRules: unknown, reason: text, line: comment.line,
                target: comment.isAlone ? source.nextCode(after: comment.line) : comment.line)
        }
    }

    /// Whether the reason is words, not a sign.
    var hasReason: Bool { reason.filter(\.isLetter).count >= 3 }
}

extension MaskedSource {
    /// The next line on which something stands besides comments, or the last.
    fileprivate func nextCode(after line: Int) -> Int {
        for next in (line + 1)..<max(line + 1, lineStarts.count) {
            let end = next + 1 < lineStarts.count ? lineStarts[next + 1] : bytes.count
            if bytes[lineStarts[next]..<end].contains(where: { !$0.isSpace && $0 != .newline }) { return next }
        }
        return line
    }
}

extension String {
    fileprivate func firstRange(of text: String, orWith other: String) -> Range<Index>? {
        firstRange(of: text) ?? firstRange(of: other)
    }
}
