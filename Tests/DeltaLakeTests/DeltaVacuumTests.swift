import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaVacuumTests {
    /// Gives every file of the table's folder the time of so many days ago.
    private func ageAll(_ place: TemporaryTable, days: Double) throws {
        for name in try FileManager.default.subpathsOfDirectory(atPath: place.location.path) {
            try place.age(place.location.path + "/" + name, days: days)
        }
    }

    @Test func `What only older versions need goes, and what pinned ones need stays`() async throws {
        try await TemporaryTable.with { place in
            for id in 1...3 {
                let sql = "SELECT CAST(\(id) AS BIGINT) AS id, 'a/b' AS p"
                _ = try await place.table.overwrite(selecting: sql, partitionedBy: ["p"])
            }
            let folder = place.location.path + "/p=a%2Fb"
            try ageAll(place, days: 30)
            // Removed a moment ago: within the retention of the table, though the files are old.
            #expect(try await place.table.vacuum(keeping: []).files == [])
            let later = Date(timeIntervalSinceNow: 8 * 86_400)
            let told = try await place.table.vacuum(keeping: [0], now: later, dryRun: true)
            #expect(told.files.count == 1 && told.pinnedFiles == 1 && told.dryRun && told.bytes > 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 3)
            let done = try await place.table.vacuum(keeping: [0], now: later)
            #expect(done.files == told.files && done.bytes == told.bytes && !done.dryRun)
            #expect(try await place.rows("SELECT id FROM {}", at: .version(0)) == [["1"]])
            #expect(try await place.rows("SELECT id FROM {}") == [["3"]])
            await #expect(throws: DeltaError.self) { try await place.table.snapshot(at: .version(1)) }
            #expect(try await place.table.vacuum(keeping: [], retention: .zero, now: later).files.count == 1)
            #expect(try await place.rows("SELECT id FROM {}") == [["3"]])
        }
    }

    @Test func `Files of writers that did not finish go when they are old, and everything else stays`() async throws {
        try await TemporaryTable.with { place in
            try await place.appendRow(1)
            try await place.table.checkpoint()
            let outside = place.location.deletingLastPathComponent().appendingPathComponent("outside")
            let manager = FileManager.default
            for folder in ["/_mine", "/.hidden", "/_day=1", "/_delta_log/_sidecars"] {
                try manager.createDirectory(atPath: place.location.path + folder, withIntermediateDirectories: true)
            }
            try manager.createDirectory(at: outside, withIntermediateDirectories: true)
            let kept = [
                "notes.txt", "_mine/a.parquet", ".hidden/a.parquet", "_x.parquet", "_delta_log/a.parquet",
                "_delta_log/_sidecars/a.parquet", "../outside/a.parquet",
            ]
            let gone = [".tmp-1.parquet", "_day=1/orphan.parquet", "orphan.parquet"]
            for name in kept + gone {
                try Data("x".utf8).write(to: URL(fileURLWithPath: place.location.path + "/" + name))
            }
            try ageAll(place, days: 30)
            try place.age(outside.path + "/a.parquet", days: 30)
            try manager.createSymbolicLink(atPath: place.location.path + "/link", withDestinationPath: outside.path)
            try manager.createSymbolicLink(
                atPath: place.location.path + "/link.parquet", withDestinationPath: outside.path + "/a.parquet")
            try Data("y".utf8).write(to: URL(fileURLWithPath: place.location.path + "/young.parquet"))
            #expect(try await place.table.vacuum(keeping: [0]).files == gone)
            for name in kept + ["link.parquet", "link/a.parquet", "young.parquet"] {
                #expect(manager.fileExists(atPath: place.location.path + "/" + name), "\(name)")
            }
            #expect(try await place.rows("SELECT id FROM {}") == [["1"]])
        }
    }

    @Test func `A pinned version that cannot be read stops the vacuum`() async throws {
        try await TemporaryTable.with { place in
            for id in 1...2 { _ = try await place.table.overwrite(selecting: "SELECT \(id) AS id") }
            try ageAll(place, days: 30)
            let files = try place.fileNames()
            await #expect(throws: DeltaError.unknownVersion(table: "table", 7, available: 0...1)) {
                try await place.table.vacuum(keeping: [7], retention: .zero)
            }
            #expect(try place.fileNames() == files)
            await #expect(throws: DeltaError.tableNotFound(table: "none")) {
                let none = place.location.deletingLastPathComponent().appendingPathComponent("none")
                _ = try await DeltaTable(at: none, engine: TemporaryTable.engine).vacuum(keeping: [])
            }
        }
    }

    @Test(.enabled(if: OtherReaders.python != nil, OtherReaders.missing))
    func `deltalake and polars read what a vacuum and a compaction leave`() async throws {
        try await TemporaryTable.with { place in
            for id in 1...6 { try await place.appendRow(id) }
            #expect(try await place.table.optimize()?.removedFiles == 6)
            for id in 7...8 { try await place.appendRow(id) }
            try await place.table.checkpoint()
            let done = try await place.table.vacuum(
                keeping: [8], retention: .zero, now: Date(timeIntervalSinceNow: 60))
            #expect(done.files.count == 6)
            #expect(try OtherReaders.ids(place.location, from: 6) == Array(1...8))
        }
    }
}
