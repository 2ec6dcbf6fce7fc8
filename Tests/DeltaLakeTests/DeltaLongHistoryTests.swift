import DeltaLake
import Foundation
import FuzzInputs
import MartletDomain
import QueryEngine
import Testing

/// One table through everything that may happen to it, by us and by deltalake, in random order.
@Suite struct DeltaLongHistoryTests {
    private static let columns = ["id", "p", "seen", "v", "w"]

    /// Compares every version that is noted with what we read, and with what the others do.
    private func check(_ history: RandomHistory, _ place: TemporaryTable, _ done: [String]) async throws {
        let comment = "seed \(history.seed): \(done.joined(separator: " "))"
        var wanted: [Int64: [String]] = [:]
        for version in history.versions.keys {
            wanted[version] = history.wanted(at: version)
            let found = try await history.found(at: version)
            #expect(found == wanted[version], "version \(version), \(comment)")
        }
        try OtherReaders.compare(place, Self.columns, wanted, comment)
    }

    @Test(arguments: 0..<3)
    func `Every version of a long history reads as it was written, by us, deltalake and polars`(run: Int) async throws {
        try await TemporaryTable.with { place in
            var history = try await RandomHistory(place, "long history \(run)")
            var done: [String] = []
            for _ in 0..<2 {
                for _ in 0..<16 { done.append("\(try await history.go())") }
                // At least once each, in whichever order the rest came.
                for step in [RandomHistory.Step.merge, .evolve, .zOrder, .delete] {
                    done.append("\(try await history.go(step))")
                }
                try await check(history, place, done)
                done.append("vacuum")
                let later = Date(timeIntervalSinceNow: 60)
                let newest = try await place.table.snapshot().version
                _ = try await place.table.vacuum(keeping: [newest], retention: .zero, now: later)
                history.forget(before: newest)
                try await check(history, place, done)
                try await place.table.checkpoint()
            }
        }
    }

    private struct Changes: Decodable {
        var versions: [Int: [Row]]
        var steps: [String]
        var readable: Int
        var next: Int64

        struct Row: Decodable {
            var line: String

            init(from decoder: any Decoder) throws {
                var values = try decoder.unkeyedContainer()
                let id = try values.decode(Int64.self)
                let p = try values.decodeIfPresent(String.self).map(RandomHistory.hex)
                let at = try values.decodeIfPresent(Int64.self).map { String($0) }
                let v = try values.decodeIfPresent(String.self).map(RandomHistory.hex)
                line = "\(id)|\(p ?? "-")|\(at ?? "-")|\(v ?? "-")|-"
            }
        }
    }

    @Test(.enabled(if: OtherReaders.python != nil, OtherReaders.missing), arguments: 0..<3)
    func `What deltalake wrote, merged, arranged, vacuumed and checkpointed we read, change and give back`(run: Int)
        async throws
    {
        try await TemporaryTable.with { place in
            let seed = RandomHistory.seed("theirs \(run)")
            var (done, next): ([String], Int64) = ([], 0)
            for round in 0..<3 {
                let arguments = [place.location.path, "\(seed % 1_000_000 + UInt64(round))", "12", "\(next)"]
                let text = try #require(try OtherReaders.run("change_with_deltalake.py", arguments, "seed \(seed)"))
                let line = try #require(text.split(separator: "\n").last)
                let changes = try JSONDecoder().decode(Changes.self, from: Data(line.utf8))
                (done, next) = (done + changes.steps, changes.next)
                for (version, rows) in changes.versions where version >= changes.readable {
                    let found = try await RandomHistory.lines(place.table.snapshot(at: .version(Int64(version))))
                    #expect(found == rows.map(\.line).sorted(), "version \(version), seed \(seed): \(done)")
                }
                // And now we, so that the next round of theirs builds on ours.
                let first = next
                _ = try await place.table.append(
                    selecting:
                        "SELECT i AS id, 'x' AS p, now() AS seen, 'ours' AS v FROM range(\(first), \(first + 3)) r(i)")
                _ = try await place.table.merge(
                    selecting: "SELECT CAST(\(first) AS BIGINT) AS id, 'y' AS p, now() AS seen, 'merged' AS v",
                    on: ["id"]
                )
                #expect(try await place.table.delete(where: "id = \(first + 1)").deletedRows == 1)
                _ = try await place.table.optimize(zOrderedBy: ["id", "seen"])
                try await place.table.checkpoint()
                next += 3
                let newest = try await place.table.snapshot()
                let lines = try await RandomHistory.lines(newest)
                try OtherReaders.compare(place, Self.columns, [newest.version: lines], "seed \(seed): \(done)")
            }
        }
    }
}
