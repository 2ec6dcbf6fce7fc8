import DeltaLake
import Foundation
import MartletDomain
import Metadata
import Platform
import QueryEngine
import TestKit
import Testing

struct BranchTests {
    private let main = "shop.sales"
    private let dev = "shop.sales:dev"

    private func ids(_ platform: Platform, _ table: String) async throws -> [Int64?]? {
        try await platform.query(table, "SELECT id FROM rows ORDER BY id")["id"]?.longs
    }

    @Test func `Work on a branch is seen on main only when main is fast-forwarded to it`() async throws {
        try await withWorkspace { platform in
            let datasets = platform.datasets
            try await platform.importText("id,name\n1,a\n2,b\n", as: main)
            let branch = try await datasets.createBranch(TableName(dev), by: .anyone)
            #expect(branch.base == 0 && branch.version == 0 && branch.rows == 2 && branch.mainVersion == 0)
            try await platform.importText("id,name\n3,c\n", as: dev, .append)
            _ = try await datasets.delete(from: TableName(dev), where: "id = 1", by: .anyone)
            #expect(try await ids(platform, main) == [1, 2])
            #expect(try await ids(platform, dev) == [2, 3])
            #expect(try await datasets.names().map(\.description) == [main])
            let forwarded = try await datasets.fastForward(TableName(dev), by: .anyone)
            #expect(forwarded.table == TableReference(try TableName(main), version: 1))
            #expect(forwarded.operation == .fastForward && forwarded.source == "shop.sales:dev@2")
            #expect(try await ids(platform, main) == [2, 3])
            // The branch goes on from there, and main as it was stays readable.
            try await platform.importText("id,name\n4,d\n", as: dev, .append)
            #expect(try await datasets.fastForward(TableName(dev), by: .anyone).table.version == 2)
            #expect(try await ids(platform, main) == [2, 3, 4])
            #expect(try await datasets.snapshot(TableName(main), version: 0).rowCount == 2)
            #expect(
                try await datasets.history(TableName(dev)).map(\.operation) == [.imported, .delete, .imported, .branch])
        }
    }

    @Test func `Main that has moved is not fast-forwarded, and is told why`() async throws {
        try await withWorkspace { platform in
            try await platform.importText("id\n1\n", as: main)
            _ = try await platform.datasets.createBranch(TableName(dev), by: .anyone)
            try await platform.importText("id\n2\n", as: dev, .append)
            try await platform.importText("id\n3\n", as: main, .append)
            let error = await #expect(throws: DatasetError.self) {
                try await platform.datasets.fastForward(TableName(dev), by: .anyone)
            }
            #expect(error == .mainMoved(try TableName(dev), base: 0, latest: 1))
            #expect(error?.message.contains("create a branch of version 1") == true)
            #expect(try await ids(platform, main) == [1, 3])
            #expect(try await platform.datasets.branches(of: TableName(main)).map(\.mainVersion) == [1])
        }
    }

    @Test func `A branch shares files with main, and neither loses one to the other's vacuum`() async throws {
        try await withWorkspace { platform in
            let datasets = platform.datasets
            try await platform.importText("id\n1\n2\n", as: main)
            _ = try await datasets.createBranch(TableName(dev), by: .anyone)
            func inodes(_ table: String) throws -> Set<UInt64> {
                let folder = datasets.folder(of: try TableName(table)).path
                return Set(
                    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".parquet") }.map
                    {
                        try FileManager.default.attributesOfItem(atPath: "\(folder)/\($0)")[.systemFileNumber]
                            as? UInt64 ?? 0
                    })
            }
            let (shared, own) = (try inodes(dev), try inodes(main))
            #expect(shared == own && shared.count == 1)
            try await platform.importText("id\n9\n", as: main)
            _ = try await datasets.vacuum(TableName(main), retentionHours: 0, force: true, by: .anyone)
            #expect(try await ids(platform, dev) == [1, 2])
            try await platform.importText("id\n8\n", as: dev)
            let gone = try await datasets.vacuum(TableName(dev), retentionHours: 0, force: true, by: .anyone)
            #expect(gone.files.count == 1)
            // Version 0 of main is what the branch began with, so it was kept.
            #expect(try await datasets.snapshot(TableName(main), version: 0).rowCount == 2)
        }
    }

    @Test func `A branch may begin with an older version, be deleted and be made again`() async throws {
        try await withWorkspace { platform in
            let datasets = platform.datasets
            try await platform.importText("id\n1\n", as: main)
            try await platform.importText("id\n2\n", as: main, .append)
            #expect(try await datasets.createBranch(TableName(dev), from: 0, by: .anyone).rows == 1)
            await #expect(throws: DatasetError.branchExists(try TableName(dev))) {
                try await datasets.createBranch(TableName(dev), by: .anyone)
            }
            try await datasets.deleteBranch(TableName(dev), by: .anyone)
            #expect(try await datasets.branches(of: TableName(main)).isEmpty)
            #expect(!FileManager.default.fileExists(atPath: datasets.folder(of: try TableName(dev)).path))
            #expect(try await datasets.createBranch(TableName(dev), by: .anyone).rows == 2)
            _ = try await datasets.derive(
                TableName("shop.copy"), selecting: "SELECT * FROM s", from: ["s": TableName(dev)], .overwrite,
                by: .anyone)
            let error = await #expect(throws: DatasetError.self) {
                try await datasets.deleteBranch(TableName(dev), by: .anyone)
            }
            #expect(error == .branchInUse(try TableName(dev), by: ["shop.copy@0"]))
        }
    }

    @Test func `A branch that is not there is neither read, written nor made by a write`() async throws {
        try await withWorkspace { platform in
            let datasets = platform.datasets
            try await platform.importText("id\n1\n", as: main)
            let name = try TableName(dev)
            for work in [
                { _ = try await datasets.snapshot(name) }, { try await platform.importText("id\n1\n", as: dev) },
                { _ = try await datasets.begin(.append, on: name, by: .anyone) },
                { _ = try await datasets.fastForward(name, by: .anyone) },
                { try await datasets.deleteBranch(name, by: .anyone) },
            ] as [() async throws -> Void] {
                await #expect(throws: DatasetError.missingBranch(name)) { try await work() }
            }
            await #expect(throws: DatasetError.missing(try TableName("shop.none"))) {
                try await datasets.createBranch(TableName("shop.none:dev"), by: .anyone)
            }
            await #expect(throws: InvalidRequest.self) {
                try await datasets.createBranch(TableName("shop.sales:main"), by: .anyone)
            }
        }
    }

    @Test func `What a crash left of a branch is gone when the workspace opens, and a branch on record is whole`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let workspace = Workspace(folder)
            var platform = try await Platform.open(workspace, durability: .normal)
            try await platform.importText("id\n1\n", as: main)
            _ = try await platform.datasets.createBranch(TableName(dev), by: .anyone)
            let branches = workspace.tables.appending(path: "_branches/shop/sales")
            try FileManager.default.copyItem(
                at: branches.appending(path: "dev"), to: branches.appending(path: "half"))
            try await platform.close()
            platform = try await Platform.open(workspace, durability: .normal)
            #expect(try FileManager.default.contentsOfDirectory(atPath: branches.path) == ["dev"])
            #expect(try await ids(platform, dev) == [1])
            try await platform.close()
        }
    }

    @Test(arguments: [
        "shop.sales:", "shop.sales:a:b", "shop.sales:-x", "shop.sales:a/b", "shop.sales:..", "shop.sales:_x",
    ])
    func `A branch's name could be a folder's`(text: String) {
        #expect(throws: DatasetError.invalidName(text)) { try TableName(text) }
    }

    @Test func `No branch leads repeated or missing keys into a feature table`() async throws {
        try await withWorkspace { platform in
            let datasets = platform.datasets
            try await platform.importText("id,v\n1,0.5\n1,0.75\n", as: "risk.old")
            try await platform.importText("id,v\n1,0.5\n2,0.75\n", as: "risk.old")
            let name = try TableName("risk.old")
            _ = try await platform.features.registerTable(
                FeatureTableDeclaration(name: "risk.old", primaryKeys: ["id"]), by: .anyone)
            let dev = try TableName("risk.old:dev")
            _ = try await datasets.createBranch(dev, by: .anyone)
            await #expect(throws: FeatureError.self) {
                try await platform.importText("id,v\n3,1\n3,2\n", as: "risk.old:dev")
            }
            // The first version had a key twice.
            await #expect(throws: DeltaError.self) { try await datasets.restore(name, to: 0, by: .anyone) }
            let early = try TableName("risk.old:early")
            _ = try await datasets.createBranch(early, from: 0, by: .anyone)
            await #expect(throws: (any Error).self) { try await datasets.fastForward(early, by: .anyone) }
            #expect(
                try await platform.query("risk.old", "SELECT v FROM rows ORDER BY id")["v"]?.doubles == [0.5, 0.75])
        }
    }
}
