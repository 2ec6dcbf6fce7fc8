import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaVersionTests {
    @Test func `Every version stays readable by its number`() async throws {
        try await TemporaryTable.with { place in
            _ = try await place.table.append(selecting: "SELECT 1 AS n")
            _ = try await place.table.append(selecting: "SELECT 2 AS n")
            _ = try await place.table.overwrite(selecting: "SELECT 3 AS n")
            _ = try await place.table.overwrite(selecting: "SELECT 'x' AS t", replacingSchema: true)
            _ = try await place.table.append(selecting: "SELECT 'y' AS t")
            #expect(try await place.rows(at: .version(0)) == [["1"]])
            #expect(try await place.rows(at: .version(1)) == [["1"], ["2"]])
            #expect(try await place.rows(at: .version(2)) == [["3"]])
            #expect(try await place.rows(at: .version(3)) == [["x"]])
            #expect(try await place.rows() == [["x"], ["y"]])
            let ids = try await [place.table.snapshot(at: .version(0)).tableID, place.table.snapshot().tableID]
            #expect(ids[0] == ids[1])
            await #expect(throws: DeltaError.unknownVersion(table: "table", 5, available: 0...4)) {
                try await place.table.snapshot(at: .version(5))
            }
            await #expect(throws: DeltaError.unknownVersion(table: "table", -1, available: 0...4)) {
                try await place.table.snapshot(at: .version(-1))
            }
        }
    }

    @Test func `A time finds the newest version that was there then, even if file times run backwards`() async throws {
        try await TemporaryTable.with { place in
            for n in 0..<4 { _ = try await place.table.append(selecting: "SELECT \(n) AS n") }
            for (version, seconds) in [1000.0, 2000, 1500, 3000].enumerated() {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: seconds)],
                    ofItemAtPath: place.location.path + "/_delta_log/0000000000000000000\(version).json")
            }
            for (seconds, version) in [
                (1000.0, Int64(0)), (1999.999, 0), (2000, 1), (2000.001, 2), (2999, 2), (3000, 3), (1e300, 3),
            ] {
                let found = try await place.table.snapshot(at: .timestamp(Date(timeIntervalSince1970: seconds)))
                #expect(found.version == version, "at \(seconds)")
                #expect(found.timestamp <= Date(timeIntervalSince1970: seconds))
            }
            await #expect {
                try await place.table.snapshot(at: .timestamp(Date(timeIntervalSince1970: 999.999)))
            } throws: { error in
                "\(error)".contains("its first is of 1970-01-01T00:16:40.000Z")
            }
            let times = try place.table.history().map { ($0.timestamp.timeIntervalSince1970 * 1000).rounded() }
            #expect(times == [3_000_000, 2_000_001, 2_000_000, 1_000_000])
        }
    }

    @Test func `The time that the history gives a version finds that version`() async throws {
        try await TemporaryTable.with { place in
            for n in 0..<30 { _ = try await place.table.append(selecting: "SELECT \(n) AS n") }
            for record in try place.table.history() {
                let found = try await place.table.snapshot(at: .timestamp(record.timestamp))
                #expect(found.version == record.version)
                #expect(found.timestamp == record.timestamp)
            }
        }
    }

    @Test func `The history tells who did what, newest first`() async throws {
        try await TemporaryTable.with { place in
            try await place.table.create(schema: TableSchema([.init("n", .integer)]))
            let info = CommitInfo(userName: "ada", runID: "r1", extra: ["note": "a \"b\"\n"])
            _ = try await place.table.append(selecting: "SELECT unnest([1, 2, 3]) AS n", commit: info)
            _ = try await place.table.overwrite(selecting: "SELECT 9 AS n")
            let history = try place.table.history()
            #expect(history.map(\.version) == [2, 1, 0])
            #expect(history.map(\.operation) == ["WRITE", "WRITE", "CREATE TABLE"])
            #expect(history.map(\.rows) == [1, 3, 0])
            #expect(history.map { $0.parameters["mode"] } == ["Overwrite", "Append", nil])
            #expect(history[1].userName == "ada")
            #expect(history[1].runID == "r1")
            #expect(history[1].extra == ["note": "a \"b\"\n"])
            #expect(history[1].engine == "Martlet")
        }
    }

    @Test func `Files that a crash left behind belong to no version`() async throws {
        try await TemporaryTable.with { place in
            _ = try await place.table.append(selecting: "SELECT 1 AS n")
            let before = try await place.table.snapshot()
            let file = before.files[0].path
            let folder = place.location.path
            let manager = FileManager.default
            try manager.copyItem(atPath: file, toPath: folder + "/part-00000-orphan-c000.zstd.parquet")
            try Data("half".utf8).write(to: URL(fileURLWithPath: folder + "/.tmp-x.parquet"))
            try Data("{\"add\":".utf8).write(to: URL(fileURLWithPath: folder + "/_delta_log/.tmp-y"))
            #expect(try await place.table.snapshot().files == before.files)
            #expect(try await place.rows() == [["1"]])
            #expect(try await place.table.append(selecting: "SELECT 2 AS n").version == 1)
            #expect(try await place.rows() == [["1"], ["2"]])
        }
    }

    @Test func `An overwrite is refused when rows changed since the version it was computed from`() async throws {
        try await TemporaryTable.with { place in
            _ = try await place.table.append(selecting: "SELECT 1 AS n")
            let base = try await place.table.snapshot()
            _ = try await place.table.append(selecting: "SELECT 2 AS n")
            let files = try place.fileNames()
            let reason = "changed rows (files added: 1, removed: 0)"
            await #expect(throws: DeltaError.conflict(table: "table", version: 1, reason: reason)) {
                try await place.table.overwrite(
                    selecting: "SELECT n + 1 AS n FROM \(base.relation)", since: base.version)
            }
            #expect(try place.fileNames() == files)
            let now = try await place.table.snapshot()
            let result = try await place.table.overwrite(
                selecting: "SELECT n + 1 AS n FROM \(now.relation)", since: now.version)
            #expect(result.version == 2)
            #expect(try await place.rows() == [["2"], ["3"]])
        }
    }

    @Test func `Two hundred commits are replayed to all of their rows`() async throws {
        try await TemporaryTable.with { place in
            for _ in 0..<200 { _ = try await place.table.append(selecting: "SELECT 1 AS n, 'x' AS t") }
            let snapshot = try await place.table.snapshot()
            #expect(snapshot.version == 199 && snapshot.rowCount == 200)
        }
    }
}
