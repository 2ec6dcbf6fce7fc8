/// Rows under a heading, in columns as wide as they need to be, cut to the width of the terminal.
package struct TextTable: Sendable, Equatable {
    /// What stands in a column, which says how it is set and what may be cut.
    package enum Kind: Sendable, Equatable {
        /// Words, which may be cut.
        case text
        /// What people copy: ids, moments. Cells are never cut, the title may be.
        case whole
        /// Cells are never cut, the title may be; decimal points stand below each other.
        case number
    }

    package struct Column: Sendable, Equatable {
        package var title: String
        package var kind: Kind

        package init(_ title: String, _ kind: Kind = .text) { (self.title, self.kind) = (title, kind) }
    }

    package var columns: [Column]
    /// As many cells in each as there are columns; what is missing is empty.
    package var rows: [[String]]

    package init(_ columns: [Column], _ rows: [[String]] = []) { (self.columns, self.rows) = (columns, rows) }

    /// No column is cut below this.
    private static let narrowest = 8
    private static let gap = 2

    /// The heading and the rows, without newlines.
    ///
    /// - Parameter limit: Cells that a line may take; nil cuts nothing. Columns that find no room at the right are left out,
    ///   and the heading then ends in `…`.
    package func lines(fitting limit: Int? = nil) -> [String] {
        guard !columns.isEmpty else { return [] }
        let cells = columns.indices.map { column in
            let raw = rows.map { column < $0.count ? harmless($0[column]) : "" }
            return columns[column].kind == .number ? Self.aligned(raw) : raw
        }
        let titles = columns.map { harmless($0.title) }
        let contents = cells.map { $0.reduce(0) { max($0, displayWidth($1)) } }
        var widths = columns.indices.map { max(contents[$0], displayWidth(titles[$0])) }
        let least = columns.indices.map { column in
            min(widths[column], max(Self.narrowest, columns[column].kind == .text ? 0 : contents[column]))
        }
        let shown = limit.map { fit(&widths, least: least, into: $0) } ?? columns.count
        var lines = [line(titles, widths, shown)]
        for row in rows.indices { lines.append(line(cells.map { $0[row] }, widths, shown)) }
        if shown < columns.count { lines[0] += String(repeating: " ", count: Self.gap) + "…" }
        return lines
    }

    private func line(_ cells: [String], _ widths: [Int], _ shown: Int) -> String {
        let padded = (0..<shown).map { column in
            let cell = TerminalText.cut(cells[column], to: widths[column])
            let space = String(repeating: " ", count: max(0, widths[column] - displayWidth(cell)))
            return columns[column].kind == .number ? space + cell : cell + space
        }
        var line = padded.joined(separator: String(repeating: " ", count: Self.gap))
        while line.last == " " { line.removeLast() }
        return line
    }

    /// Takes cells from the widest columns until a line fits; no column becomes narrower than `least` says.
    /// - Returns: How many columns are shown, from the left; one at least.
    private func fit(_ widths: inout [Int], least: [Int], into limit: Int) -> Int {
        for shown in stride(from: columns.count, to: 0, by: -1) {
            // Room for what says that columns are missing.
            let room = limit - Self.gap * (shown - 1) - (shown < columns.count ? Self.gap + 1 : 0)
            var excess = widths[..<shown].reduce(0, +) - room
            let spare = (0..<shown).reduce(0) { $0 + widths[$1] - least[$1] }
            guard excess <= spare || shown == 1 else { continue }
            while excess > 0 {
                let widest = (0..<shown).filter { widths[$0] > least[$0] }.max { widths[$0] < widths[$1] }
                guard let widest else { break }
                widths[widest] -= 1
                excess -= 1
            }
            return shown
        }
        return 1
    }

    /// Numbers padded at the right, so that their points come to stand below each other when they are set to the right.
    private static func aligned(_ cells: [String]) -> [String] {
        let fractions = cells.map(fraction)
        let longest = fractions.compactMap { $0 }.max() ?? 0
        return zip(cells, fractions).map { cell, fraction in
            fraction.map { cell + String(repeating: " ", count: longest - $0) } ?? cell
        }
    }

    /// How many characters from the point on; nil for what is no plain decimal. A star before it marks it as the best.
    private static func fraction(_ cell: String) -> Int? {
        let digits = cell.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "*") }
        let isPlain = digits.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        guard !digits.isEmpty, isPlain else { return nil }
        return digits.firstIndex(of: UInt8(ascii: ".")).map { digits.distance(from: $0, to: digits.endIndex) } ?? 0
    }
}
