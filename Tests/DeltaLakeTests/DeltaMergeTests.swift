import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaMergeTests {
    @Test func `Rows take the place of those with their key, others are added, and other files stay`() async throws {
        try await TemporaryTable.with { place in
            for start in [0, 10, 20] {
                let sql = "SELECT i AS id, 'old' || i AS t FROM range(\(start), \(start + 10)) r(i)"
                _ = try await place.table.append(selecting: sql)
            }
            let before = try await place.table.snapshot().files
            let result = try await place.table.merge(
                selecting:
                    "SELECT * FROM (VALUES (15::BIGINT, 'new15'), (12, NULL), (25, 'new25'), (40, 'new40')) t(id, t)",
                on: ["id"])
            #expect(result.version == 3 && result.removedFiles == 2 && result.files == 3)
            let after = try await place.table.snapshot()
            #expect(after.rowCount == 31 && after.files[0] == before[0])
            #expect(
                try await place.rows("SELECT id, t FROM {} WHERE t IS NULL OR t LIKE 'new%' ORDER BY id") == [
                    ["12", nil], ["15", "new15"], ["25", "new25"], ["40", "new40"],
                ])
            #expect(try await place.rows("SELECT count(DISTINCT id), max(id) FROM {}") == [["31", "40"]])
            // Between two files: nothing is written anew.
            let added = try await place.table.merge(selecting: "SELECT -5::BIGINT AS id, 'x' AS t", on: ["id"])
            #expect(added.removedFiles == 0 && added.files == 1)
        }
    }

    @Test func `Keys of several columns, partitions and texts find their rows`() async throws {
        try await TemporaryTable.with { place in
            let sql =
                "SELECT i % 3 AS p, 'k' || (i // 3) AS k, i AS n FROM range(30) r(i) UNION ALL SELECT NULL, NULL, 99"
            _ = try await place.table.append(selecting: sql, partitionedBy: ["p"])
            let result = try await place.table.merge(
                selecting: "SELECT 1::BIGINT AS p, 'k' || i AS k, -i AS n FROM range(5, 15) r(i)", on: ["p", "k"])
            #expect(result.removedFiles == 1 && result.files == 2)
            #expect(try await place.rows("SELECT count(*), sum(n) FROM {} WHERE p = 1") == [["15", "-60"]])
            #expect(try await place.rows("SELECT count(*) FROM {}") == [["36"]])
            #expect(try await place.rows("SELECT n FROM {} WHERE k IS NULL") == [["99"]])
        }
    }

    @Test func `Null keys, repeated keys and keys that are no columns are refused`() async throws {
        try await TemporaryTable.with { place in
            try await place.appendRow(1)
            let files = try place.fileNames()
            func refusal(_ sql: String, _ keys: [String]) async throws -> [String] {
                do {
                    _ = try await place.table.merge(selecting: sql, on: keys)
                    return []
                } catch DeltaError.schemaMismatch(_, let problems) {
                    return problems
                }
            }
            let sql = "SELECT CAST(i // 2 AS BIGINT) AS id, 'x' AS t FROM range(4) r(i) UNION ALL SELECT NULL, 'y'"
            #expect(
                try await refusal(sql, ["id"]) == [
                    "1 rows have a null in the key (id): give them one, or leave them out",
                    "keys come more than once: (0), (1); keep one row of each",
                ])
            #expect(try await refusal(sql, ["id", "none"]).count == 1)
            #expect(try await refusal("SELECT 't' AS t", ["id"]).count == 1)
            #expect(try await refusal(sql, []).count == 1)
            #expect(try place.fileNames() == files)
            #expect(try await place.table.snapshot().version == 0)
        }
    }

    @Test func `Random merges give what a dictionary gives`() async throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = Seeded(state: seed)
        try await TemporaryTable.with { place in
            var expected: [String: String] = [:]
            try await place.table.create(schema: TableSchema([.init("k", .string), .init("v", .string)]))
            for round in 0..<12 {
                var rows: [String: String] = [:]
                for _ in 0..<Int.random(in: 1...20, using: &generator) {
                    let key = ["", "e", "é", "Z", "z", "\u{10FFFF}"].randomElement(using: &generator) ?? ""
                    let long = String(repeating: "a", count: Int.random(in: 0...40, using: &generator))
                    rows[key + long + "\(Int.random(in: 0...3, using: &generator))"] = "r\(round)"
                }
                let values = rows.map { "(\(quotedLiteral($0.key)), '\($0.value)')" }.joined(separator: ", ")
                _ = try await place.table.merge(selecting: "SELECT * FROM (VALUES \(values)) t(k, v)", on: ["k"])
                expected.merge(rows) { $1 }
                let found = try await place.rows("SELECT hex(k), v FROM {}")
                let wanted = expected.map {
                    [
                        $0.key.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(),
                        $0.value,
                    ]
                }
                #expect(Set(found) == Set(wanted) && found.count == wanted.count, "seed \(seed)")
            }
        }
    }

    /// A generator whose numbers follow from its seed.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test func `Columns that are missing keep the values of the rows whose place is taken`() async throws {
        try await TemporaryTable.with { place in
            for start in [0, 10] {
                let sql = "SELECT i AS id, 'old' || i AS t, i * 2 AS n FROM range(\(start), \(start + 10)) r(i)"
                _ = try await place.table.append(selecting: sql)
            }
            let sql = "SELECT * FROM (VALUES (5::BIGINT, 'five'), (15, 'fifteen'), (50, 'fifty')) v(id, t)"
            _ = try await place.table.merge(selecting: sql, on: ["id"], keepingMissing: true)
            #expect(
                try await place.rows("SELECT id, t, n FROM {} WHERE id % 10 = 5 OR id = 50 ORDER BY id") == [
                    ["5", "five", "10"], ["15", "fifteen", "30"], ["50", "fifty", nil],
                ])
            _ = try await place.table.merge(selecting: sql, on: ["id"])
            #expect(try await place.rows("SELECT count(*), count(n) FROM {}") == [["21", "18"]])
        }
    }

    @Test func `A table that is made anew has no rows and other columns, and can be read as it was`() async throws {
        try await TemporaryTable.with { place in
            _ = try await place.table.append(selecting: "SELECT i AS id, i % 2 AS p FROM range(9) r(i)")
            let schema = TableSchema([.init("key", .string, nullable: false), .init("day", .date)])
            let version = try await place.table.redefine(schema: schema, description: "new", partitionColumns: ["day"])
            let after = try await place.table.snapshot()
            #expect(version == 1 && after.rowCount == 0 && after.schema == schema)
            #expect(after.partitionColumns == ["day"] && after.tableDescription == "new")
            #expect(try await place.table.snapshot(at: .version(0)).rowCount == 9)
            _ = try await place.table.append(selecting: "SELECT 'a' AS key, DATE '2024-01-01' AS day")
            #expect(try await place.rows("SELECT * FROM {}") == [["a", "2024-01-01"]])
        }
    }
}
