/// A histogram in one line: a character a bin, as high as the bin's share of the fullest one. An empty bin is a space, a
/// bin with anything in it is not.
/// - Parameter isPlain: Whether to draw in ASCII.
package func sparkline(_ counts: [Int64], isPlain: Bool) -> String {
    let signs = Array(isPlain ? ".:-=+*#@" : "▁▂▃▄▅▆▇█")
    guard let highest = counts.max(), highest > 0 else { return "" }
    return String(
        counts.map { count -> Character in
            guard count > 0 else { return " " }
            let height = Int((Double(count) / Double(highest) * Double(signs.count)).rounded(.up))
            return signs[min(signs.count, max(1, height)) - 1]
        })
}

/// A lying bar of at most `width` cells; one that stands for anything has one cell at least.
package func bar(_ count: Int64, of highest: Int64, width: Int, isPlain: Bool) -> String {
    guard count > 0, highest > 0, width > 0 else { return "" }
    let cells = Int((Double(count) / Double(highest) * Double(width)).rounded())
    return String(repeating: isPlain ? "#" : "█", count: min(width, max(1, cells)))
}
