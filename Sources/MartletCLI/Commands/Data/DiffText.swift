import MartletDomain
import Platform
import TerminalText

/// A diff as lines of text.
struct DiffText {
    let diff: DatasetDiff

    init(_ diff: DatasetDiff) { self.diff = diff }

    var lines: [String] {
        let head = [
            "\(diff.from) (\(diff.fromRows) rows) to \(diff.to) (\(diff.toRows) rows)",
            // The spaces between groups of digits are for pages.
            diff.summary.joined(separator: " ").replacing("\u{202F}", with: ","),
        ]
        let parts = [schema, columns, changes, rows("Added", "+", diff.added, diff.addedRows), removed, distributions]
        return head + parts.filter { !$0.isEmpty }.flatMap { [""] + $0 }
    }

    private var removed: [String] { rows("Removed", "-", diff.removed, diff.removedRows) }

    private var schema: [String] {
        let lines =
            diff.addedColumns.map { "+ \(harmless($0.name)) \($0.type)" }
            + diff.removedColumns.map { "- \(harmless($0.name)) \($0.type)" }
            + diff.retypedColumns.map { "~ \(harmless($0.name)) \($0.from) -> \($0.to)" }
        return lines.isEmpty ? [] : ["Columns"] + lines.map { "  " + $0 }
    }

    private var columns: [String] {
        guard !diff.changedColumns.isEmpty else { return [] }
        let rows = diff.changedColumns.map { [$0.name, "\($0.rows)"] }
        return TextTable([.init("CHANGED COLUMN"), .init("ROWS", .number)], rows).lines(fitting: TerminalScreen.width)
    }

    private var changes: [String] {
        guard !diff.changed.isEmpty else { return [] }
        let lines = diff.changed.map { row in
            let changes = row.changes.map { "\($0.column) \(word($0.from)) -> \(word($0.to))" }
            return line("~ \(keyed(row.key)): " + changes.joined(separator: ", "))
        }
        return heading("Changed", diff.changed.count, diff.changedRows) + lines
    }

    private func rows(_ verb: String, _ sign: String, _ rows: [RowExample], _ count: Int64) -> [String] {
        guard !rows.isEmpty else { return [] }
        return heading(verb, rows.count, count)
            + rows.map { line("\(sign) \(keyed($0.values))" + ($0.count > 1 ? "  (\($0.count) times)" : "")) }
    }

    private var distributions: [String] {
        let moved = diff.distributions.filter(\.isMoved)
        guard !moved.isEmpty else { return [] }
        return ["Moved (from samples of at most \(diff.sampledRows) rows)"]
            + moved.map { line("\($0.name): \($0.explanation.replacing("\u{202F}", with: ","))") }
    }

    private func heading(_ verb: String, _ shown: Int, _ count: Int64) -> [String] {
        [Int64(shown) < count ? "\(verb), the first \(shown) of \(count)" : verb]
    }

    private func keyed(_ values: [ColumnText]) -> String {
        values.map { "\($0.column)=\(word($0.value))" }.joined(separator: " ")
    }

    private func word(_ value: String?) -> String { value.map { cut(harmless($0), to: 40) } ?? "null" }

    private func line(_ text: String) -> String {
        let text = "  " + harmless(text)
        return TerminalScreen.width.map { cut(text, to: max(20, $0)) } ?? text
    }
}
