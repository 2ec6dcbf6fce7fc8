/// One file of a log: a tile of hashes, or the bundle of entries under a tile of level 0.
package struct TlogTile: Sendable, Hashable {
    /// Nil for a bundle of entries.
    package let level: Int?
    package let index: Int
    /// 1…256.
    package let width: Int

    package var isFull: Bool { width == TlogPath.tileWidth }

    /// The hashes or entries in it, by their index in the level.
    package var range: Range<Int> { index * TlogPath.tileWidth..<index * TlogPath.tileWidth + width }

    /// Reads a path as ``TlogPath`` spells it, and no other spelling; nil for anything else.
    package init?(path: String) {
        guard path.utf8.count <= 100, path.hasPrefix("tile/") else { return nil }
        var parts = path.dropFirst(5).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 2 else { return nil }
        let kind = parts.removeFirst()
        var width = TlogPath.tileWidth
        if parts.count >= 2, parts[parts.count - 2].hasSuffix(".p") {
            guard let partial = Int(parts[parts.count - 1]), (1..<TlogPath.tileWidth).contains(partial) else {
                return nil
            }
            width = partial
            parts.removeLast()
            parts.append(parts.removeLast().dropLast(2))
        }
        var index = 0
        for (place, part) in parts.enumerated() {
            let digits = place == parts.count - 1 ? part : part.dropFirst()
            guard digits.utf8.count == 3, let group = Int(digits), group >= 0 else { return nil }
            let (scaled, overflow) = index.multipliedReportingOverflow(by: 1_000)
            guard !overflow, scaled < 1 << 50 else { return nil }
            index = scaled + group
        }
        level = kind == "entries" ? nil : Int(kind)
        (self.index, self.width) = (index, width)
        // Whatever is spelt otherwise is no path: one file has one address.
        var spelt: String?
        if kind == "entries" {
            spelt = try? TlogPath.entriesPath(index: index, width: width)
        } else if let level {
            spelt = try? TlogPath.tilePath(level: level, index: index, width: width)
        }
        guard spelt == path else { return nil }
    }
}
