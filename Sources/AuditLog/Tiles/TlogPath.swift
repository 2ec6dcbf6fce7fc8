/// Where the parts of a log stand in a folder or on a plain file server (C2SP tlog-tiles).
package enum TlogPath {
    package static let checkpoint = "checkpoint"
    /// How many hashes or entries a full tile has.
    package static let tileWidth = 256

    /// `tile/<level>/<index>[.p/<width>]`.
    ///
    /// - Parameters:
    ///   - level: 0…63; level 0 holds leaf hashes, each higher one the roots of full tiles of the level below.
    ///   - width: 1…256; below 256 the tile is partial.
    /// - Throws: ``AuditLogError/malformedTile(_:)`` outside these bounds.
    package static func tilePath(level: Int, index: Int, width: Int = 256) throws(AuditLogError) -> String {
        guard (0...63).contains(level) else { throw .malformedTile("the level \(level) is not in 0...63") }
        return "tile/\(level)/" + (try path(index: index, width: width))
    }

    /// `tile/entries/<index>[.p/<width>]`: the bundle of the entries under tile `index` of level 0.
    ///
    /// - Throws: ``AuditLogError/malformedTile(_:)`` for a negative index or a width outside 1…256.
    package static func entriesPath(index: Int, width: Int = 256) throws(AuditLogError) -> String {
        "tile/entries/" + (try path(index: index, width: width))
    }

    /// The widths of the tiles that a tree of `size` has at `level`: how many full ones, and the partial one's.
    package static func widths(level: Int, size: Int) -> (full: Int, partial: Int) {
        guard size > 0, (0..<8).contains(level) else { return (0, 0) }
        let hashes = size >> (8 * level)
        return (hashes / tileWidth, hashes % tileWidth)
    }

    /// The index in groups of three digits, all but the last behind an `x`: 1234067 is `x001/x234/067`.
    private static func path(index: Int, width: Int) throws(AuditLogError) -> String {
        guard index >= 0 else { throw .malformedTile("the index \(index) is negative") }
        guard (1...tileWidth).contains(width) else { throw .malformedTile("the width \(width) is not in 1...256") }
        func group(_ number: Int) -> String { String(String(1000 + number).dropFirst()) }
        var text = group(index % 1000)
        var rest = index / 1000
        while rest > 0 {
            text = "x\(group(rest % 1000))/" + text
            rest /= 1000
        }
        return width == tileWidth ? text : "\(text).p/\(width)"
    }
}
