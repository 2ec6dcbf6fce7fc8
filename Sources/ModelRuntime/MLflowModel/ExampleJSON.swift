internal import Foundation

/// Example rows in the two forms that MLflow keeps: what a caller of the model hands in, and the body of a scoring request.
enum ExampleJSON {
    /// Pandas' `split` orientation on one line.
    static func split(_ rows: FeatureMatrix) -> String {
        let names = rows.columnNames.map(text).joined(separator: ", ")
        let data = (0..<rows.rowCount).map { row in "[" + numbers(rows, row).joined(separator: ", ") + "]" }
        return "{\"columns\": [\(names)], \"data\": [\(data.joined(separator: ", "))]}"
    }

    /// A `dataframe_split` body for `/invocations`.
    static func serving(_ rows: FeatureMatrix) -> String {
        let names = rows.columnNames.map { "      " + text($0) }.joined(separator: ",\n")
        let data = (0..<rows.rowCount).map { row in
            "      [\n" + numbers(rows, row).map { "        " + $0 }.joined(separator: ",\n") + "\n      ]"
        }
        return "{\n  \"dataframe_split\": {\n    \"columns\": [\n\(names)\n    ],\n    \"data\": [\n"
            + data.joined(separator: ",\n") + "\n    ]\n  }\n}"
    }

    /// The shortest digits that read back as the same 32-bit number; null for a missing or infinite one.
    private static func numbers(_ rows: FeatureMatrix, _ row: Int) -> [String] {
        rows.values[row * rows.columnCount..<(row + 1) * rows.columnCount].map { $0.isFinite ? "\($0)" : "null" }
    }

    private static func text(_ name: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let data = try? encoder.encode(name)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
