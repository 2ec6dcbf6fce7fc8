import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaPartitionTests {
    private let places = [
        "'São Paulo'", "NULL", "'a/b'", "'x=y %41'", "'it''s'", "'..'", "'" + String(repeating: "é", count: 120) + "'",
    ]

    /// Rows with every place, a null day among the days.
    private func rows(_ start: Int, _ count: Int) -> String {
        let places = places.joined(separator: ", ")
        return """
            SELECT i AS id, [\(places)][1 + i % \(self.places.count)] AS place,
                CASE WHEN i % 5 > 0 THEN DATE '2024-01-01' + CAST(i % 3 AS INTEGER) END AS day, i * 2 AS n
            FROM range(\(start), \(start + count)) r(i)
            """
    }

    @Test func `Rows come back whatever their partition values are, and files lie in a folder for each`() async throws {
        try await TemporaryTable.with { place in
            let result = try await place.table.append(selecting: rows(1, 200), partitionedBy: ["place", "day"])
            #expect(result.rowCount == 200)
            let snapshot = try await place.table.snapshot()
            #expect(snapshot.partitionColumns == ["place", "day"])
            #expect(snapshot.schema.names == ["id", "place", "day", "n"])
            #expect(result.files == snapshot.files.count && result.files == 28)
            let folders = Set(try place.fileNames())
            #expect(
                folders.isSuperset(of: [
                    "_delta_log", "place=__HIVE_DEFAULT_PARTITION__", "place=a%2Fb", "place=x%3Dy%20%2541",
                    "place=São%20Paulo",
                ]))
            let sql = "SELECT * FROM {} ORDER BY id"
            let expected = try await TemporaryTable.engine.withSession { [text = rows(1, 200)] session in
                var rows: [[String?]] = []
                try session.query("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (\(text))", []) { batch in
                    let columns = batch.columns.map { $0.strings ?? [] }
                    for row in 0..<batch.rowCount { rows.append(columns.map { $0[row] }) }
                }
                return rows
            }
            #expect(try await place.rows(sql) == expected)
            #expect(try await place.table.append(selecting: rows(201, 7)).files == 7)
            let one = "SELECT CAST(? AS BIGINT) AS id, 'q' AS place"
            #expect(try await place.table.append(selecting: one, [.long(500)]).files == 1)
            #expect(try await place.rows("SELECT count(*), max(id) FROM {}") == [["208", "500"]])
            _ = try await place.table.overwrite(selecting: "SELECT 1::BIGINT AS id, 'p' AS place")
            #expect(try await place.rows() == [["1", "p", nil, nil]])
        }
    }

    @Test func `Values of every type that can partition come back as they went in`() async throws {
        try await TemporaryTable.with { place in
            let values = [
                "true", "127::TINYINT", "(-32768)::SMALLINT", "7::INTEGER", "(-9223372036854775808)::BIGINT",
                "0.1::FLOAT",
                "1e-300::DOUBLE", "(-0.05)::DECIMAL(10,2)", "'ü'", "DATE '0001-02-03'",
                "TIMESTAMPTZ '1969-12-31 23:59:59.000001+00'",
            ]
            let columns = values.enumerated().map { "\($1) AS c\($0)" }.joined(separator: ", ")
            let nulls = values.enumerated().map { "NULL AS c\($0.offset)" }.joined(separator: ", ")
            let sql = "SELECT 1::BIGINT AS id, \(columns) UNION ALL SELECT 2, \(nulls)"
            _ = try await place.table.append(selecting: sql, partitionedBy: values.indices.map { "c\($0)" })
            #expect(
                try await place.rows("SELECT * FROM {} ORDER BY id") == [
                    [
                        "1", "true", "127", "-32768", "7", "-9223372036854775808", "0.1", "1e-300", "-0.05", "ü",
                        "0001-02-03", "1969-12-31 23:59:59.000001+00",
                    ],
                    ["2"] + values.map { _ in nil },
                ])
        }
    }

    @Test func `Partition values that the log cannot hold are refused, all at once`() async throws {
        try await TemporaryTable.with { place in
            await #expect {
                try await place.table.append(
                    selecting:
                        "SELECT i AS id, CASE WHEN i > 0 THEN '' ELSE 'x' END AS p, 'nan'::DOUBLE AS q FROM range(3) r(i)",
                    partitionedBy: ["p", "q"])
            } throws: { error in
                guard case DeltaError.schemaMismatch(_, let problems) = error else { return false }
                return problems.count == 2 && problems[0].contains("NULLIF(\"p\", '')") && problems[1].contains("'nan'")
            }
            await #expect {
                try await place.table.append(
                    selecting: "SELECT i AS id, i AS p FROM range(10001) r(i)", partitionedBy: ["p"])
            } throws: { "\($0)".contains("10001 partitions by 'p'") }
            await #expect(throws: DeltaError.self) {
                try await place.table.append(selecting: "SELECT 1 AS id, '\\x00'::BLOB AS p", partitionedBy: ["p"])
            }
            await #expect {
                try await place.table.append(selecting: "SELECT 1 AS id, repeat('é', 127) AS p", partitionedBy: ["p"])
            } throws: { "\($0)".contains("too long to name a folder") }
            for columns in [["id"], ["x"], ["p", "p"]] {
                await #expect(throws: DeltaError.self) {
                    try await place.table.append(selecting: "SELECT 1 AS id", partitionedBy: columns)
                }
            }
            #expect(!place.table.exists())
            let left = try place.fileNames()
            #expect(left == ["_delta_log"])
        }
    }

    @Test func `A null is refused in a partition column that allows none`() async throws {
        try await TemporaryTable.with { place in
            let schema = TableSchema([.init("id", .integer), .init("p", .string, nullable: false)])
            try await place.table.create(schema: schema, partitionColumns: ["p"])
            await #expect(throws: DeltaError.self) {
                try await place.table.append(selecting: "SELECT 1 AS id, 'a' AS p UNION ALL SELECT 2, NULL")
            }
            #expect(try place.fileNames() == ["_delta_log"])
            await #expect(throws: DeltaError.self) {
                try await place.table.append(selecting: "SELECT 1 AS id, 'a' AS p", partitionedBy: ["id"])
            }
            #expect(try await place.table.append(selecting: "SELECT 1 AS id, 'a' AS p").version == 1)
        }
    }

    @Test(.enabled(if: OtherReaders.python != nil, OtherReaders.missing))
    func `deltalake and polars read partitioned tables, and filters lose no rows`() async throws {
        try await TemporaryTable.with { place in
            try await place.table.create(
                schema: TableSchema([
                    .init("id", .long), .init("n", .long), .init("place", .string), .init("day", .date),
                ]),
                partitionColumns: ["place", "day"])
            for start in [1, 11] { _ = try await place.table.append(selecting: rows(start, 10)) }
            try await place.table.checkpoint()
            #expect(try OtherReaders.ids(place.location, from: 1) == Array(1...20))
        }
        try await TemporaryTable.with { place in
            try await place.table.create(
                schema: TableSchema([
                    .init("id", .long), .init("at", .timestamp), .init("flag", .boolean),
                    .init("x", .decimal(precision: 6, scale: 2)),
                ]),
                partitionColumns: ["at", "flag", "x"])
            let sql = """
                SELECT i AS id, TIMESTAMPTZ '2024-02-29 12:00:00.000001+00' + INTERVAL (i % 2) SECOND AS at, i % 3 = 0 AS flag,
                    CAST(i % 2 / 4 AS DECIMAL(6,2)) AS x FROM range(6) r(i)
                """
            for _ in 0..<1 { _ = try await place.table.append(selecting: sql) }
            #expect(try OtherReaders.ids(place.location, from: 1) == Array(0..<6))
        }
    }
}
