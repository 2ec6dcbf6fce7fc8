import AuditLog
import DeltaLake
import Foundation
import MartletDomain
import Metadata
import Platform
import QueryEngine
import TestKit
import Testing

struct RecoverTests {
    private let batch = RecordBatch(columns: [Column("id", .long([7, 8, 9]))], rowCount: 3)

    @Test func `A version that only the table's own log has is recorded once, with an entry in the audit log`()
        async throws
    {
        try await withWorkspace { platform in
            let name = try TableName("shop.sales")
            try await platform.importText("id\n1\n", as: "shop.sales")
            let table = DeltaTable(at: platform.datasets.folder(of: name), engine: platform.datasets.engine)
            _ = try await table.append(batch)
            let before = try await platform.auditEntries().count
            let found = try await platform.datasets.recover(by: .setup)
            #expect(found.map(\.table) == [TableReference(name, version: 1)])
            #expect(found.map(\.operation) == [.recovered] && found.map(\.rowCount) == [3])
            let entries = try await platform.auditEntries()
            #expect(entries.count == before + 1 && entries.last?.actionName == "recovered")
            #expect(entries.last?.requestParams["table"] == "shop.sales@1")
            #expect(try await platform.datasets.recover(by: .setup) == [])
            #expect(try await platform.datasets.history(name).map(\.table.version) == [1, 0])
        }
    }

    @Test func `Opening a workspace records what a crash left, and a table that is no table stops nothing`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let workspace = Workspace(folder)
            let first = try await Platform.open(workspace, durability: .normal)
            let name = try TableName("lake.raw.events")
            let table = DeltaTable(at: first.datasets.folder(of: name), engine: first.datasets.engine)
            _ = try await table.append(batch)
            try await first.close()
            for odd in ["tables/stray", "tables/lake/raw/no table", "tables/lake/9x/_delta_log"] {
                try FileManager.default.createDirectory(
                    at: folder.appending(path: odd), withIntermediateDirectories: true)
            }
            try Data("x".utf8).write(to: folder.appending(path: "tables/file"))
            let second = try await Platform.open(workspace, durability: .normal)
            #expect(try await second.datasets.names() == [name])
            #expect(try await second.datasets.version(TableReference(name, version: 0))?.operation == .recovered)
            #expect(try await second.audit.verify().isIntact)
            try await second.close()
        }
    }

    @Test func `What a killed writer left is removed when the workspace opens, and nothing else is`() async throws {
        try await withTemporaryFolder { folder in
            let workspace = Workspace(folder)
            let first = try await Platform.open(workspace, durability: .normal)
            try await first.importText("id\n1\n", as: "shop.sales")
            try await first.importText("id\n2\n", as: "shop.sales")
            let table = first.datasets.folder(of: try TableName("shop.sales"))
            try await first.close()
            let files = try FileManager.default.contentsOfDirectory(atPath: table.path).filter {
                $0.hasSuffix("parquet")
            }
            let data = try Data(contentsOf: table.appending(path: try #require(files.first)))
            let unique = "0f0e0d0c-0000-4000-8000-000000000001"
            let (ours, theirs) = (
                "part-00000-\(unique)-m000.snappy.parquet", "part-00000-\(unique)-c000.snappy.parquet"
            )
            for name in [".tmp-\(unique).parquet", "_delta_log/.tmp-\(unique)", ours, theirs, "notes.txt"] {
                try data.write(to: table.appending(path: name))
            }
            let second = try await Platform.open(workspace, durability: .normal)
            let left = try FileManager.default.contentsOfDirectory(atPath: table.path)
            #expect(Set(left) == Set(files + [theirs, "notes.txt", "_delta_log"]))
            #expect(try FileManager.default.contentsOfDirectory(atPath: table.path + "/_delta_log").count == 2)
            for version in [Int64(0), 1] {
                #expect(try await second.datasets.snapshot(TableName("shop.sales"), version: version).rowCount == 1)
            }
            try await second.close()
        }
    }

    @Test func `What a killed writer left of a table that never was is removed when the workspace opens`() async throws
    {
        try await withTemporaryFolder { folder in
            let workspace = Workspace(folder)
            try await Platform.open(workspace, durability: .normal).close()
            let unique = "0f0e0d0c-0000-4000-8000-000000000001"
            let (bare, shared) = (
                workspace.tables.appending(path: "a/bare"), workspace.tables.appending(path: "a/shared")
            )
            for table in [bare, shared] {
                let log = table.appending(path: "_delta_log")
                try FileManager.default.createDirectory(at: log, withIntermediateDirectories: true)
                for name in [
                    ".tmp-\(unique).parquet", "_delta_log/.tmp-\(unique)", "part-00000-\(unique)-m000.snappy.parquet",
                ] {
                    try Data("PAR1".utf8).write(to: table.appending(path: name))
                }
            }
            let theirs = "part-00000-\(unique)-c000.snappy.parquet"
            try Data("PAR1".utf8).write(to: shared.appending(path: theirs))
            let platform = try await Platform.open(workspace, durability: .normal)
            #expect(!FileManager.default.fileExists(atPath: bare.path))
            #expect(try FileManager.default.contentsOfDirectory(atPath: shared.path) == [theirs])
            #expect(try await platform.datasets.names().isEmpty)
            try await platform.importText("id\n1\n", as: "a.bare")
            try await platform.close()
        }
    }

    @Test func `A training set whose record a crash took is one again, with all that made it`() async throws {
        try await withWorkspace { platform in
            let (training, _) = try await Deliveries.prepare(platform)
            // A copy of the table's folder is a table that the metadata know nothing of.
            let folder = platform.workspace.tables.appending(path: "deliveries")
            try FileManager.default.copyItem(
                at: folder.appending(path: "training"), to: folder.appending(path: "found"))
            let found = try #require(try await platform.datasets.recover(by: .anyone).first?.table)
            #expect(found.description == "deliveries.found@0")
            let (made, again) = (
                try await platform.features.trainingSet(training), try await platform.features.trainingSet(found)
            )
            #expect(again.recipe == made.recipe && again.window == made.window && again.knownAt == made.knownAt)
            #expect(try await platform.datasets.version(found)?.inputs == platform.datasets.version(training)?.inputs)
        }
    }

    @Test func `A table whose log is torn stops nobody who wants another`() async throws {
        try await withTemporaryFolder { folder in
            let workspace = Workspace(folder)
            let first = try await Platform.open(workspace, durability: .normal)
            try await first.importText("id\n1\n", as: "shop.torn")
            try await first.importText("id\n1\n", as: "shop.whole")
            let log = first.datasets.folder(of: try TableName("shop.torn")).appending(path: "_delta_log")
            try await first.close()
            try Data("{\"commitInfo\":{\"operation".utf8).write(
                to: log.appending(path: String(repeating: "0", count: 19) + "1.json"))
            let second = try await Platform.open(workspace, durability: .normal)
            #expect(try await second.datasets.snapshot(TableName("shop.whole")).rowCount == 1)
            await #expect(throws: DeltaError.self) { try await second.datasets.snapshot(TableName("shop.torn")) }
            let refused = try await second.auditEntries().filter { $0.actionName == "recover" }
            #expect(refused.map { $0.requestParams["table"] } == ["shop.torn"])
            #expect(refused.allSatisfy { $0.response.statusCode >= 400 })
            try await second.close()
        }
    }
}
