package import MartletDomain
import ReportPage

/// A diff as one HTML file that needs nothing else; the same diff gives the same bytes.
///
/// The whole diff stands in the file as JSON, in the script element `diff`.
package func diffPage(_ diff: DatasetDiff) -> String {
    let title = "\(diff.from) to \(diff.to)"
    let header = """
        <header>
        <h1>\(html(title))</h1>
        <p class="verdict\(diff.isSame ? "" : " drift")">\(html(diff.summary.joined(separator: " ")))</p>
        </header>
        """
    let changedColumns = tableSection(
        "Changed columns", id: "columns", ["Column", "Rows with another value", "Share of the rows before"],
        numeric: [1, 2],
        diff.changedColumns.map {
            [
                $0.name, NumberText.count(Int($0.rows)),
                NumberText.percent(Double($0.rows) / Double(max(1, diff.fromRows))),
            ]
        })
    return reportPage(
        title: title,
        [
            header, "<main>", diff.schemaSection, changedColumns, diff.changesSection,
            rowsSection("Rows added", id: "added", diff.added, of: diff.addedRows),
            rowsSection("Rows removed", id: "removed", diff.removed, of: diff.removedRows), diff.distributionsSection,
            factsSection("What was compared", id: "facts", diff.facts), "</main>",
        ], data: diff, dataID: "diff")
}

private func rowsSection(_ heading: String, id: String, _ rows: [RowExample], of count: Int64) -> String {
    let names = rows.first?.values.map(\.column) ?? []
    let isCounted = rows.contains { $0.count > 1 }
    return tableSection(
        heading, id: id, caption: DatasetDiff.shown(rows.count, of: count), (isCounted ? ["Times"] : []) + names,
        rows.map { row in
            (isCounted ? [NumberText.count(Int(row.count))] : [])
                + row.values.map { shortened($0.value ?? "null", to: 80) }
        })
}

extension DatasetDiff {
    static func shown(_ shown: Int, of count: Int64) -> String {
        Int64(shown) < count ? "The first \(shown) of \(NumberText.count(Int(count)))." : ""
    }

    /// What changed, in sentences.
    package var summary: [String] {
        if isSame { return ["Nothing changed: the same columns, and the same \(NumberText.count(Int(toRows))) rows."] }
        var words: [String] = []
        func count(_ number: Int64, _ verb: String) -> String {
            "\(NumberText.count(Int(number))) \(number == 1 ? "row" : "rows") \(verb)"
        }
        let changed = key.isEmpty ? "" : ", \(count(changedRows, "changed"))"
        words.append("\(count(addedRows, "added")), \(count(removedRows, "removed"))\(changed).")
        if !addedColumns.isEmpty { words.append("\(NumberText.columns(addedColumns.count)) added.") }
        if !removedColumns.isEmpty { words.append("\(NumberText.columns(removedColumns.count)) removed.") }
        if !retypedColumns.isEmpty { words.append("\(NumberText.columns(retypedColumns.count)) of another type.") }
        let moved = distributions.count { $0.isMoved }
        if moved > 0 { words.append("The distribution of \(NumberText.columns(moved)) moved.") }
        return words
    }

    fileprivate var schemaSection: String {
        let rows =
            addedColumns.map { [$0.name, "added", "–", $0.type.description] }
            + removedColumns.map { [$0.name, "removed", $0.type.description, "–"] }
            + retypedColumns.map { [$0.name, "another type", $0.from.description, $0.to.description] }
        return tableSection("Schema", id: "schema", ["Column", "What happened", "Before", "After"], rows)
    }

    fileprivate var changesSection: String {
        let rows = changed.flatMap { row in
            let key = row.key.map { $0.value ?? "null" }.joined(separator: ", ")
            return row.changes.map {
                [key, $0.column, shortened($0.from ?? "null", to: 80), shortened($0.to ?? "null", to: 80)]
            }
        }
        return tableSection(
            "Rows changed", id: "changed", caption: Self.shown(changed.count, of: changedRows),
            [key.joined(separator: ", "), "Column", "Before", "After"], rows)
    }

    fileprivate var distributionsSection: String {
        let figures = distributions.enumerated().map { number, shift in
            (
                heading: shift.name, drawing: shift.drawing(number),
                caption: (shift.isMoved ? "▲ Moved. " : shift.score == nil ? "– " : "○ ") + shift.explanation
            )
        }
        let note = """

            <p class="key"><svg viewBox="0 0 32 16" aria-hidden="true"><path class="r" d="M0 2H32V14H0Z"/></svg>\
            before <svg viewBox="0 0 32 16" aria-hidden="true"><path class="c" d="M1 2H31V14H1Z"/></svg>after. \
            Columns that moved most come first.</p>
            """
        return figuresSection("Distributions", id: "distributions", note: note, figures)
    }

    fileprivate var facts: [(label: String, value: String)] {
        [
            (label: "Before", value: "\(from), \(NumberText.count(Int(fromRows))) rows"),
            (label: "After", value: "\(to), \(NumberText.count(Int(toRows))) rows"),
            (label: "Key", value: key.isEmpty ? "none: rows as a whole" : key.joined(separator: ", ")),
            (label: "Distributions", value: "of at most \(NumberText.count(Int(sampledRows))) rows of each side"),
        ]
    }
}

extension ColumnShift {
    fileprivate func drawing(_ number: Int) -> String {
        let title = "\(shownName(name)): before and after"
        if let bins, let low = bins.edges.first, let high = bins.edges.last {
            func shares(_ counts: [Int]) -> [Double] {
                let total = max(1, counts.reduce(0, +))
                return counts.map { Double($0) / Double(total) }
            }
            let chart = stepChart(
                shares(bins.from), shares(bins.to), low: ProfileValue(low, of: type).description,
                high: ProfileValue(high, of: type).description)
            return chart.map { ReportPage.drawing(number, height: 110, title: title, description: explanation, $0) }
                ?? ""
        }
        let bars = levelBars(levels.map { ($0.value, $0.from, $0.to) })
        return bars.map {
            ReportPage.drawing(number, height: 18 * levels.count, title: title, description: explanation, $0)
        } ?? ""
    }
}
