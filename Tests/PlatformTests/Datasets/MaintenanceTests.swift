import AuditLog
import DeltaLake
import Foundation
import MartletDomain
import Metadata
import Platform
import QueryEngine
import TestKit
import Testing

struct MaintenanceTests {
    private let name = "shop.sales"

    private func files(_ platform: Platform) async throws -> Int {
        try await platform.datasets.snapshot(TableName(name)).files.count
    }

    @Test func `A vacuum leaves whatever a training set, a model, predictions or a look at them named`() async throws {
        try await withWorkspace { platform in
            let made = try await Deliveries.train(platform)
            let table = try TableName(Deliveries.deliveries)
            _ = try await platform.registry.transition(Deliveries.model, "1", to: .production, by: .anyone)
            let run = try await platform.scoring.scoreBatch(
                "models:/\(Deliveries.model)/Production", in: Deliveries.window(Deliveries.served),
                into: TableName(Deliveries.predictions), by: .anyone)
            // Version 0 was read by a model, version 1 by nobody.
            let relation = try await platform.datasets.snapshot(table).relation
            for _ in 0..<2 {
                _ = try await platform.datasets.write(
                    table, .overwrite, selecting: "SELECT * FROM \(relation) LIMIT 3", operation: .derived, by: .anyone)
            }
            let pins = try await platform.datasets.pins(of: table)
            #expect(pins.map(\.version) == [0])
            #expect(pins.first?.reasons.contains("training set \(made.training)") == true, "\(pins)")
            #expect(pins.first?.reasons.contains("predictions \(run.predictions)") == true, "\(pins)")
            let told = try await platform.datasets.vacuum(
                table, retentionHours: 0, force: true, dryRun: true, by: .anyone)
            #expect(told.files.count == 1 && told.pinnedFiles >= 1 && told.dryRun)
            #expect(try await platform.datasets.snapshot(table, version: 1).rowCount == 3)
            let done = try await platform.datasets.vacuum(table, retentionHours: 0, force: true, by: .anyone)
            #expect(done.files == told.files && done.bytes == told.bytes)
            let read = try await platform.datasets.snapshot(table, version: 0)
            let count = try await platform.datasets.engine.withSession {
                try $0.collect("SELECT count(*) AS n FROM \(read.relation)")["n"]?.longs
            }
            #expect(count == [read.rowCount])
            let error = await #expect(throws: DeltaError.self) {
                try await platform.datasets.snapshot(table, version: 1)
            }
            #expect(error?.message.contains("vacuum") == true)
            let training = try await platform.datasets.pins(of: made.training.name)
            #expect(training.first?.reasons.contains("model version \(Deliveries.model)/1") == true, "\(training)")
        }
    }

    @Test func `A retention under seven days takes an explicit word, and a dry run changes nothing`() async throws {
        try await withWorkspace { platform in
            try await platform.importText("id\n1\n", as: name)
            try await platform.importText("id\n2\n", as: name)
            let table = try TableName(name)
            let entries = try await platform.auditEntries().count
            let error = await #expect(throws: DatasetError.self) {
                try await platform.datasets.vacuum(table, retentionHours: 24, by: .anyone)
            }
            #expect(error == .shortRetention(hours: 24) && error?.message.contains("--force") == true)
            #expect(try await platform.datasets.vacuum(table, dryRun: true, by: .anyone).files.isEmpty)
            #expect(try await platform.auditEntries().count == entries)
            #expect(try await platform.datasets.vacuum(table, by: .anyone).files.isEmpty)
            #expect(try await platform.auditEntries().last?.actionName == "vacuum")
            #expect(try await platform.datasets.snapshot(table, version: 0).rowCount == 1)
        }
    }

    @Test func `A table put together and laid in order has the same rows, and says so once`() async throws {
        try await withWorkspace { platform in
            for part in 0..<6 {
                try await platform.importText("id,day\n\(part),2024-01-0\(part + 1)\n", as: name, .append)
            }
            let before = try await files(platform)
            let version = try await platform.datasets.optimize(TableName(name), zOrder: ["id", "day"], by: .anyone)
            #expect(version?.operation == .optimize && version?.table.version == 6)
            #expect(try await files(platform) < before)
            #expect(
                try await platform.query(name, "SELECT id FROM rows ORDER BY id")["id"]?.longs == [0, 1, 2, 3, 4, 5])
            #expect(try await platform.datasets.optimize(TableName(name), zOrder: ["id", "day"], by: .anyone) == nil)
            await #expect(throws: (any Error).self) {
                try await platform.datasets.optimize(TableName(name), zOrder: ["nobody"], by: .anyone)
            }
        }
    }

    @Test func `A table goes back to a version with its rows and columns, and forward again`() async throws {
        try await withWorkspace { platform in
            let table = try TableName(name)
            try await platform.importText("id\n1\n2\n", as: name)
            try await platform.importText("key,more\nx,1\n", as: name)
            let restored = try await platform.datasets.restore(table, to: 0, runID: "run-1", by: .anyone)
            #expect(restored.table.version == 2 && restored.operation == .restore && restored.kind == .snapshot)
            #expect(restored.inputs == [TableReference(table, version: 0)] && restored.runID == "run-1")
            #expect(try await platform.query(name, "SELECT id FROM rows ORDER BY id")["id"]?.longs == [1, 2])
            _ = try await platform.datasets.restore(table, to: 1, by: .anyone)
            #expect(try await platform.query(name)["key"]?.strings == ["x"])
            await #expect(throws: DeltaError.self) { try await platform.datasets.restore(table, to: 9, by: .anyone) }
            _ = try await platform.datasets.vacuum(table, retentionHours: 0, force: true, by: .anyone)
            let error = await #expect(throws: DeltaError.self) {
                try await platform.datasets.restore(table, to: 0, by: .anyone)
            }
            #expect(error?.message.contains("gone") == true)
            #expect(try await platform.datasets.latest(table).version == 3)
        }
    }

    @Test func `The version as of a time is the newest that was on record then, to the millisecond`() async throws {
        try await withWorkspace { platform in
            let table = try TableName(name)
            for _ in 0..<4 {
                try await platform.importText("id\n1\n", as: name)
                try await Task.sleep(for: .milliseconds(3))
            }
            let versions = try await platform.datasets.history(table).reversed()
            for (version, next) in zip(versions, versions.dropFirst()) {
                let instant = Instant(milliseconds: version.writtenAt)
                #expect(try await platform.datasets.version(of: table, asOf: instant) == version.table)
                let last = Instant(microseconds: next.writtenAt * 1_000 - 1)
                #expect(try await platform.datasets.version(of: table, asOf: last) == version.table)
            }
            let first = Instant(microseconds: (versions.first?.writtenAt ?? 0) * 1_000 - 1)
            await #expect(throws: DatasetError.beforeFirstVersion(table, first)) {
                try await platform.datasets.version(of: table, asOf: first)
            }
        }
    }

    @Test func `Versions that another program wrote count from when their log says`() async throws {
        try await withWorkspace { platform in
            let table = try TableName(name)
            try await platform.importText("id\n1\n", as: name)
            let folder = platform.datasets.folder(of: table)
            _ = try await DeltaTable(at: folder, engine: platform.datasets.engine).append(
                RecordBatch(columns: [Column("id", .long([2]))], rowCount: 1))
            let entry = folder.appending(path: "_delta_log/00000000000000000001.json").path
            let far = Date(timeIntervalSince1970: 4_000_000_000)
            try FileManager.default.setAttributes([.modificationDate: far], ofItemAtPath: entry)
            for _ in 0..<2 {
                #expect(
                    try await platform.datasets.version(of: table, asOf: Instant("2096-10-02T07:06:39Z")).version == 0)
                #expect(
                    try await platform.datasets.version(of: table, asOf: Instant("2096-10-02T07:06:40Z")).version == 1)
                // The same after it is on record.
                _ = try await platform.datasets.recover(by: .setup)
            }
        }
    }

    @Test func `Rows are shown as text, nulls as nothing, and no more than were asked for`() async throws {
        try await withWorkspace { platform in
            try await platform.importText("id,name,x\n1,é,2.5\n2,,\n3,c,4\n", as: name)
            let table = try await platform.datasets.latest(TableName(name))
            #expect(try await platform.datasets.preview(table, rows: 2) == [["1", "é", "2.5"], ["2", nil, nil]])
            for rows in [0, -1, 1_001] {
                await #expect(throws: InvalidRequest.self) { try await platform.datasets.preview(table, rows: rows) }
            }
        }
    }
}
