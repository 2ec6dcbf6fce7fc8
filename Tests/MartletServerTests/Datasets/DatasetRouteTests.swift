import Foundation
import Martlet
import MartletAPI
import MartletDomain
import Platform
import TestKit
import Testing

struct DatasetRouteTests {
    private let table = "shop.sales"

    private func file(_ text: String, in folder: URL) throws -> URL {
        let file = folder.appending(path: "\(UUID().uuidString).csv")
        try Data(text.utf8).write(to: file)
        return file
    }

    @Test func `A transaction is opened, filled, committed and looked at by the client`() async throws {
        try await withTemporaryFolder { folder in
            try await withServer { server in
                let (client, name) = (server.client(), try TableName(table))
                _ = try await client.importDataset(name, from: file("id,name\n1,a\n2,b\n", in: folder))
                let run = try await server.platform.tracking.createRun(by: .anyone).info.id
                let opened = try await client.beginTransaction(.update, on: name, keys: ["id"], runID: run)
                let filled = try await client.addFile(file("id,name\n2,B\n3,c\n", in: folder), to: opened.id)
                #expect(filled.files.map(\.rows) == [2])
                let listed = try await client.send(ListTransactions(table: name)).transactions
                #expect(listed == [filled])
                let version = try await client.commitTransaction(opened.id)
                #expect(version.kind == .update && version.runID == run && version.rowCount == 2)
                let shown = try await client.send(ShowDataset(table: name, rows: 5))
                #expect(shown.preview.map { Set($0) } == [["1", "a"], ["2", "B"], ["3", "c"]])
                let gone = try await client.deleteRows(
                    from: name, keysIn: file("id\n1\n", in: folder), keys: ["id"])
                #expect(gone.rowCount == 1 && gone.kind == .delete)
                let other = try await client.deleteRows(from: name, where: "name = 'B'")
                #expect(other.rowCount == 1)
                let lineage = try await client.send(ShowLineage(table: name))
                #expect(lineage.table == other.table && lineage.upstream.map(\.name) == ["name = 'B'"])
                let asOf = try await client.send(DatasetAsOf(table: name, time: Instant("2100-01-01")))
                #expect(asOf.version == other.table.version)
                #expect(try await client.send(ShowTransaction(transaction: opened.id)).state == .committed)
            }
        }
    }

    @Test func `What is asked wrongly is refused by its code, and nothing changes`() async throws {
        try await withServer { server in
            try await server.platform.importText("id\n1\n", as: table)
            let refused: [(String, JSON, Int)] = [
                ("datasets/show", ["table": "shop.sales", "version": 0, "as_of": "2100-01-01"], 400),
                ("datasets/show", ["table": "shop.sales", "rows": 0], 400),
                ("datasets/show", ["table": "shop.sales:none"], 404),
                ("datasets/as-of", ["table": "shop.sales", "time": "1999-01-01"], 404),
                ("datasets/as-of", ["table": "shop.sales", "time": "soon"], 400),
                ("datasets/lineage", ["table": "shop.sales", "depth": 99], 400),
                ("datasets/lineage", ["table": "shop.sales", "version": 7], 404),
                ("datasets/restore", ["table": "shop.sales", "version": 7], 404),
                ("datasets/delete-rows", ["table": "shop.sales", "predicate": "id = ("], 400),
                ("datasets/delete-rows", ["table": "shop.sales", "predicate": "id = 1", "transaction": "x"], 400),
                (
                    "datasets/vacuum",
                    ["table": "shop.sales", "retention_hours": 1, "force": .bool(false), "dry_run": .bool(false)],
                    400
                ),
                ("datasets/vacuum", ["table": "shop.none", "force": .bool(false), "dry_run": .bool(true)], 404),
                ("datasets/optimize", ["table": "shop.sales", "target_size": 0], 400),
                ("datasets/branches/create", ["branch": "shop.sales:main"], 400),
                ("datasets/branches/create", ["branch": "shop.sales:a", "version": 7], 404),
                ("datasets/branches/fast-forward", ["branch": "shop.sales:none"], 404),
                ("datasets/branches/delete", ["branch": "shop.sales"], 404),
                ("datasets/transactions/begin", ["table": "shop.sales", "kind": "UPDATE"], 400),
                ("datasets/transactions/begin", ["table": "shop.sales", "kind": "MERGE"], 400),
                ("datasets/transactions/commit", ["transaction": "none"], 404),
                ("datasets/transactions/add", ["transaction": "none", "upload": "x", "file_name": "a.csv"], 404),
                ("datasets/transactions/abort", ["transaction": "none"], 404),
            ]
            for (path, body, status) in refused {
                let answer = try await server.martlet(path, body)
                #expect(answer.status == status, "\(path) \(answer.json)")
            }
            #expect(try await server.platform.datasets.history(TableName(table)).count == 1)
            #expect(try await server.platform.datasets.branches(of: TableName(table)).isEmpty)
        }
    }

    @Test func `Who may only read changes no dataset by any request, and is on record`() async throws {
        try await withServer(policy: .governed) { server in
            try await server.platform.importText("id\n1\n", as: table, by: .setup)
            let token = try await server.token(.auditor)
            let changes: [(String, JSON)] = [
                ("datasets/restore", ["table": "shop.sales", "version": 0]),
                ("datasets/delete-rows", ["table": "shop.sales", "predicate": "id = 1"]),
                ("datasets/vacuum", ["table": "shop.sales", "force": .bool(false), "dry_run": .bool(false)]),
                ("datasets/optimize", ["table": "shop.sales"]),
                ("datasets/branches/create", ["branch": "shop.sales:a"]),
                ("datasets/branches/fast-forward", ["branch": "shop.sales:a"]),
                ("datasets/branches/delete", ["branch": "shop.sales:a"]),
                ("datasets/transactions/begin", ["table": "shop.sales", "kind": "APPEND"]),
                ("datasets/transactions/commit", ["transaction": "none"]),
                ("datasets/transactions/add", ["transaction": "none", "upload": "x", "file_name": "a.csv"]),
                ("datasets/transactions/abort", ["transaction": "none"]),
            ]
            for (path, body) in changes {
                let before = try await server.platform.auditEntries().count
                let answer = try await server.martlet(path, body, token: token)
                #expect(answer.status == 403, "\(path) \(answer.json)")
                #expect(try await server.platform.auditEntries().count == before + 1, "\(path)")
            }
            #expect(try await server.martlet("datasets/lineage", ["table": "shop.sales"], token: token).status == 200)
        }
    }
}
