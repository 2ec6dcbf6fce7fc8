extension LintReport {
    /// How many annotations GitHub shows of a step for each level.
    private static let shown = 10

    /// Workflow commands: the worst findings as annotations, as many as GitHub shows of a step, then one for all
    /// others, which follow as plain lines of the log.
    ///
    /// Source: GitHub's "Workflow commands for GitHub Actions", error, warning and notice messages and their escapes.
    package var gitHubAnnotations: String {
        var lines: [String] = []
        let unread = failures.map { command("error", $0.path, "could not be looked at", $0.reason) }
        let found = worstFirst.map { finding in
            command(
                finding.level.rawValue, finding.path, finding.rule.rawValue,
                (finding.cell.map { "Cell \($0), line \(finding.cellLine ?? 0): " } ?? "") + finding.message,
                [("line", finding.line), ("col", finding.column), ("endColumn", finding.endColumn)])
        }
        lines += (unread + found).prefix(Self.shown)
        let rest = unread.count + found.count - Self.shown
        if rest > 0 {
            let text = "\(rest) more besides the \(Self.shown) worst; the log of this step lists them all. \(summary)"
            lines.append("::notice title=martlet lint::\(escaped(text))")
        }
        // A line of the log must not begin like a command, which a path could.
        lines += (findings.isEmpty && failures.isEmpty) ? [summary] : ["", text]
        return lines.joined(separator: "\n")
    }

    /// A table for the page of the workflow run, worst first.
    /// - Parameter limit: In bytes; GitHub takes 1 MiB a step.
    package func markdown(limit: Int = 1_000_000) -> String {
        var text = "### martlet lint\n\n\(summary)\n"
        guard !findings.isEmpty || !failures.isEmpty else { return text }
        text += "\n| place | rule | what |\n|---|---|---|\n"
        var left = worstFirst.count + failures.count
        let rows =
            failures.map { "| \(cell($0.path)) | | could not be looked at: \(cell($0.reason)) |\n" }
            + worstFirst.map { "| \(cell($0.place)) | \($0.rule.rawValue) | \(cell($0.message)) |\n" }
        for row in rows {
            guard text.utf8.count + row.utf8.count < limit - 100 else { break }
            text += row
            left -= 1
        }
        if left > 0 { text += "\nand \(left) more.\n" }
        return text
    }

    private func command(
        _ level: String, _ path: String, _ title: String, _ message: String, _ numbers: [(String, Int)] = []
    ) -> String {
        let places = numbers.map { "\($0)=\($1)" }
        let properties = ["file=\(property(path))"] + places + ["title=\(property(title))"]
        return "::\(level) \(properties.joined(separator: ","))::\(escaped(message))"
    }

    private func escaped(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    private func property(_ text: String) -> String {
        escaped(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }

    private func cell(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("\n", with: " ").replacing("<", with: "&lt;")
    }
}
