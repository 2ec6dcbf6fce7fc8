import Foundation
import TerminalText

/// Lines that came from elsewhere, none of which says anything to the terminal.
func harmlessLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { harmless(String($0)) }.joined(separator: "\n")
}

/// A value as JSON, keys sorted.
func json(_ value: some Encodable, _ layout: JSONEncoder.OutputFormatting = []) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, layout]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// Prints a value as JSON, keys sorted.
func printJSON(_ value: some Encodable) throws { print(try json(value, .prettyPrinted)) }

/// Rows under a heading, in columns as wide as they need to be.
func printTable(_ heading: [String], _ rows: [[String]]) {
    for line in TextTable(heading.map { .init($0) }, rows).lines() { print(line) }
}

/// A table that fits the terminal.
func printTable(_ table: TextTable) {
    for line in table.lines(fitting: TerminalScreen.width) { print(line) }
}

/// Names and what they stand for, one a line; those that stand for nothing are left out.
func printFacts(_ facts: [(String, String?)]) {
    let known = facts.compactMap { name, value in value.flatMap { $0.isEmpty ? nil : (name, $0) } }
    let width = known.map(\.0.count).max() ?? 0
    for (name, value) in known {
        print("\(name)\(String(repeating: " ", count: width - name.count))  \(harmless(value))")
    }
}

/// A moment for people: ISO 8601 in UTC, to the second.
func formatted(milliseconds: Int64) -> String {
    guard momentsWithFourDigits.contains(milliseconds) else { return "\(milliseconds) ms" }
    return Date(timeIntervalSince1970: Double(seconds(milliseconds).whole)).formatted(.iso8601)
}

/// A moment for programs: ISO 8601 in UTC with milliseconds; the bare number when its year has not four digits.
func exact(milliseconds: Int64) -> String {
    guard momentsWithFourDigits.contains(milliseconds) else { return "\(milliseconds)" }
    // Not by a fraction of a Date, which is cut off a hair below the millisecond.
    let rest = String(format: "%03d", seconds(milliseconds).rest)
    return formatted(milliseconds: milliseconds).replacing("Z", with: ".\(rest)Z")
}

/// From the year 1 to the year 9999.
private let momentsWithFourDigits: Range<Int64> = -62_135_596_800_000..<253_402_300_800_000

private func seconds(_ milliseconds: Int64) -> (whole: Int64, rest: Int64) {
    let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
    return rest < 0 ? (whole - 1, rest + 1_000) : (whole, rest)
}
