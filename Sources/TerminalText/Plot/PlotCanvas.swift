/// A field of dots, drawn in characters: braille patterns of two by four dots, or one plain character a dot.
package struct PlotCanvas: Sendable {
    package enum Style: Sendable, Equatable {
        /// Eight dots a character; several series are told apart by colour.
        case braille(inColour: Bool)
        /// A letter or sign a dot; each series has its own.
        case plain
    }

    private let style: Style
    private let width: Int
    private let height: Int
    private var patterns: [UInt8]
    /// The series that drew last in a character.
    private var owners: [Int?]

    /// - Parameters:
    ///   - width: In characters.
    ///   - height: In characters.
    package init(width: Int, height: Int, style: Style) {
        (self.width, self.height, self.style) = (max(1, width), max(1, height), style)
        patterns = Array(repeating: 0, count: self.width * self.height)
        owners = Array(repeating: nil, count: self.width * self.height)
    }

    private var dotsAcross: Int { style == .plain ? 1 : 2 }
    private var dotsDown: Int { style == .plain ? 1 : 4 }

    /// In dots.
    package var columns: Int { width * dotsAcross }
    package var rows: Int { height * dotsDown }

    /// - Parameters:
    ///   - x: From 0 at the left.
    ///   - y: From 0 at the top.
    package mutating func dot(_ x: Int, _ y: Int, series: Int) {
        guard (0..<columns).contains(x), (0..<rows).contains(y) else { return }
        let cell = y / dotsDown * width + x / dotsAcross
        owners[cell] = series
        patterns[cell] |= Self.bit(x % dotsAcross, y % dotsDown)
    }

    /// All dots on the straight way from one to the other (Bresenham's line).
    package mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int), series: Int) {
        let (across, down) = (abs(end.x - start.x), -abs(end.y - start.y))
        let (right, below) = (start.x < end.x ? 1 : -1, start.y < end.y ? 1 : -1)
        var (x, y, error) = (start.x, start.y, across + down)
        while true {
            dot(x, y, series: series)
            if x == end.x, y == end.y { return }
            let twice = 2 * error
            if twice >= down { (error, x) = (error + down, x + right) }
            if twice <= across { (error, y) = (error + across, y + below) }
        }
    }

    /// One text a row of characters, all of the same width.
    package var lines: [String] {
        (0..<height).map { row in
            (0..<width).map { column in character(row * width + column) }.joined()
        }
    }

    private func character(_ cell: Int) -> String {
        guard let owner = owners[cell] else { return " " }
        switch style {
        case .plain: return Self.marker(owner)
        case .braille(let inColour):
            let text = String(Character(Unicode.Scalar(0x2800 + UInt32(patterns[cell])) ?? " "))
            return inColour ? Self.coloured(text, owner) : text
        }
    }

    /// The bit of a dot in a braille pattern. Source: Unicode's block U+2800, in which dots 7 and 8 were added below.
    private static func bit(_ x: Int, _ y: Int) -> UInt8 {
        let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
        return bits[x][y]
    }

    /// The sign of a series in plain characters.
    package static func marker(_ series: Int) -> String {
        let markers = ["*", "o", "x", "#", "@", "%", "&", "="]
        return markers[series % markers.count]
    }

    /// A text in the colour of a series, as ECMA-48 has it.
    package static func coloured(_ text: String, _ series: Int) -> String {
        let colours = [34, 31, 32, 35, 36, 33, 94, 91]
        return "\u{1B}[\(colours[series % colours.count])m\(text)\u{1B}[0m"
    }
}
