import Foundation

/// Numbers as the page writes them, the same in every locale.
package enum NumberText {
    /// Four significant digits, as `12.35`, `1.2e-09`; from ten thousand to a billion a whole number, as `26 071`.
    package static func plain(_ value: Double) -> String { plain(value, digits: 4) }

    private static func plain(_ value: Double, digits: Int) -> String {
        let size = abs(value)
        if size >= 9_999.5, size < 1e9, digits == 4 { return count(Int(value.rounded())) }
        let text = String(format: "%.\(digits)g", value)
        return text == "-0" ? "0" : text
    }

    /// Two numbers with as many digits as it takes to see that they differ.
    package static func apart(_ first: Double, _ second: Double) -> (first: String, second: String) {
        for digits in 4..<17 {
            let (one, other) = (plain(first, digits: digits), plain(second, digits: digits))
            if one != other { return (one, other) }
        }
        return (plain(first, digits: 17), plain(second, digits: 17))
    }

    /// A p-value is never written as 0.
    package static func pValue(_ value: Double) -> String {
        value < 1e-300 ? "below 1e-300" : String(format: "%.2g", value)
    }

    package static func percent(_ share: Double) -> String {
        let text = String(format: "%.1f", share * 100)
        // A share that is not zero does not look like zero, nor one short of all like all.
        if share > 0, text == "0.0" { return "below 0.1 %" }
        if share < 1, text == "100.0" { return "above 99.9 %" }
        return "\(text.hasSuffix(".0") ? String(text.dropLast(2)) : text) %"
    }

    /// Whole number with thin groups of three, as `12 345`.
    package static func count(_ value: Int) -> String {
        let digits = Array(String(value))
        var result = ""
        for (position, digit) in digits.enumerated() {
            if position > 0, (digits.count - position) % 3 == 0, digits[position - 1] != "-" { result += "\u{202f}" }
            result.append(digit)
        }
        return result
    }

    /// A coordinate of a drawing: one decimal, no trailing zero.
    package static func coordinate(_ value: Double) -> String {
        let text = String(format: "%.1f", value)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    package static func columns(_ count: Int) -> String { count == 1 ? "1 column" : "\(self.count(count)) columns" }
}
