import DeltaLake
import Foundation
import FuzzInputs
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaZOrderTests {
    /// Files that a look-up of one value has to read.
    private func files(_ place: TemporaryTable, _ column: String, _ value: QueryValue) async throws -> Int {
        try await place.table.snapshot(within: [ColumnBounds(column, equals: value)]).files.count
    }

    @Test func `A look-up by key and one by time each read few files`() async throws {
        try await TemporaryTable.with { place in
            let seed = RandomHistory.seed("z-order")
            var dice = Dice(seed: seed)
            // Keys and times without any order, a tenth of each null.
            for part in 0..<3 {
                let sql = """
                    SELECT CASE WHEN hash(i, 1, \(seed)) % 10 > 0 THEN CAST(hash(i, \(seed)) % 5000 AS BIGINT) END AS key,
                    CASE WHEN hash(i, 2, \(seed)) % 10 > 0
                        THEN make_timestamptz(CAST(1700000000000000 + hash(i, 3, \(seed)) % 31536000000000 AS BIGINT)) END AS seen,
                    'name ' || (hash(i, 4, \(seed)) % 1000) AS name, i AS id
                    FROM range(\(part * 8000), \((part + 1) * 8000)) r(i)
                    """
                _ = try await place.table.append(selecting: sql)
            }
            let all = "SELECT sum(hash(key, seen, name, id)), count(*) FROM {}"
            let before = try await place.rows(all)
            let bytes = try await place.table.snapshot().files.reduce(0) { $0 + $1.bytes }
            let result = try #require(
                try await place.table.optimize(targetBytes: bytes / 48, zOrderedBy: ["key", "seen"]))
            #expect((48...50).contains(result.files) && result.rowCount == 24_000 && result.removedFiles == 3)
            #expect(try await place.rows(all) == before)
            var read = 0
            for _ in 0..<20 {
                // 48 files in a square: about seven of them have any one key, and about seven any one time.
                let key = QueryValue.long(Int64(dice.below(5000)))
                let time = QueryValue.timestamp(1_700_000_000_000_000 + Int64(dice.below(31_536_000)) * 1_000_000)
                let (byKey, byTime) = (try await files(place, "key", key), try await files(place, "seen", time))
                #expect(byKey <= 24 && byTime <= 24, "\(byKey), \(byTime), seed \(seed)")
                read += byKey + byTime
                let found = try await place.table.snapshot(within: [ColumnBounds("key", equals: key)])
                guard case .long(let number) = key else { continue }
                let sql = "SELECT count(*) FROM {} WHERE key = \(number)"
                #expect(try await TemporaryTable.rows(sql, found) == place.rows(sql), "seed \(seed)")
            }
            // In files without an order each of the forty would read all 48.
            #expect(read <= 40 * 12, "\(read), seed \(seed)")
        }
    }

    @Test func `Files that are in order stay, until others are put to them`() async throws {
        try await TemporaryTable.with { place in
            for id in 1...3 { try await place.appendRow(id) }
            #expect(try await place.table.optimize(zOrderedBy: ["id", "t"])?.files == 1)
            #expect(try await place.table.optimize(zOrderedBy: ["id", "t"]) == nil)
            try await place.table.checkpoint()
            #expect(try await place.table.optimize(zOrderedBy: ["id", "t"]) == nil)
            // Another curve is another order.
            #expect(try await place.table.optimize(zOrderedBy: ["t", "id"])?.removedFiles == 1)
            try await place.appendRow(4)
            let again = try await place.table.optimize(zOrderedBy: ["t", "id"])
            #expect(again?.removedFiles == 2 && again?.files == 1 && again?.rowCount == 4)
            #expect(try await place.table.optimize(zOrderedBy: ["t", "id"]) == nil)
            let record = try #require(try place.table.history().first)
            #expect(
                record.operation == "OPTIMIZE" && record.parameters["zOrderBy"] == #"["t","id"]"# && record.rows == 0)
            #expect(record.isolation == "SnapshotIsolation")
            // Enough of it in order: what comes later is put in order by itself.
            let two = try await place.table.optimize(targetBytes: 1, zOrderedBy: ["id"])
            #expect(two?.files == 4)
            try await place.appendRow(5)
            #expect(try await place.table.optimize(targetBytes: 1, zOrderedBy: ["id"])?.removedFiles == 1)
            #expect(try await place.rows("SELECT id FROM {} ORDER BY id") == (1...5).map { ["\($0)"] })
        }
    }

    @Test func `Nulls come first, and columns of every type that has bounds order rows`() async throws {
        try await TemporaryTable.with { place in
            let columns = [
                "i AS id", "i % 2 = 0 AS flag", "CAST(i % 100 AS TINYINT) AS tiny",
                "CAST(i / 3 AS DECIMAL(30,3)) AS exact",
                "CASE WHEN i % 9 = 0 THEN 'nan'::DOUBLE ELSE -i END AS real",
                "DATE '2024-01-01' + CAST(i AS INTEGER) AS day",
                "repeat('é', 31 + i % 4) || chr(0) || chr(CAST(1114111 - i AS INTEGER)) AS text", "i % 3 AS p",
            ]
            let sql = "SELECT \(columns.joined(separator: ", ")) FROM range(400) r(i)"
            _ = try await place.table.append(
                selecting: "\(sql) UNION ALL SELECT 400, null, null, null, null, null, null, 1", partitionedBy: ["p"])
            let all = "SELECT sum(hash(*COLUMNS(*))), count(*) FROM {}"
            let before = try await place.rows(all)
            for name in ["flag", "tiny", "exact", "real", "day", "text"] {
                #expect(try await place.table.optimize(zOrderedBy: [name])?.files == 3, "\(name)")
                #expect(try await place.rows("SELECT id FROM {} WHERE p = 1 LIMIT 1") == [["400"]], "\(name)")
                #expect(try await place.rows(all) == before, "\(name)")
            }
            let seven = ["id", "flag", "tiny", "exact", "real", "day", "text"]
            #expect(try await place.table.optimize(targetBytes: 1000, zOrderedBy: seven) != nil)
            #expect(try await place.rows(all) == before)
        }
    }

    @Test func `Columns that rows cannot be ordered by are refused, all at once`() async throws {
        try await TemporaryTable.with { place in
            _ = try await place.table.append(selecting: "SELECT 1 AS id, ''::BLOB AS b, 2 AS p", partitionedBy: ["p"])
            do {
                _ = try await place.table.optimize(sortedBy: ["id"], zOrderedBy: ["none", "b", "p", "id", "id"])
                Issue.record("not refused")
            } catch DeltaError.schemaMismatch(_, let problems) {
                #expect(problems.count == 5)
            }
            await #expect(throws: DeltaError.self) {
                try await place.table.optimize(zOrderedBy: (0..<8).map { "c\($0)" })
            }
        }
    }
}
