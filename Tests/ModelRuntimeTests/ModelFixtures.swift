import Foundation

import ModelRuntime

/// What `Tests/Golden/xgboost/` holds, and small tables that a seed makes.
enum Golden {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Golden/xgboost")

    struct Trained: Decodable {
        var predictions: [Float]
        var gain: [String: Float]
        var weight: [String: Float]
    }

    struct Forest: Decodable {
        var names: [String]
        var rows: [[Float?]]
        var labels: [Float]
        var forest: Trained
        var boosted: Trained
        var squared: Trained

        func matrix() throws -> FeatureMatrix {
            try FeatureMatrix(
                rowCount: rows.count, columnNames: names, values: rows.flatMap { $0.map { $0 ?? .nan } })
        }
    }

    static func forest() throws -> Forest {
        try JSONDecoder().decode(Forest.self, from: Data(contentsOf: folder.appendingPathComponent("forest.json")))
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(name)))
    }
}

/// Xorshift64*: the same numbers for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed == 0 ? 0x9E37_79B9_7F4A_7C15 : seed }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

/// Rows of which the label depends on the first two columns.
func madeUpData(rows: Int, columns: Int, seed: UInt64 = 1) throws -> (data: FeatureMatrix, labels: [Float]) {
    var generator = SeededGenerator(seed: seed)
    var values: [Float] = []
    var labels: [Float] = []
    values.reserveCapacity(rows * columns)
    for _ in 0..<rows {
        let row = (0..<columns).map { _ in Float.random(in: -1...1, using: &generator) }
        labels.append(row[0] + row[1 % columns] + Float.random(in: -0.6...0.6, using: &generator) > 0 ? 1 : 0)
        values.append(contentsOf: row)
    }
    let names = (0..<columns).map { "column \($0)" }
    return (try FeatureMatrix(rowCount: rows, columnNames: names, values: values), labels)
}

/// A fresh folder that is removed afterwards.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-models-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
