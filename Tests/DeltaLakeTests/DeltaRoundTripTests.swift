import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

/// A column of every type: extremes, a null and what statistics trip over.
let everyType = RecordBatch(
    columns: [
        Column("boolean", .boolean([true, false, false]), validity: [true, true, false]),
        Column("byte", .byte([.min, .max, 0]), validity: [true, true, false]),
        Column("short", .short([.min, .max, 0]), validity: [true, true, false]),
        Column("integer", .integer([.min, .max, 0]), validity: [true, true, false]),
        Column("long", .long([.min, .max, 0]), validity: [true, true, false]),
        Column("float", .float([1.1, -.infinity, 0]), validity: [true, true, false]),
        Column("double", .double([.nan, -0.0, 0]), validity: [true, true, false]),
        Column(
            "decimal", .decimal([12_345_678_901_234_567_890_123, -1, 0], precision: 38, scale: 3),
            validity: [true, true, false]),
        Column(
            "string", .string(["é'\"\u{0301}" + String(repeating: "z", count: 50), "", ""]),
            validity: [true, true, false]),
        Column("binary", .binary([[0, 255], [], []]), validity: [true, true, false]),
        Column("date", .date([-1, 19_000, 0]), validity: [true, true, false]),
        Column("timestamp", .timestamp([-1, 1_700_000_000_123_456, 0]), validity: [true, true, false]),
        Column("a \"name\"", .long([1, 2, 3])),
    ], rowCount: 3)

@Suite struct DeltaRoundTripTests {
    @Test func `Rows of every type come back as they went in`() async throws {
        try await TemporaryTable.with { place in
            let result = try await place.table.append(everyType)
            #expect(result.version == 0)
            #expect(result.rowCount == 3)
            #expect(result.files == 1)
            let snapshot = try await place.table.snapshot()
            #expect(snapshot.schema == TableSchema(everyType.columns.map { .init($0.name, $0.type) }))
            #expect(snapshot.rowCount == 3)
            let relation = snapshot.relation
            let back = try await TemporaryTable.engine.withSession { try $0.collect("SELECT * FROM \(relation)") }
            for (column, read) in zip(everyType.columns, back.columns) {
                #expect(column.name == read.name)
                for row in 0..<3 {
                    let (before, after) = (column.value(at: row), read.value(at: row))
                    #expect(before == after || "\(before)" == "\(after)", "\(column.name) in row \(row)")
                }
            }
            let schema = try await TemporaryTable.engine.withSession { try $0.schema(of: "SELECT * FROM \(relation)") }
            #expect(schema == snapshot.schema)
        }
    }

    @Test func `An empty table has the columns and types it was made with, and no rows`() async throws {
        try await TemporaryTable.with { place in
            let schema = TableSchema(everyType.columns.map { .init($0.name, $0.type, nullable: $0.name != "long") })
            #expect(!place.table.exists())
            #expect(try await place.table.create(schema: schema, description: "d") == 0)
            #expect(place.table.exists())
            let snapshot = try await place.table.snapshot()
            #expect(snapshot.schema == schema)
            #expect(snapshot.tableDescription == "d")
            let relation = snapshot.relation
            let read = try await TemporaryTable.engine.withSession { try $0.schema(of: "SELECT * FROM \(relation)") }
            #expect(read.fields.map(\.type) == schema.fields.map(\.type))
            #expect(try await place.rows().isEmpty)
            await #expect(throws: DeltaError.tableExists(table: "table")) {
                try await place.table.create(schema: schema)
            }
        }
    }

    @Test func `Rows keep the order of the SELECT, and files that of their commits`() async throws {
        try await TemporaryTable.with { place in
            let sql = "SELECT (i * 7919) % 300007 AS k, 'r' || i AS t FROM range(300000) r(i) ORDER BY k DESC"
            _ = try await place.table.append(selecting: sql)
            _ = try await place.table.append(selecting: "SELECT -i AS k, 'second' AS t FROM range(1000) r(i)")
            let relation = try await place.table.snapshot().relation
            let keys = try await TemporaryTable.engine.withSession { session in
                let first = try session.collect("SELECT k FROM (\(sql))").columns[0].longs ?? []
                return (first, try session.collect("SELECT k FROM \(relation)").columns[0].longs ?? [])
            }
            #expect(keys.1 == keys.0 + (0..<1000).map { -Int64($0) })
        }
    }

    @Test func `A folder whose name has wildcards and quotes works`() async throws {
        try await TemporaryTable.with("it's [a] *?% \"é\"") { place in
            _ = try await place.table.append(selecting: "SELECT 1 AS n -- a comment")
            _ = try await place.table.append(selecting: "SELECT 2 AS n;\n ")
            #expect(try await place.rows() == [["1"], ["2"]])
        }
    }

    @Test func `The session is prepared before the SELECT runs, and parameters are bound`() async throws {
        try await TemporaryTable.with { place in
            let result = try await place.table.append(
                selecting: "SELECT n + ? AS n FROM mine", [.long(10)]
            ) { session in
                try session.execute("CREATE TEMPORARY TABLE mine AS SELECT CAST(1 AS BIGINT) AS n")
            }
            #expect(result.rowCount == 1)
            #expect(try await place.rows() == [["11"]])
        }
    }

    @Test func `A SELECT of no rows commits a version without files`() async throws {
        try await TemporaryTable.with { place in
            let result = try await place.table.append(selecting: "SELECT 1 AS n WHERE false")
            #expect(result == CommitResult(version: 0, rowCount: 0, files: 0, bytes: 0))
            #expect(try place.fileNames() == ["_delta_log"])
            #expect(try await place.rows().isEmpty)
        }
    }
}
