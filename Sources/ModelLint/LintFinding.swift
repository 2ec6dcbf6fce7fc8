/// One place that breaks a rule.
package struct LintFinding: Sendable, Hashable, Codable {
    package var rule: LintRule
    /// The file, as it is to be shown.
    package var path: String
    /// In the file, from 1.
    package var line: Int
    /// In Unicode code points, from 1, of the cell's line in a notebook; `endColumn` is behind the last.
    package var column: Int
    package var endColumn: Int
    /// Of a notebook: which cell, from 1, and which line of it.
    package var cell: Int?
    package var cellLine: Int?
    /// What stands there.
    package var text: String
    package var message: String
    /// Why it is allowed; nil when it is not.
    package var allowance: String?

    package var level: LintRule.Level { rule.level }

    /// `train.py:12:8`, of a notebook `train.ipynb:cell 3:2:8`.
    package var place: String {
        guard let cell, let cellLine else { return "\(path):\(line):\(column)" }
        return "\(path):cell \(cell):\(cellLine):\(column)"
    }

    enum CodingKeys: String, CodingKey {
        case rule, path, line, column, cell, text, message, allowance
        case endColumn = "end_column"
        case cellLine = "cell_line"
    }
}

/// What was found in some files.
package struct LintReport: Sendable, Hashable, Codable {
    /// A file that could not be looked at, and why.
    package struct Failure: Sendable, Hashable, Codable {
        package var path: String
        package var reason: String

        package init(path: String, reason: String) { (self.path, self.reason) = (path, reason) }
    }

    /// By path and place.
    package var findings: [LintFinding] = []
    /// Those that a comment allows, with its reason.
    package var allowed: [LintFinding] = []
    package var failures: [Failure] = []
    package var fileCount = 0

    package init() {}

    /// 0 when nothing was found, 1 when something was, 2 when a file could not be looked at.
    package var exitCode: Int32 { failures.isEmpty ? (findings.isEmpty ? 0 : 1) : 2 }

    /// Worst first, then by path and place.
    package var worstFirst: [LintFinding] {
        findings.enumerated().sorted { ($1.element.level, $0.offset) < ($0.element.level, $1.offset) }.map(\.element)
    }

    enum CodingKeys: String, CodingKey {
        case findings, allowed, failures
        case fileCount = "file_count"
    }
}
