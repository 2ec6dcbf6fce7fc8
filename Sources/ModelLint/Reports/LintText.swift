extension LintReport {
    /// For people: a line for each finding, and how to mend each rule that was broken.
    package var text: String {
        var lines = findings.map { "\($0.place)  \($0.level.rawValue)  \($0.rule.rawValue)  \($0.message)" }
        lines += failures.map { "\($0.path): could not be looked at: \($0.reason)" }
        let rules = LintRule.allCases.filter { rule in findings.contains { $0.rule == rule } }
        if !rules.isEmpty { lines.append("") }
        lines += rules.map { "\($0.rawValue): \($0.help)" }
        if !lines.isEmpty { lines.append("") }
        lines.append(summary)
        return lines.joined(separator: "\n")
    }

    package var summary: String {
        let errors = findings.filter { $0.level == .error }.count
        let parts = [
            count(fileCount, "file"), count(errors, "error"), count(findings.count - errors, "warning"),
            "\(allowed.count) allowed", failures.isEmpty ? nil : "\(failures.count) not looked at",
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    private func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
}
