import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaEvolutionTests {
    private func problems(_ body: () async throws -> Void) async throws -> [String] {
        do {
            try await body()
            return []
        } catch DeltaError.schemaMismatch(_, let problems) {
            return problems
        }
    }

    @Test func `An append may add columns, which are null in the rows before`() async throws {
        try await TemporaryTable.with { place in
            try place.create(configuration: #"{"a":"b"}"#)
            try await place.appendRow(1)
            let sql = "SELECT CAST(2 AS BIGINT) AS id, 1.5::DOUBLE AS x, DATE '2024-01-01' AS \"d é\""
            let refused = try await problems { _ = try await place.table.append(selecting: sql) }
            #expect(refused.count == 2)
            #expect(try await place.table.append(selecting: sql, addingColumns: true).version == 2)
            let snapshot = try await place.table.snapshot()
            #expect(
                snapshot.schema.fields == [
                    .init("id", .long), .init("t", .string), .init("x", .double), .init("d é", .date),
                ])
            #expect(
                try await place.rows("SELECT * FROM {} ORDER BY id") == [
                    ["1", "t1", nil, nil], ["2", nil, "1.5", "2024-01-01"],
                ])
            #expect(try await place.table.snapshot(at: .version(1)).schema.names == ["id", "t"])
            let entry = try String(contentsOfFile: place.logPath + "/" + TemporaryTable.entry(2), encoding: .utf8)
            #expect(entry.contains(#"\"comment\":\"the key\""#) && entry.contains(#""a":"b""#))
            // One that adds nothing says nothing of the columns.
            _ = try await place.table.append(selecting: sql, addingColumns: true)
            let next = try String(contentsOfFile: place.logPath + "/" + TemporaryTable.entry(3), encoding: .utf8)
            #expect(!next.contains("metaData"))
        }
    }

    @Test func `An append that adds columns is refused for all that does not fit at once`() async throws {
        try await TemporaryTable.with { place in
            try await place.table.create(
                schema: TableSchema([.init("id", .long, nullable: false), .init("n", .integer), .init("t", .string)]))
            let found = try await problems {
                _ = try await place.table.append(
                    selecting: "SELECT 1::BIGINT AS n, 2 AS T, [1] AS list, 3 AS more, 4 AS MORE", addingColumns: true)
            }
            #expect(
                found == [
                    "column 'n' is long, the table has integer: write CAST(\"n\" AS INTEGER)",
                    "column 'T' is called 't' in the table: rename it with AS",
                    "column 'list' is INTEGER[]; nested columns are not written: write to_json(\"list\")::VARCHAR, or unnest it",
                    "column 'MORE' is given twice (case does not tell columns apart): rename one",
                    "column 'id' is missing, and the table does not allow nulls in it: select it",
                ])
            #expect(try await place.table.snapshot().version == 0)
            #expect(try place.fileNames() == ["_delta_log"])
        }
    }

    @Test func `Columns may be added and begin to allow nulls, and nothing else`() async throws {
        try await TemporaryTable.with { place in
            let old: [TableSchema.Field] = [
                .init("id", .long, nullable: false), .init("n", .integer), .init("t", .string),
            ]
            try await place.table.create(schema: TableSchema(old))
            _ = try await place.table.append(selecting: "SELECT 1::BIGINT AS id, 2 AS n, 'x' AS t")
            let found = try await problems {
                try await place.table.evolve(
                    to: TableSchema([
                        .init("n", .long, nullable: false), .init("id", .long), .init("x", .date, nullable: false),
                        .init("X", .date),
                    ]))
            }
            #expect(found.count == 6)
            for (text, problem) in zip(
                [
                    "differ at most by case", "column 'n' is integer", "'n' allows nulls and would",
                    "'t' would be dropped", "'x' is new", "another order",
                ], found)
            {
                #expect(problem.contains(text))
            }
            #expect(try await place.table.evolve(to: TableSchema(old)) == 1)
            let new: [TableSchema.Field] =
                [.init("id", .long)] + old.dropFirst() + [.init("x", .decimal(precision: 9, scale: 1))]
            #expect(try await place.table.evolve(to: TableSchema(new)) == 2)
            #expect(try await place.table.snapshot().schema == TableSchema(new))
            #expect(try await place.rows() == [["1", "2", "x", nil]])
            #expect(try place.table.history().first?.operation == "CHANGE COLUMNS")
        }
    }

    @Test(.enabled(if: OtherReaders.python != nil, OtherReaders.missing))
    func `deltalake and polars read a table that got more columns, and filters lose no rows`() async throws {
        try await TemporaryTable.with { place in
            for id in 1...2 { try await place.appendRow(id) }
            for start in [3, 6] {
                let sql = "SELECT i AS id, i / 2 AS x, i % 2 = 0 AS flag FROM range(\(start), \(start + 3)) r(i)"
                _ = try await place.table.append(selecting: sql, addingColumns: true)
            }
            try await place.table.checkpoint()
            #expect(try OtherReaders.ids(place.location, from: 0) == Array(1...8))
        }
    }
}
