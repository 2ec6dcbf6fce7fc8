import AuditLog
import DeltaLake
import Foundation
import MartletDomain
import Metadata
import Platform
import QueryEngine
import TestKit
import Testing

struct TransactionTests {
    private let name = "shop.sales"

    private func table() throws -> TableName { try TableName(name) }

    private func ids(_ platform: Platform, _ table: String = "shop.sales") async throws -> [Int64?]? {
        try await platform.query(table, "SELECT id FROM rows ORDER BY id")["id"]?.longs
    }

    private func upload(_ platform: Platform, _ text: String) throws -> String {
        let upload = try platform.datasets.beginUpload()
        try upload.append(Data(text.utf8))
        _ = try upload.finish()
        return upload.id
    }

    /// Opens a transaction, puts the texts into it and gives its id.
    private func transaction(
        _ platform: Platform, _ kind: DatasetTransaction.Kind, _ texts: [String], keys: [String] = []
    ) async throws -> String {
        let opened = try await platform.datasets.begin(kind, on: table(), keys: keys, runID: "run-7", by: .anyone)
        for (index, text) in texts.enumerated() {
            _ = try await platform.datasets.add(
                upload: upload(platform, text), named: "part\(index).csv", to: opened.id, by: .anyone)
        }
        return opened.id
    }

    @Test func `Each kind of transaction does to the rows that are there what it says`() async throws {
        try await withWorkspace { platform in
            try await platform.importText("id,name\n1,a\n2,b\n", as: name)
            let appended = try await transaction(platform, .append, ["id,name\n3,c\n", "name,id\nd,4\n"])
            #expect(try await ids(platform) == [1, 2])
            var version = try await platform.datasets.commitTransaction(appended, by: .anyone)
            #expect(version.kind == .append && version.rowCount == 2 && version.transaction == appended)
            #expect(version.runID == "run-7" && version.source?.contains("part1.csv sha256:") == true)
            #expect(try await ids(platform) == [1, 2, 3, 4])
            let updated = try await transaction(platform, .update, ["id,name\n2,B\n9,n\n"], keys: ["id"])
            version = try await platform.datasets.commitTransaction(updated, by: .anyone)
            #expect(version.kind == .update && version.rowCount == 2)
            let names = try await platform.query(name, "SELECT name FROM rows ORDER BY id")["name"]?.strings
            #expect(names == ["a", "B", "c", "d", "n"])
            let deleted = try await transaction(platform, .delete, ["id\n1\n77\n", "id\n9\n"], keys: ["id"])
            version = try await platform.datasets.commitTransaction(deleted, by: .anyone)
            #expect(version.kind == .delete && version.rowCount == 2)
            #expect(try await ids(platform) == [2, 3, 4])
            let replaced = try await transaction(platform, .snapshot, ["key\nx\n"])
            version = try await platform.datasets.commitTransaction(replaced, by: .anyone)
            #expect(version.kind == .snapshot && version.table.version == 4)
            #expect(try await platform.datasets.snapshot(table()).schema.names == ["key"])
            #expect(try await platform.audit.verify().isIntact)
        }
    }

