import Foundation

/// Prints a value as JSON, keys sorted.
func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

/// Rows under a heading, in columns as wide as they need to be.
func printTable(_ heading: [String], _ rows: [[String]]) {
    let widths = heading.indices.map { column in
        ([heading] + rows).map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    for row in [heading] + rows {
        let cells = zip(row, widths).map { cell, width in
            cell + String(repeating: " ", count: max(0, width - cell.count))
        }
        print(cells.joined(separator: "  ").replacing(#/\s+$/#, with: ""))
    }
}

/// A moment of the audit log or the registry, for people.
func formatted(milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
}
