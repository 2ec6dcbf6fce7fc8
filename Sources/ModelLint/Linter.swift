package import Foundation

/// Finds, in the text of programs and settings, models that are named so that nobody's approval can reach them.
///
/// Works on text, not on programs: a version that is put together when a program runs is not seen.
package struct Linter: Sendable {
    let stages: StageWords

    /// - Parameter stages: The stages that there are, as they are written.
    package init(stages: [String]) { self.stages = StageWords(stages) }

    /// What is found in one file.
    /// - Parameter path: As it is to be shown; its ending says the language. One of no known ending is read as text in
    ///   which `#` begins a comment.
    package func check(_ data: Data, path: String) -> LintReport {
        var report = LintReport()
        report.fileCount = 1
        let bytes = Array(data)
        guard String(validating: bytes, as: UTF8.self) != nil else {
            report.failures = [.init(path: path, reason: "it is not UTF-8")]
            return report
        }
        let language = SourceLanguage(path: path) ?? .hash
        guard language == .notebook else {
            add(bytes, language, to: &report) { line, column in Place(path: path, line: line + 1, column: column) }
            return report
        }
        do {
            let notebook = try NotebookCells(bytes)
            for cell in notebook.cells { add(cell, of: notebook, path: path, to: &report) }
        } catch {
            report.failures = [.init(path: path, reason: error.reason)]
        }
        return report
    }

    private func add(_ cell: NotebookCells.Cell, of notebook: NotebookCells, path: String, to report: inout LintReport)
    {
        var source = cell.source
        var language = SourceLanguage(word: cell.language ?? notebook.language ?? "python")
        // `%%sql` is for the cell; `%sql …` and `!martlet …` are for a line, and read as text.
        if source.starts(with: Array("%%".utf8)) {
            let word = source.dropFirst(2).prefix(while: \.isWord)
            language = SourceLanguage(word: String(decoding: word, as: UTF8.self))
        }
        if source.last == .newline { source.removeLast() }
        add(source, language, to: &report) { line, column in
            let start = cell.lines.indices.contains(line) ? cell.lines[line] : 0
            var place = Place(path: path, line: start + 1, column: column)
            (place.cell, place.cellLine) = (cell.number, line + 1)
            return place
        }
    }

    fileprivate struct Place {
        var path: String
        var line: Int
        var column: Int
        var cell: Int?
        var cellLine: Int?
    }

    /// - Parameter place: Where a line (from 0) and column (from 1) of the text are in the file.
    private func add(
        _ text: [UInt8], _ language: SourceLanguage, to report: inout LintReport, at place: (Int, Int) -> Place
    ) {
        let source = MaskedSource(text, language)
        var allowances = LintAllowance.all(in: source)
        var matches =
            modelAddressMatches(in: source.bytes, stages) + runIDMatches(in: source.bytes)
            + argumentMatches(in: source.bytes, language, stages)
        matches.sort { ($0.range.lowerBound, $0.rule.rawValue) < ($1.range.lowerBound, $1.rule.rawValue) }
        var seen: Set<Range<Int>> = []
        for match in matches where seen.insert(match.range).inserted {
            let line = source.line(at: match.range.lowerBound)
            var finding = finding(match, line, source, place)
            for index in allowances.indices where allowances[index].target == line {
                guard allowances[index].rules.contains(match.rule) else { continue }
                allowances[index].isUsed = true
                if allowances[index].hasReason { finding.allowance = allowances[index].reason }
            }
            if finding.allowance == nil { report.findings.append(finding) } else { report.allowed.append(finding) }
        }
        for allowance in allowances {
            guard let (rule, message) = allowance.problem else { continue }
            let start = source.lineStarts[allowance.line]
            let match = RuleMatch(rule: rule, range: start..<start, message: message)
            report.findings.append(finding(match, allowance.line, source, place))
        }
        report.findings.sort {
            ($0.path, $0.line, $0.cellLine ?? 0, $0.column) < ($1.path, $1.line, $1.cellLine ?? 0, $1.column)
        }
    }

    private func finding(
        _ match: RuleMatch, _ line: Int, _ source: MaskedSource, _ place: (Int, Int) -> Place
    ) -> LintFinding {
        let text = source.lineText(line)
        let start = source.lineStarts[line]
        func column(_ byte: Int) -> Int {
            String(decoding: text.utf8.prefix(byte - start), as: UTF8.self).unicodeScalars.count + 1
        }
        let end = match.range.isEmpty ? start + text.utf8.count : min(match.range.upperBound, start + text.utf8.count)
        let found = place(line, column(match.range.lowerBound))
        return LintFinding(
            rule: match.rule, path: found.path, line: found.line, column: found.column,
            endColumn: max(column(end), found.column + 1), cell: found.cell, cellLine: found.cellLine,
            text: String(text.trimmingCharacters(in: .whitespaces).prefix(200)), message: match.message)
    }
}

extension LintAllowance {
    /// What is wrong with the comment itself.
    fileprivate var problem: (LintRule, String)? {
        if let word = unknownRules.first {
            let rules = LintRule.allCases.prefix(3).map(\.rawValue).joined(separator: ", ")
            return (.reasonMissing, "'\(word)' is no rule. Name what is allowed: \(rules)")
        }
        guard !rules.isEmpty else {
            return (.reasonMissing, "The comment names no rule. Write martlet:allow RULE REASON")
        }
        guard hasReason else {
            return (.reasonMissing, "The comment gives no reason. Write martlet:allow \(rules[0].rawValue) REASON")
        }
        guard isUsed else {
            return (.unusedAllowance, "Nothing here breaks \(rules.map(\.rawValue).joined(separator: ", "))")
        }
        return nil
    }
}

extension SourceLanguage {
    /// By a notebook's or a magic's word.
    fileprivate init(word: String) {
        switch word {
        case "python", "python3", "ipython", "pyspark", "py": self = .python
        case "swift", "scala", "java", "javascript", "typescript": self = .swift
        case "sql": self = .sql
        default: self = .hash
        }
    }
}
