import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaInteroperabilityTests {
    private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Golden/delta")

    private func table(_ name: String) -> DeltaTable {
        DeltaTable(at: Self.golden.appendingPathComponent(name), engine: TemporaryTable.engine)
    }

    @Test func `Every type that deltalake writes is read`() async throws {
        let snapshot = try await table("types").snapshot()
        #expect(
            snapshot.schema.fields.map(\.type) == [
                .boolean, .byte, .short, .integer, .long, .float, .double, .decimal(precision: 38, scale: 3), .string,
                .binary, .date, .timestamp, .long,
            ])
        #expect(snapshot.schema.fields.filter { !$0.nullable }.map(\.name) == ["required"])
        let rows = try await TemporaryTable.rows("SELECT * FROM {} ORDER BY required", snapshot)
        #expect(
            rows == [
                [
                    "true", "127", "-32768", "2147483647", "-9223372036854775808", "1.5", "nan",
                    "12345678901234567890123456789.123", "é 'x' " + String(repeating: "z", count: 40), "\\x00\\xFF",
                    "1969-12-31", "1969-12-31 23:59:59.999999+00", "1",
                ],
                [nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, "2"],
                [
                    "false", "-128", "32767", "-2147483648", "9223372036854775807", "-0.0", "1e+300", "-0.001", "", "",
                    "9999-12-31", "2024-02-29 12:00:00.000001+00", "3",
                ],
            ])
    }

    @Test func `Partition values come back whatever characters they have, and null as null`() async throws {
        let first = try await table("partitioned").snapshot(at: .version(0))
        #expect(first.partitionColumns == ["place", "day"])
        #expect(first.schema.names == ["place", "day", "n"])
        #expect(first.rowCount == 5)
        let places = ["São Paulo", nil, "a/b", "x=y %41", "it's"]
        let expected = places.enumerated().map { [$1, "2024-01-0\($0 + 1)", "\($0)"] }
        #expect(try await TemporaryTable.rows("SELECT place, day, n FROM {} ORDER BY n", first) == expected)
        let last = try await table("partitioned").snapshot()
        let filtered = "SELECT n, extra FROM {} WHERE day >= DATE '2024-01-05' ORDER BY n"
        #expect(try await TemporaryTable.rows(filtered, last) == [["4", nil], ["9", "later"]])
    }

    @Test func `A table whose early log is only in a checkpoint is read from there on`() async throws {
        let checkpointed = table("checkpointed")
        let sql = "SELECT n FROM {} ORDER BY n"
        let eight = ["0", "1", "3", "4", "5", "6", "7"].map { [Optional($0)] }
        let atEight = try await TemporaryTable.rows(sql, checkpointed.snapshot(at: .version(8)))
        #expect(atEight == eight)
        let latest = try await checkpointed.snapshot()
        #expect(latest.version == 9)
        #expect(latest.rowCount == 8)
        #expect(try await TemporaryTable.rows(sql, latest) == eight + [["100"]])
        await #expect(throws: DeltaError.unknownVersion(table: "checkpointed", 7, available: 8...9)) {
            try await checkpointed.snapshot(at: .version(7))
        }
        #expect(try checkpointed.history().map(\.version) == [9, 8])
    }

    @Test func `A checkpointed table is appended to`() async throws {
        try await TemporaryTable.with { place in
            try FileManager.default.copyItem(
                at: Self.golden.appendingPathComponent("checkpointed"), to: place.location)
            #expect(try await place.table.append(selecting: "SELECT CAST(101 AS BIGINT) AS n").version == 10)
            #expect(try await place.rows("SELECT max(n), count(*) FROM {}") == [["101", "9"]])
        }
    }

    @Test(.enabled(if: OtherReaders.python != nil, OtherReaders.missing))
    func `deltalake and polars read our tables, and filters lose no rows`() async throws {
        let traps: [String: String] = [
            "plain": "i AS whole, i / 7 AS real, 't' || i AS text, i % 2 = 0 AS flag",
            "nan": "CASE WHEN i % 3 = 0 THEN 'nan'::DOUBLE ELSE i END AS real, i % 2 = 0 AS flag",
            "decimals":
                "CAST(i * 12345678901234567890.123 AS DECIMAL(38,3)) AS wide, CAST(i / 8 AS DECIMAL(10,3)) AS exact",
            "exact": "CAST(i / 8 AS DECIMAL(10,3)) AS exact, CAST(i / 10 AS FLOAT) AS single",
            "texts": "repeat('é', 31 + i % 4) || i AS long, chr(CAST(1114111 - i AS INTEGER)) AS last, '' AS empty",
            "times":
                "make_timestamptz(CAST(i AS BIGINT) * 999999999999 - 1) AS at, DATE '2024-01-01' + CAST(i AS INTEGER) AS day",
            "nulls": "NULL::BIGINT AS none, NULL::BOOLEAN AS no_flag, NULL::VARCHAR AS no_text, NULLIF(i, 3) AS some",
            "binary": "'\\x00\\xFF'::BLOB AS bytes, i AS whole",
            "small": "CAST(i AS TINYINT) AS tiny, CAST(i AS SMALLINT) AS little, CAST(i AS INTEGER) AS medium",
            "infinite": "CASE WHEN i = 2 THEN 'infinity'::DOUBLE ELSE -i END AS real, i AS whole",
        ]
        for (name, columns) in traps {
            try await TemporaryTable.with(name) { place in
                try await place.table.create(
                    schema: try await TemporaryTable.engine.withSession {
                        try $0.schema(of: "SELECT i AS id, \(columns) FROM range(1) r(i)")
                    })
                for start in [1, 9] {
                    _ = try await place.table.append(
                        selecting: "SELECT i AS id, \(columns) FROM range(\(start), \(start + 8)) r(i)",
                        commit: CommitInfo(userName: "ada", runID: "r", extra: ["a": "b"]))
                }
                _ = try await place.table.overwrite(
                    selecting: "SELECT * FROM \(place.table.snapshot().relation) WHERE id > 4")
                #expect(try OtherReaders.ids(place.location, from: 1, name) == Array(5...16))
            }
        }
    }
}
