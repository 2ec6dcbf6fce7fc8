import Foundation

/// The history of a metric as lines of text: several runs over each other, axes with ticks, and who is who below.
package struct MetricPlot: Sendable {
    package var title: String
    package var series: [PlotSeries]
    /// What the x axis measures: `step`, `seconds`.
    package var xTitle: String
    package var isLogarithmic: Bool
    /// All in all, in characters; at least 20 and 4.
    package var width: Int
    package var height: Int
    package var style: PlotCanvas.Style

    package init(
        _ title: String, _ series: [PlotSeries], xTitle: String, isLogarithmic: Bool = false, width: Int = 80,
        height: Int = 16, style: PlotCanvas.Style = .plain
    ) {
        (self.title, self.series, self.xTitle, self.isLogarithmic) = (title, series, xTitle, isLogarithmic)
        (self.width, self.height, self.style) = (max(20, width), max(4, height), style)
    }

    package var lines: [String] {
        let drawn = series.map { one in one.points.filter { !isLogarithmic || $0.y > 0 } }
        let vertical = PlotScale(holding: drawn.joined().lazy.map(\.y), isLogarithmic: isLogarithmic)
        let horizontal = PlotScale(holding: drawn.joined().lazy.map(\.x))
        let labels = rowLabels(vertical)
        let margin = (labels.values.map { displayWidth($0) }.max() ?? 0) + 2
        var canvas = PlotCanvas(width: max(8, width - margin), height: height, style: style)
        for (index, points) in drawn.enumerated() { draw(points, index, horizontal, vertical, on: &canvas) }

        let isPlain = style == .plain
        var lines = [harmless(title)]
        for (row, dots) in canvas.lines.enumerated() {
            let label = labels[row] ?? ""
            let space = String(repeating: " ", count: margin - 2 - displayWidth(label))
            let axis = labels[row] == nil ? (isPlain ? "|" : "│") : (isPlain ? "+" : "┤")
            var line = space + label + " " + axis + dots
            while line.last == " " { line.removeLast() }
            lines.append(line)
        }
        lines += horizontalAxis(horizontal, margin: margin, width: max(8, width - margin))
        if drawn.allSatisfy(\.isEmpty) { lines.append("Nothing to draw.") }
        return lines + legend(drawn)
    }

    private func draw(
        _ points: [PlotSeries.Point], _ index: Int, _ horizontal: PlotScale, _ vertical: PlotScale,
        on canvas: inout PlotCanvas
    ) {
        var last: (x: Int, y: Int)?
        for point in points {
            let place = (
                x: Int((horizontal.position(of: point.x) * Double(canvas.columns - 1)).rounded()),
                y: Int(((1 - vertical.position(of: point.y)) * Double(canvas.rows - 1)).rounded())
            )
            canvas.line(from: last ?? place, to: place, series: index)
            last = place
        }
    }

    /// Labels of the y axis by the row of characters, from the top.
    private func rowLabels(_ scale: PlotScale) -> [Int: String] {
        var labels: [Int: String] = [:]
        for tick in scale.ticks(about: max(2, height / 4)) {
            labels[Int(((1 - scale.position(of: tick.value)) * Double(height - 1)).rounded())] = tick.label
        }
        return labels
    }

    private func horizontalAxis(_ scale: PlotScale, margin: Int, width: Int) -> [String] {
        let isPlain = style == .plain
        var axis = Array(repeating: isPlain ? "-" : "─", count: width)
        var labels = Array(repeating: Character(" "), count: width)
        var free = 0
        for tick in scale.ticks(about: max(2, width / 12)) {
            let place = Int((scale.position(of: tick.value) * Double(width - 1)).rounded())
            axis[place] = isPlain ? "+" : "┬"
            let start = min(max(0, place - tick.label.count / 2), max(0, width - tick.label.count))
            guard start >= free, start + tick.label.count <= width else { continue }
            labels.replaceSubrange(start..<(start + tick.label.count), with: tick.label)
            free = start + tick.label.count + 1
        }
        let indent = String(repeating: " ", count: margin - 1)
        var words = String(labels)
        while words.last == " " { words.removeLast() }
        return [
            indent + (isPlain ? "+" : "└") + axis.joined(), indent + " " + words,
            indent + " " + String(repeating: " ", count: max(0, (width - xTitle.count) / 2)) + xTitle,
        ]
    }

    private func legend(_ drawn: [[PlotSeries.Point]]) -> [String] {
        series.indices.map { index in
            let mark = style == .plain ? PlotCanvas.marker(index) : "━"
            var words = cut(harmless(series[index].name), to: max(8, width - 36))
            if let last = series[index].points.last { words += "  last \(shortNumber(last.y))" }
            let hidden = series[index].points.count - drawn[index].count
            var remarks: [String] = []
            if series[index].leftOut > 0 { remarks.append("\(series[index].leftOut) not finite") }
            if hidden > 0 { remarks.append("\(hidden) not above zero") }
            if series[index].count == 0 { remarks.append("no values") }
            if !remarks.isEmpty { words += "  (\(remarks.joined(separator: ", ")))" }
            let inColour = style == .braille(inColour: true)
            return (inColour ? PlotCanvas.coloured(mark, index) : mark) + " " + words
        }
    }
}
