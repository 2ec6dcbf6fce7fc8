import DeltaLake
import Foundation
import MartletDomain
import Testing

/// What the tables of make_reader_features.py read as. Their counts and sums are those that delta-kernel-rs gives.
@Suite struct DeltaReaderFeatureTests {
    private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Golden/delta")

    private func table(_ name: String) -> DeltaTable {
        DeltaTable(at: Self.golden.appendingPathComponent(name), engine: TemporaryTable.engine)
    }

    @Test func `Rows that a deletion vector takes out are not read`() async throws {
        let snapshot = try await table("vectors").snapshot()
        #expect(snapshot.rowCount == 130_029)
        #expect(
            try await TemporaryTable.rows("SELECT count(*), sum(n) FROM {}", snapshot) == [["130029", "15029477881"]])
        let sql = "SELECT n FROM {} WHERE n < 1000 ORDER BY n"
        let expected = Array(1..<29) + Array(600..<605)
        #expect(try await TemporaryTable.rows(sql, snapshot) == expected.map { ["\($0)"] })
        var large = Set(1000..<201_000)
        for row in Array(stride(from: 0, to: 60_000, by: 2)) + [65_536, 66_000, 199_999] { large.remove(1000 + row) }
        for row in Array(70_000..<90_000) + Array(120_000...140_000) { large.remove(1000 + row) }
        let rows = try await TemporaryTable.rows("SELECT n FROM {} WHERE n >= 1000", snapshot)
        #expect(rows.map { $0[0] ?? "" } == large.sorted().map { "\($0)" }, "the order of the file is kept")
    }

    @Test func `Each version has the rows that its own deletion vectors leave`() async throws {
        let expected: [(Int64, Set<Int>, Int64)] = [
            (0, [], 200_045), (1, [3, 4, 7, 11, 18, 29], 200_039), (2, [0, 1, 3, 4, 7, 11, 18, 29], 130_023),
            (3, [0, 29], 130_029),
        ]
        for (version, gone, count) in expected {
            let snapshot = try await table("vectors").snapshot(at: .version(version))
            #expect(snapshot.rowCount == count)
            let rows = try await TemporaryTable.rows("SELECT n FROM {} WHERE n < 30 ORDER BY n", snapshot)
            #expect(rows == (0..<30).filter { !gone.contains($0) }.map { ["\($0)"] }, "version \(version)")
            let all = try await TemporaryTable.rows("SELECT count(*) FROM {}", snapshot)
            #expect(all == [["\(count)"]])
        }
        #expect(try table("vectors").history().map(\.rows) == [28, 129_996 + 22, 24, 200_045])
    }

    @Test func `A few deleted rows in each of many files are left out, and filters lose no rows`() async throws {
        let snapshot = try await table("scattered-vectors").snapshot()
        #expect(snapshot.rowCount == 119_964)
        #expect(
            try await TemporaryTable.rows("SELECT count(*), sum(n) FROM {}", snapshot) == [["119964", "7197779880"]])
        let rows = try await TemporaryTable.rows("SELECT n FROM {} WHERE n BETWEEN 74999 AND 75010", snapshot)
        #expect(
            rows
                == [74_999, 75_000, 75_001, 75_002, 75_003, 75_004, 75_005, 75_006, 75_008, 75_009, 75_010].map {
                    ["\($0)"]
                })
    }

    @Test func `A table that allows deletion vectors and has none is read as ever`() async throws {
        let snapshot = try await table("deletion-vectors").snapshot()
        #expect(try await TemporaryTable.rows("SELECT n FROM {} ORDER BY n", snapshot) == [["1"], ["2"]])
    }

    @Test func `Columns are found by their physical names, partition values too`() async throws {
        let before = try await table("mapped-by-name").snapshot(at: .version(0))
        #expect(before.schema.names == ["place", "amount", "dropped"])
        #expect(before.partitionColumns == ["place"])
        #expect(before.files.map(\.partitionValues) == [["place": "São Paulo"], ["place": nil]])
        #expect(
            try await TemporaryTable.rows("SELECT * FROM {} ORDER BY place, dropped", before) == [
                ["São Paulo", "1.50", "7"], ["São Paulo", nil, "8"], [nil, "1.50", "7"], [nil, nil, "8"],
            ])
        let after = try await table("mapped-by-name").snapshot()
        #expect(after.schema.names == ["dropped", "Ort", "sum"])
        #expect(
            try await TemporaryTable.rows("SELECT * FROM {} ORDER BY Ort, sum", after) == [
                [nil, "São Paulo", "1.50"], [nil, "São Paulo", nil], ["é", "it's", "2.25"], [nil, nil, "1.50"],
                [nil, nil, nil],
            ])
    }

    @Test func `Columns are found by their numbers, whatever their names in the files`() async throws {
        let snapshot = try await table("mapped-by-id").snapshot()
        #expect(snapshot.rowCount == 3)
        #expect(
            try await TemporaryTable.rows("SELECT * FROM {} ORDER BY count", snapshot) == [
                ["x", "1", nil], ["z", "3", nil], ["w", "4", "0.5"],
            ])
    }

    @Test func `Times without a zone are the instants that a clock in UTC shows so`() async throws {
        let snapshot = try await table("local-times").snapshot()
        #expect(snapshot.schema.fields.map(\.type) == [.timestamp, .timestamp, .timestamp])
        let day = "2024-01-01 23:59:59.000001+00"
        let at = "2024-03-31 02:30:00.000001+00"
        #expect(
            try await TemporaryTable.rows("SELECT * FROM {} ORDER BY instant", snapshot) == [
                [at, day, at], [nil, day, nil],
            ])
    }

    @Test(arguments: ["checkpoint-json", "checkpoint-parquet"])
    func `A checkpoint with a UUID in its name is read with its sidecars`(name: String) async throws {
        let snapshot = try await table(name).snapshot()
        #expect(snapshot.version == 6)
        #expect(snapshot.rowCount == 28)
        #expect(try await TemporaryTable.rows("SELECT count(*), sum(n) FROM {}", snapshot) == [["28", "706"]])
        let before = try await table(name).snapshot(at: .version(5))
        let expected = (0..<30).filter { $0 != 10 && $0 != 19 }.map { ["\($0)"] }
        #expect(try await TemporaryTable.rows("SELECT n FROM {} ORDER BY n", before) == expected)
        await #expect(throws: DeltaError.unknownVersion(table: name, 4, available: 5...6)) {
            try await table(name).snapshot(at: .version(4))
        }
    }

    @Test(arguments: [
        ("vectors", ["deletionVectors"]), ("mapped-by-id", ["columnMapping", "deletionVectors"]),
        ("mapped-by-name", ["changeDataFeed", "checkConstraints", "columnMapping", "generatedColumns"]),
        ("local-times", ["timestampNtz"]), ("checkpoint-json", ["deletionVectors", "v2Checkpoint"]),
    ])
    func `Writing is refused with the names of the features that a writer needs`(
        name: String, features: [String]
    ) async throws {
        try await TemporaryTable.with(name) { place in
            try FileManager.default.copyItem(at: Self.golden.appendingPathComponent(name), to: place.location)
            let before = try place.fileNames()
            let refusal = DeltaError.writerFeatures(table: name, features)
            await #expect(throws: refusal) { try await place.table.append(selecting: "SELECT CAST(1 AS BIGINT) AS n") }
            await #expect(throws: refusal) { try await place.table.overwrite(selecting: "SELECT 1 AS n") }
            #expect(features.allSatisfy { refusal.message.contains("'\($0)'") })
            #expect(try place.fileNames() == before)
        }
    }
}
