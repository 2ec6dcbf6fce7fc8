import DriftStatistics
import Foundation
import Testing

/// One folder of `Tests/Golden/drift`: two small tables and what is known about them.
struct GoldenCase: CustomTestStringConvertible {
    let name: String
    let expected: Expected
    let reference: [(String, DriftColumn)]
    let current: [(String, DriftColumn)]

    var testDescription: String { name }

    struct Expected: Decodable {
        let columns: [String: Column]
        let dataset: Dataset?
        let datasetPerMethod: [String: Dataset]?

        struct Column: Decodable {
            let type: DriftColumnKind
            let `default`: Default
            let tests: [String: Outcome]
        }
        struct Default: Decodable {
            let method: String
            let display: String
            let score: Score
            let drifted: Bool
            let threshold: Double
        }
        struct Outcome: Decodable {
            let score: Score
            let drifted: Bool
            let threshold: Double
        }
        struct Dataset: Decodable {
            let numberOfColumns: Int
            let numberOfDriftedColumns: Int
            let shareOfDriftedColumns: Double
            let datasetDrift: Bool
        }
    }

    /// A number, or nil for the text `NaN`.
    struct Score: Decodable {
        let value: Double?
        init(from decoder: any Decoder) throws {
            value = try? decoder.singleValueContainer().decode(Double.self)
        }
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Golden/drift")

    static let names = [
        "p01_iris", "p02_wine", "p03_breast_cancer", "p04_tips", "p05_randhie", "p06_nan_inf", "p07_categories",
        "p08_tiny", "p09_digits", "p10_boundaries", "p11_datetime_text",
    ]

    init(_ name: String) throws {
        self.name = name
        let folder = GoldenCase.folder.appending(path: name)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { path in
            guard let key = path.last else { return AnyKey(stringValue: "") }
            let plain = [
                "dataset_per_method": "datasetPerMethod", "number_of_columns": "numberOfColumns",
                "number_of_drifted_columns": "numberOfDriftedColumns",
                "share_of_drifted_columns": "shareOfDriftedColumns", "dataset_drift": "datasetDrift",
            ]
            return AnyKey(stringValue: plain[key.stringValue] ?? key.stringValue)
        }
        let data = try Data(contentsOf: folder.appending(path: "expected.json"))
        expected = try decoder.decode(Expected.self, from: data)
        let kinds = expected.columns.mapValues(\.type)
        reference = try readColumns(folder.appending(path: "reference.csv"), kinds: kinds)
        current = try readColumns(folder.appending(path: "current.csv"), kinds: kinds)
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// The golden tables have no quoted fields. Empty means missing.
private func readColumns(_ file: URL, kinds: [String: DriftColumnKind]) throws -> [(String, DriftColumn)] {
    let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    guard let names = rows.first else { return [] }
    return names.enumerated().map { position, name in
        let cells = rows.dropFirst().map { String($0[position]) }
        if kinds[String(name)] == .num {
            return (String(name), .numeric(cells.map { Double($0) ?? .nan }))
        }
        return (String(name), .categorical(cells.map { $0.isEmpty ? nil : $0 }))
    }
}

/// False in debug builds.
var isOptimised: Bool {
    #if DEBUG
        false
    #else
        true
    #endif
}
