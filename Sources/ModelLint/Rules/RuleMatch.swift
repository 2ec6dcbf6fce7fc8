/// A place that breaks a rule, in bytes.
struct RuleMatch {
    var rule: LintRule
    var range: Range<Int>
    var message: String
}

/// Stages that are known, and what a word that is none may have meant.
package struct StageWords: Sendable {
    private let stages: [String]

    /// - Parameter stages: As they are to be written; they are compared in any case, as MLflow compares them.
    package init(_ stages: [String]) { self.stages = stages }

    func contains(_ word: String) -> Bool {
        stages.contains { $0.lowercased() == word.lowercased() }
    }

    /// The stage that a word is nearest to, if it is near enough to be meant.
    func nearest(to word: String) -> String? {
        let word = word.lowercased()
        if let whole = stages.first(where: { word.count >= 3 && $0.lowercased().hasPrefix(word) }) { return whole }
        let near = stages.map { ($0, editDistance(Array(word), Array($0.lowercased()))) }
            .min { $0.1 < $1.1 }
        return near.flatMap { $0.1 <= max(1, min(3, $0.0.count / 3)) ? $0.0 : nil }
    }

    func message(_ word: String) -> String {
        "'\(word)' is no stage" + (nearest(to: word).map { "; \($0) may be meant" } ?? "")
            + ". The stages are \(stages.joined(separator: ", "))"
    }
}

/// How many letters must be added, taken away, changed or swapped with their neighbour to make one text the other.
func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    guard left.count <= 64, right.count <= 64 else { return max(left.count, right.count) }
    var rows = [Array(0...right.count)]
    for i in 1..<(left.count + 1) {
        var row = [i]
        for j in 1..<(right.count + 1) {
            let change = rows[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
            var least = min(rows[i - 1][j] + 1, row[j - 1] + 1, change)
            if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                least = min(least, rows[i - 2][j - 2] + 1)
            }
            row.append(least)
        }
        rows.append(row)
    }
    return rows[left.count][right.count]
}