    @Test func `A commit that is asked for again, or by many at once, is made once`() async throws {
        try await withWorkspace { platform in
            try await platform.importText("id\n1\n", as: name)
            let id = try await transaction(platform, .append, ["id\n2\n"])
            let versions = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<6 {
                    group.addTask { try await platform.datasets.commitTransaction(id, by: .anyone).table.version }
                }
                return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
            }
            #expect(versions == [1])
            #expect(try await ids(platform) == [1, 2])
            await #expect(throws: DatasetError.transactionEnded(id, .committed)) {
                try await platform.datasets.abortTransaction(id, by: .anyone)
            }
        }
    }

    @Test func `A commit whose record a crash took is found in the table's log, and not made twice`() async throws {
        try await withTemporaryFolder { folder in
            let workspace = Workspace(folder.appending(path: "workspace"))
            var platform = try await Platform.open(workspace, durability: .normal)
            try await platform.importText("id\n1\n", as: name)
            let id = try await transaction(platform, .append, ["id\n2\n"])
            try await platform.close()
            // As if the process had ended behind the Delta commit.
            let staged = workspace.tables.appending(path: "_transactions/\(id)")
            var kept = [(staged, folder.appending(path: "staged"))]
            for suffix in ["", "-wal", "-shm"] {
                let file = URL(fileURLWithPath: workspace.metadataFile.path + suffix)
                if FileManager.default.fileExists(atPath: file.path) {
                    kept.append((file, folder.appending(path: "kept" + suffix)))
                }
            }
            for (file, copy) in kept { try FileManager.default.copyItem(at: file, to: copy) }
            platform = try await Platform.open(workspace, durability: .normal)
            _ = try await platform.datasets.commitTransaction(id, by: .anyone)
            try await platform.close()
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: workspace.metadataFile.path + suffix)
            }
            for (file, copy) in kept { try FileManager.default.moveItem(at: copy, to: file) }
            platform = try await Platform.open(workspace, durability: .normal)
            let transaction = try await platform.datasets.transaction(id)
            #expect(transaction.state == .committed && transaction.version == 1)
            let version = try await platform.datasets.commitTransaction(id, by: .anyone)
            #expect(version.table.version == 1 && version.operation == .transaction && version.kind == .append)
            #expect(try await ids(platform) == [1, 2])
            try await platform.close()
        }
    }

    @Test func `An open transaction survives the server's end, and one that was aborted leaves nothing`() async throws {
        try await withTemporaryFolder { folder in
            let workspace = Workspace(folder)
            let staging = workspace.tables.appending(path: "_transactions")
            var platform = try await Platform.open(workspace, durability: .normal)
            try await platform.importText("id\n1\n", as: name)
            let kept = try await transaction(platform, .append, ["id\n2\n"])
            let aborted = try await transaction(platform, .append, ["id\n3\n"])
            _ = try await platform.datasets.abortTransaction(aborted, by: .anyone)
            // What no record names: a file that was being read when the process ended.
            try Data("x".utf8).write(to: staging.appending(path: "\(kept)/stray.parquet"))
            try FileManager.default.createDirectory(
                at: staging.appending(path: "never"), withIntermediateDirectories: true)
            try await platform.close()
            platform = try await Platform.open(workspace, durability: .normal)
            #expect(try await platform.datasets.transactions().map(\.id) == [kept])
            #expect(try await platform.datasets.transactions(ended: true).count == 2)
            #expect(try FileManager.default.contentsOfDirectory(atPath: staging.path) == [kept])
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(staging.path)/\(kept)").count == 1)
            _ = try await platform.datasets.commitTransaction(kept, by: .anyone)
            #expect(try await ids(platform) == [1, 2])
            #expect(try FileManager.default.contentsOfDirectory(atPath: staging.path).isEmpty)
            for id in [kept, aborted] {
                await #expect(throws: DatasetError.self) {
                    try await platform.datasets.add(
                        upload: upload(platform, "id\n4\n"), named: "a.csv", to: id, by: .anyone)
                }
            }
            await #expect(throws: DatasetError.transactionEnded(aborted, .aborted)) {
                try await platform.datasets.commitTransaction(aborted, by: .anyone)
            }
            try await platform.close()
        }
    }

    @Test func `What does not go with a kind is refused before anything is opened`() async throws {
        try await withWorkspace { platform in
            try await platform.importText("id,name\n1,a\n", as: name)
            let datasets = platform.datasets
            let refused: [(DatasetTransaction.Kind, [String], String?)] = [
                (.append, ["id"], nil), (.snapshot, [], "id = 1"), (.update, [], nil), (.update, ["id", "id"], nil),
                (.delete, [], nil), (.delete, ["id"], "id = 1"), (.update, ["nobody"], nil), (.delete, [], "id ="),
                (.delete, [], "nobody = 1"), (.delete, [], "id"), (.delete, [], "name > 5"),
            ]
            for (kind, keys, predicate) in refused {
                await #expect(throws: DatasetError.self, "\(kind) \(keys) \(predicate ?? "")") {
                    try await datasets.begin(kind, on: table(), keys: keys, predicate: predicate, by: .anyone)
                }
            }
            #expect(try await datasets.transactions(ended: true).isEmpty)
            let empty = try await datasets.begin(.append, on: table(), by: .anyone)
            let error = await #expect(throws: DatasetError.self) {
                try await datasets.commitTransaction(empty.id, by: .anyone)
            }
            #expect(error?.message.contains("no files yet") == true)
            await #expect(throws: DatasetError.unknownTransaction("none")) {
                try await datasets.commitTransaction("none", by: .anyone)
            }
            await #expect(throws: DatasetError.self) {
                try await datasets.add(
                    upload: upload(platform, "id,name\n1\n"), named: "a.csv", to: empty.id, by: .anyone)
            }
            #expect(try await datasets.transaction(empty.id).files.isEmpty)
        }
    }

    @Test(arguments: [
        ("amount > 2.5", [1, 2, 5]), ("amount <= 2.5 or amount is null", [3, 4]),
        ("not (amount > 2.5)", [3, 4, 5]), ("amount / n > 1", [2, 4, 5]), ("day < '2024-02-01'", [2, 3, 4, 5]),
        ("at >= '2024-03-01T00:00:00Z'", [1, 2, 5]), ("name = 'it''s'", [2, 3, 4, 5]),
        ("coalesce(amount, 0) = 0", [1, 2, 3, 4]), ("case when n = 0 then true else false end", [1, 3, 4, 5]),
        ("false", [1, 2, 3, 4, 5]), ("id >= 1", []),
    ])
    func `A deletion takes the rows for which the expression holds, and no others`(
        predicate: String, left: [Int64]
    ) async throws {
        try await withWorkspace { platform in
            let text = """
                id,amount,n,day,at,name
                1,2.5,1,2024-01-01,2024-01-01T00:00:00Z,it's
                2,1.5,0,2024-02-01,2024-02-01T00:00:00Z,b
                3,3.5,2,2024-03-01,2024-03-01T00:00:00Z,c
                4,7.25,9,2024-04-01,2024-04-01T00:00:00Z,d
                5,,3,2024-05-01,,e

                """
            try await platform.importText(text, as: name)
            let version = try await platform.datasets.delete(from: table(), where: predicate, by: .anyone)
            #expect(try await ids(platform) == left)
            #expect(version.rowCount == 5 - Int64(left.count) && version.table.version == 1)
        }
    }

    @Test func `A NaN equals itself and is more than any number`() async throws {
        try await withWorkspace { platform in
            try await platform.importText("id,x\n1,1.5\n2,nan\n3,\n", as: name)
            for (predicate, left) in [("x > 2", [1, 3]), ("x = x", [3]), ("x <> 5.5", [3])] {
                _ = try await platform.datasets.restore(table(), to: 0, by: .anyone)
                _ = try await platform.datasets.delete(from: table(), where: predicate, by: .anyone)
                #expect(try await ids(platform) == left.map { Int64($0) }, "\(predicate)")
            }
        }
    }

    private func merge(_ platform: Platform, _ text: String) async throws -> DatasetVersion {
        try await platform.datasets.importUpload(
            upload(platform, text), named: "a.csv", as: table(), .merge, keys: ["id"], by: .anyone)
    }

    @Test func `A merge by import makes a table, updates it, and is refused with keys that are null or come twice`()
        async throws
    {
        try await withWorkspace { platform in
            for text in ["id,name\n1,a\n1,b\n", "id,name\n,a\n"] {
                let error = await #expect(throws: DeltaError.self) { try await merge(platform, text) }
                #expect(error?.message.contains("key") == true)
            }
            let names = try await platform.datasets.names()
            #expect(names.isEmpty)
            #expect(try await merge(platform, "id,name\n1,a\n2,b\n").kind == .update)
            #expect(try await merge(platform, "id,name\n2,B\n3,c\n").rowCount == 2)
            #expect(
                try await platform.query(name, "SELECT name FROM rows ORDER BY id")["name"]?.strings == ["a", "B", "c"])
            await #expect(throws: DeltaError.self) { try await merge(platform, "id,name\n4,a\n4,b\n") }
            await #expect(throws: InvalidRequest.self) {
                try await platform.datasets.importUpload(
                    upload(platform, "id\n1\n"), named: "a.csv", as: table(), .append, keys: ["id"], by: .anyone)
            }
        }
    }

    @Test func `An import that is asked for again gives the version that it has made`() async throws {
        try await withWorkspace { platform in
            let id = try upload(platform, "id\n1\n")
            let first = try await platform.datasets.importUpload(
                id, named: "a.csv", as: table(), .append, by: .anyone)
            let again = try await platform.datasets.importUpload(
                id, named: "a.csv", as: table(), .append, by: .anyone)
            #expect(first == again && first.table.version == 0)
            #expect(try await ids(platform) == [1])
        }
    }
}
