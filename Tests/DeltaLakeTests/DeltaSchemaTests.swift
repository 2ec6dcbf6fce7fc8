import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaSchemaTests {
    private let schema = TableSchema([
        .init("id", .long, nullable: false), .init("label", .string),
        .init("amount", .decimal(precision: 10, scale: 2)),
        .init("at", .timestamp), .init("total", .long),
    ])

    private func problems(_ sql: String, _ table: DeltaTable) async throws -> [String] {
        do {
            _ = try await table.append(selecting: sql)
            return []
        } catch DeltaError.schemaMismatch(_, let problems) {
            return problems
        }
    }

    @Test func `Every column that does not fit is named with what it is, what it should be, and the cast`() async throws
    {
        try await TemporaryTable.with { place in
            try await place.table.create(schema: schema)
            let problems = try await problems(
                """
                SELECT 'x' AS Label, 1.5 AS amount, TIMESTAMP '2024-01-01 00:00:00' AS at, sum(1) AS total, 7 AS extra,
                    8 AS EXTRA
                """, place.table)
            #expect(
                problems == [
                    "column 'Label' is called 'label' in the table: rename it with AS",
                    "column 'amount' is decimal(2,1), the table has decimal(10,2): write CAST(\"amount\" AS DECIMAL(10,2))",
                    "column 'at' is TIMESTAMP, which says no time zone: write \"at\" AT TIME ZONE 'UTC' (or the zone that it "
                        + "is in)",
                    "column 'total' is HUGEINT (as sum() of integers is), which Delta Lake does not have: write "
                        + "CAST(\"total\" AS BIGINT)",
                    "column 'extra' is not in the table: leave it out, or overwrite the table with a new schema",
                    "column 'EXTRA' is given twice (case does not tell columns apart): rename one",
                    "column 'id' is missing, and the table does not allow nulls in it: select it",
                ])
            #expect(
                try await problems_int(place.table) == [
                    "column 'id' is integer, the table has long: write CAST(\"id\" AS BIGINT)"
                ])
            #expect(try await place.table.snapshot().version == 0)
        }
    }

    private func problems_int(_ table: DeltaTable) async throws -> [String] {
        try await problems("SELECT 1 AS id", table)
    }

    @Test func `The cast that an error names mends it`() async throws {
        try await TemporaryTable.with { place in
            try await place.table.create(schema: schema)
            _ = try await place.table.append(
                selecting: """
                    SELECT CAST("total" AS BIGINT) AS total, "at" AT TIME ZONE 'UTC' AS at, CAST("id" AS BIGINT) AS id FROM
                    (SELECT sum(1) AS total, TIMESTAMP '2024-01-01 00:00:00' AS at, 1 AS id)
                    """)
            #expect(try await place.rows() == [["1", nil, nil, "2024-01-01 00:00:00+00", "1"]])
        }
    }

    @Test func `A missing column is null, and order does not matter`() async throws {
        try await TemporaryTable.with { place in
            try await place.table.create(schema: schema)
            _ = try await place.table.append(selecting: "SELECT 'a' AS label, CAST(1 AS BIGINT) AS id")
            #expect(try await place.rows() == [["1", "a", nil, nil, nil]])
        }
    }

    @Test func `Nulls where the table allows none are refused and leave nothing behind`() async throws {
        try await TemporaryTable.with { place in
            try await place.table.create(schema: schema)
            let sql = "SELECT CASE WHEN i % 3 > 0 THEN i END AS id FROM range(9) r(i)"
            #expect(
                try await problems(sql, place.table) == [
                    "column 'id' is null in 3 of 9 rows, and the table does not allow that: select a value for them, or "
                        + "leave them out with WHERE \"id\" IS NOT NULL"
                ])
            #expect(try place.fileNames() == ["_delta_log"])
            #expect(try await place.table.snapshot().version == 0)
        }
    }

    @Test func `A new table is refused with every column that Delta Lake cannot hold`() async throws {
        try await TemporaryTable.with { place in
            let problems = try await problems(
                "SELECT sum(1) AS a, now()::TIMESTAMP AS b, 1::UTINYINT AS c, [1] AS d, uuid() AS e, 1 AS f, INTERVAL 1 DAY AS g",
                place.table)
            #expect(problems.count == 6)
            #expect(problems.map { String($0.prefix(10)) } == ["a", "b", "c", "d", "e", "g"].map { "column '\($0)'" })
            #expect(problems.last?.contains("CAST(\"g\" AS VARCHAR)") == true)
            #expect(!place.table.exists())
        }
    }

    @Test func `Columns that differ only by case make no table`() async throws {
        try await TemporaryTable.with { place in
            await #expect(throws: DeltaError.self) {
                try await place.table.create(schema: TableSchema([.init("a", .long), .init("A", .long)]))
            }
            await #expect(throws: DeltaError.self) { try await place.table.create(schema: TableSchema([])) }
        }
    }

    @Test func `A statement that fails leaves the table as it was`() async throws {
        try await TemporaryTable.with { place in
            _ = try await place.table.append(selecting: "SELECT CAST(1 AS BIGINT) AS n")
            let files = try place.fileNames()
            await #expect(throws: (any Error).self) {
                try await place.table.append(
                    selecting:
                        "SELECT CAST(CASE WHEN i < 200000 THEN '1' ELSE 'x' END AS BIGINT) AS n FROM range(200001) r(i)"
                )
            }
            #expect(try place.fileNames() == files)
            #expect(try await place.table.snapshot().version == 0)
        }
    }
}
