import DeltaLake
import Foundation
import MartletDomain
import Metadata
import Platform
import QueryEngine
import TestKit
import Testing

struct ImportTypesTests {
    @Test func `JSON lines come in, with a column of nulls as text and nested values as they are written`() async throws
    {
        try await withWorkspace { platform in
            let text = """
                {"id": 1, "note": null, "at": "2024-05-01T10:00:00Z"}
                {"id": 2, "note": null, "at": "2024-05-02T10:00:00Z"}

                """
            let version = try await platform.importText(text, as: "shop.events", named: "rows.jsonl")
            #expect(version.rowCount == 2)
            let schema = try await platform.datasets.snapshot(TableName("shop.events")).schema
            #expect(schema["note"]?.type == .string && schema["id"]?.type == .long)
            let rows = try await platform.query("shop.events", "SELECT id, note FROM rows ORDER BY id")
            #expect(rows["id"]?.longs == [1, 2] && rows["note"]?.strings == [nil, nil])
        }
    }

    @Test func `JSON lines take the table's own types, and lose nothing by it`() async throws {
        try await withWorkspace { platform in
            _ = try await platform.importText(
                "{\"id\": 5000000000, \"code\": \"a\", \"price\": 1.5, \"n\": 1}\n", as: "shop.t", named: "a.jsonl")
            // Smaller numbers, a text that looks like a date, whole numbers for a fraction, nothing at all.
            _ = try await platform.importText(
                "{\"id\": 7, \"code\": \"2024-05-01\", \"price\": 2, \"n\": null}\n", as: "shop.t", named: "b.jsonl",
                .append)
            let rows = try await platform.query("shop.t", "SELECT id, code, price, n FROM rows ORDER BY id")
            #expect(rows["id"]?.longs == [7, 5_000_000_000] && rows["code"]?.strings == ["2024-05-01", "a"])
            #expect(rows["price"]?.doubles == [2, 1.5] && rows["n"]?.longs == [nil, 1])
            let error = await #expect(throws: DatasetError.self) {
                try await platform.importText(
                    "{\"id\": 7.5, \"code\": \"b\", \"price\": 2, \"n\": 1}\n", as: "shop.t", named: "c.jsonl", .append)
            }
            #expect(error?.message.contains("Column id of type BIGINT cannot hold 7.5") == true)
            #expect(try await platform.datasets.snapshot(TableName("shop.t")).rowCount == 2)
        }
    }

    @Test func `A file's name is no pattern`() async throws {
        try await withTemporaryFolder { folder in
            let place = folder.appending(path: "a[1]*")
            let platform = try await Platform.open(Workspace(place), durability: .normal)
            try await platform.importText("id\n1\n", as: "shop.a")
            let transaction = try await platform.datasets.begin(.append, on: TableName("shop.a"), by: .anyone)
            let upload = try platform.datasets.beginUpload()
            try upload.append(Data("id\n2\n".utf8))
            _ = try upload.finish()
            _ = try await platform.datasets.add(upload: upload.id, named: "b.csv", to: transaction.id, by: .anyone)
            _ = try await platform.datasets.commitTransaction(transaction.id, by: .anyone)
            #expect(try await platform.datasets.snapshot(TableName("shop.a")).rowCount == 2)
            try await platform.close()
        }
    }
}
