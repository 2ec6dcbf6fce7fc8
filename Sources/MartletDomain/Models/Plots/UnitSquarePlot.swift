import Foundation

/// A square SVG picture of 0...1 against 0...1 with a title, a diagonal and a legend. Same input, same text.
///
/// Colours follow the reader's light or dark preference, on a ground of its own, so that it also reads when pasted
/// elsewhere.
struct UnitSquarePlot {
    var title: String
    var description: String
    var xLabel: String
    var yLabel: String
    /// A name and the mark of the diagonal.
    var diagonal: String
    /// The name of the line.
    var series: String
    var points: [(x: Double, y: Double)]
    /// Whether each point gets a dot with its words as a tooltip.
    var tooltips: [String] = []
    /// A line of words below the legend.
    var note: String

    private static let (left, top, side) = (72.0, 64.0, 400.0)

    func svg() -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 528" width="512" height="528" role="img" \
        aria-labelledby="title description">
        <title id="title">\(Self.escaped(title))</title>
        <desc id="description">\(Self.escaped(description))</desc>
        <style>
        svg{font-family:system-ui,-apple-system,"Segoe UI",sans-serif;font-size:13px;color-scheme:light dark}
        .ground{fill:#ffffff}.text{fill:#1f2328}.soft{fill:#57606a}.grid{stroke:#d0d7de;stroke-width:1}
        .axis{fill:none;stroke:#57606a;stroke-width:1.2}.line{fill:none;stroke:#0b5fb0;stroke-width:2.4;\
        stroke-linejoin:round}
        .dot{fill:#0b5fb0}.chance{fill:none;stroke:#8c5a00;stroke-width:1.6;stroke-dasharray:6 5}.head{font-size:17px;\
        font-weight:600}
        @media (prefers-color-scheme:dark){.ground{fill:#0d1117}.text{fill:#e6edf3}.soft{fill:#9ea7b3}\
        .grid{stroke:#30363d}
        .axis{stroke:#9ea7b3}.line{stroke:#6cb6ff}.dot{fill:#6cb6ff}.chance{stroke:#e3b341}}
        </style>
        <rect class="ground" width="512" height="528"/>
        <text class="text head" x="72" y="30">\(Self.escaped(title))</text>
        <text class="soft" x="72" y="50">\(Self.escaped(note))</text>
        \(grid())
        <path class="chance" d="M\(Self.place(0, 0))L\(Self.place(1, 1))"/>
        <path class="line" d="\(path())"/>\(dots())
        \(legend())
        <text class="text" x="272" y="510" text-anchor="middle">\(Self.escaped(xLabel))</text>
        <text class="text" x="22" y="264" text-anchor="middle" transform="rotate(-90 22 264)">\(Self.escaped(yLabel))</text>
        </svg>

        """
    }

    private func grid() -> String {
        var lines: [String] = []
        for step in 0...5 {
            let share = Double(step) / 5
            let word = step == 0 ? "0" : step == 5 ? "1" : "0.\(step * 2)"
            let (x, y) = (Self.left + share * Self.side, Self.top + (1 - share) * Self.side)
            let rule =
                "M\(Self.place(share, 0))L\(Self.place(share, 1))M\(Self.place(0, share))L\(Self.place(1, share))"
            lines.append("<path class=\"grid\" d=\"\(rule)\"/>")
            lines.append("<text class=\"soft\" x=\"\(Self.short(x))\" y=\"484\" text-anchor=\"middle\">\(word)</text>")
            lines.append("<text class=\"soft\" x=\"64\" y=\"\(Self.short(y + 4))\" text-anchor=\"end\">\(word)</text>")
        }
        lines.append("<rect class=\"axis\" x=\"72\" y=\"64\" width=\"400\" height=\"400\"/>")
        return lines.joined(separator: "\n")
    }

    private func path() -> String {
        var path = ""
        var last = ""
        for point in points {
            let place = Self.place(point.x, point.y)
            guard place != last else { continue }
            path += (path.isEmpty ? "M" : "L") + place
            last = place
        }
        return path
    }

    private func dots() -> String {
        zip(points, tooltips).map { point, tooltip in
            let (x, y) = (Self.left + point.x * Self.side, Self.top + (1 - point.y) * Self.side)
            return "\n<circle class=\"dot\" cx=\"\(Self.short(x))\" cy=\"\(Self.short(y))\" r=\"4\">"
                + "<title>\(Self.escaped(tooltip))</title></circle>"
        }.joined()
    }

    private func legend() -> String {
        """
        <path class="line" d="M300 424H328"/><text class="text" x="336" y="428">\(Self.escaped(series))</text>
        <path class="chance" d="M300 446H328"/><text class="text" x="336" y="450">\(Self.escaped(diagonal))</text>
        """
    }

    private static func place(_ x: Double, _ y: Double) -> String {
        "\(short(left + x * side)) \(short(top + (1 - y) * side))"
    }

    /// A coordinate to a tenth of a pixel, without trailing zeros.
    private static func short(_ value: Double) -> String {
        let tenths = Int((min(max(value, -10_000), 10_000) * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }

    /// A number to a fixed count of digits after the point, a point whatever the locale.
    static func fixed(_ value: Double, _ digits: Int = 3) -> String {
        String(format: "%.\(digits)f", value)
    }

    /// A whole number with thin groups of three, as `28 844`.
    static func grouped(_ value: Int) -> String {
        let digits = Array(String(value))
        var result = ""
        for (position, digit) in digits.enumerated() {
            if position > 0, (digits.count - position) % 3 == 0, digits[position - 1] != "-" { result += "\u{202f}" }
            result.append(digit)
        }
        return result
    }

    /// Text for XML: markup escaped, characters that XML 1.0 forbids replaced.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x26: result += "&amp;"
            case 0x3C: result += "&lt;"
            case 0x3E: result += "&gt;"
            case 0x22: result += "&quot;"
            case 0x27: result += "&#39;"
            case 0x09, 0x0A, 0x0D: result += " "
            case 0..<0x20, 0x7F, 0xFFFE, 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
