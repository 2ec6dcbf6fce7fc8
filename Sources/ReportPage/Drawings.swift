/// A drawing 300 units wide, with a title and a description for those who do not see it.
///
/// - Parameters:
///   - number: Makes the ids of title and description unique on the page.
///   - title: Escaped already.
///   - body: SVG elements.
package func drawing(_ number: Int, height: Int, title: String, description: String, _ body: String) -> String {
    """
    <svg role="img" viewBox="0 0 300 \(height)" aria-labelledby="t\(number) d\(number)">\
    <title id="t\(number)">\(title)</title>\
    <desc id="d\(number)">\(html(description))</desc>\(body)</svg>
    """
}

/// The outline of bars that stand side by side on the height 90 and reach up to 6: the `d` of a path, open at its foot.
/// - Parameter highest: The share that reaches the top; more than 0.
package func stepOutline(_ shares: [Double], highest: Double) -> String {
    var path = "M0 90"
    for (bin, share) in shares.enumerated() {
        let top = 90 - 84 * share / highest
        let right = 300 * Double(bin + 1) / Double(shares.count)
        path += "V\(NumberText.coordinate(top))H\(NumberText.coordinate(right))"
    }
    return path + "V90"
}

/// A row of 18 units for each level: its name, and lying bars for its share before (filled) and after (a line). Nil when
/// there is nothing to draw.
package func levelBars(_ rows: [(label: String, before: Double, after: Double)]) -> String? {
    let highest = rows.reduce(0) { max($0, $1.before, $1.after) }
    guard highest > 0 else { return nil }
    var (labels, filled, lines) = ("", "", "")
    for (row, level) in rows.enumerated() {
        let y = 18 * row
        func width(_ share: Double) -> String { NumberText.coordinate(185 * share / highest) }
        labels += "<text x=\"0\" y=\"\(y + 12)\">\(shownName(level.label, limit: 18))</text>"
        filled += "M110 \(y + 2)h\(width(level.before))v7H110Z"
        lines += "M110 \(y + 10)h\(width(level.after))v5H110Z"
    }
    return "\(labels)<path class=\"r\" d=\"\(filled)\"/><path class=\"c\" d=\"\(lines)\"/>"
}

/// A row of 18 units for each name: a lying bar for its share of the longest, and the words at its end.
package func countBars(_ rows: [(label: String, size: Double, words: String)]) -> String? {
    let highest = rows.reduce(0) { max($0, $1.size) }
    guard highest > 0 else { return nil }
    var (labels, filled) = ("", "")
    for (row, one) in rows.enumerated() {
        let y = 18 * row
        let width = 130 * one.size / highest
        labels += "<text x=\"0\" y=\"\(y + 12)\">\(shownName(one.label, limit: 18))</text>"
        labels += "<text x=\"\(NumberText.coordinate(115 + width))\" y=\"\(y + 12)\">\(html(one.words))</text>"
        filled += "M110 \(y + 3)h\(NumberText.coordinate(width))v11H110Z"
    }
    return "<path class=\"r\" d=\"\(filled)\"/>\(labels)"
}

/// Bars side by side over an axis with its ends: filled for one set of shares, and a line over them for another.
/// - Returns: SVG elements on a field 300 wide and 110 high; nil when there is nothing to draw.
package func stepChart(_ before: [Double], _ after: [Double] = [], low: String, high: String) -> String? {
    let highest = max(before.max() ?? 0, after.max() ?? 0)
    guard highest > 0 else { return nil }
    let line = after.isEmpty ? "" : "<path class=\"c\" d=\"\(stepOutline(after, highest: highest))\"/>"
    return """
        <path class="r" d="\(stepOutline(before, highest: highest))Z"/>\(line)<path class="x" d="M0 90H300"/>\
        <text x="0" y="105">\(html(low))</text><text class="e" x="300" y="105">\(html(high))</text>
        """
}
