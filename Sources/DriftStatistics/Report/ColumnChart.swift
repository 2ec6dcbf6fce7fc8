import ReportPage

/// A column's small multiple: reference filled, current as a line, both on the same bins or levels.
struct ColumnChart {
    let column: ColumnDrift
    /// Makes the ids of this chart's title and description unique on the page.
    let number: Int

    /// The drawing, or an empty text when there is nothing to draw.
    var svg: String {
        if let bins = column.bins { return numeric(bins) }
        if let levels = column.levels { return categorical(levels) }
        return ""
    }

    private func frame(height: Int, description: String, _ body: String) -> String {
        drawing(
            number, height: height, title: "\(shownName(column.name)): reference and current", description: description,
            body)
    }

    private func numeric(_ bins: BinnedCounts) -> String {
        let (reference, current) = (bins.referenceShares, bins.currentShares)
        let highest = max(reference.max() ?? 0, current.max() ?? 0)
        guard highest > 0, let low = bins.edges.first, let high = bins.edges.last else { return "" }
        let filled = stepOutline(reference, highest: highest) + "Z"
        let line = stepOutline(current, highest: highest)
        let strips =
            strip(column.referenceSummary, low, high, y: 100, kind: "rl")
            + strip(column.currentSummary, low, high, y: 110, kind: "c")
        return frame(
            height: 130, description: numericDescription,
            """
            <path class="r" d="\(filled)"/><path class="c" d="\(line)"/>\
            <path class="x" d="M0 90H300"/>\(strips)\
            <text x="0" y="127">\(NumberText.plain(low))</text>\
            <text class="e" x="300" y="127">\(NumberText.plain(high))</text>
            """)
    }

    /// A line from the 5 % to the 95 % quantile, a box around the middle half, a tick at the median.
    private func strip(_ summary: NumericSummary?, _ low: Double, _ high: Double, y: Int, kind: String) -> String {
        guard let summary, high > low else { return "" }
        func x(_ value: Double) -> String {
            NumberText.coordinate(min(300, max(0, 300 * ((value - low) / (high - low)))))
        }
        return """
            <path class="\(kind)" d="M\(x(summary.q05)) \(y)H\(x(summary.q95))\
            M\(x(summary.q25)) \(y - 3)H\(x(summary.q75))V\(y + 3)H\(x(summary.q25))Z\
            M\(x(summary.q50)) \(y - 4)V\(y + 4)"/>
            """
    }

    private func categorical(_ levels: LevelCounts) -> String {
        let rows = levelRows(levels)
        guard let bars = levelBars(rows.map { ($0.label, $0.reference, $0.current) }) else { return "" }
        let words = rows.map {
            "\($0.label): \(NumberText.percent($0.reference)), then \(NumberText.percent($0.current))"
        }
        return frame(
            height: 18 * rows.count, description: "Share in reference, then current. " + words.joined(separator: "; "),
            bars)
    }

    private func levelRows(_ levels: LevelCounts) -> [(label: String, reference: Double, current: Double)] {
        var rows = levels.top.map { level in
            (
                label: shortened(level.level, to: 18), reference: share(level.reference, of: column.referenceCount),
                current: share(level.current, of: column.currentCount)
            )
        }
        if let other = levels.other {
            rows.append(
                (
                    label: "\(NumberText.count(other.levelCount)) others",
                    reference: share(other.reference, of: column.referenceCount),
                    current: share(other.current, of: column.currentCount)
                ))
        }
        return rows
    }

    private var numericDescription: String {
        func words(_ name: String, _ summary: NumericSummary?) -> String {
            guard let summary else { return "\(name): no values." }
            let quantiles = [summary.min, summary.q05, summary.q25, summary.q50, summary.q75, summary.q95, summary.max]
            return "\(name): " + quantiles.map(NumberText.plain).joined(separator: ", ") + "."
        }
        return "Minimum, quantiles 5, 25, 50, 75, 95 % and maximum. "
            + words("Reference", column.referenceSummary) + " " + words("Current", column.currentSummary)
    }
}
