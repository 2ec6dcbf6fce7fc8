import DeltaLake
import Foundation
import FuzzInputs
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaChangesTests {
    /// Each row of some files, and how often.
    private func counts(_ snapshot: DeltaSnapshot) async throws -> [String: Int] {
        let rows = try await TemporaryTable.rows("SELECT * FROM {}", snapshot)
        return Dictionary(rows.map { ($0.map { $0 ?? "∅" }.joined(separator: "|"), 1) }, uniquingKeysWith: +)
    }

    /// Whether the rows of the earlier version and those added are those of the later version and those removed.
    private func balances(_ table: DeltaTable, _ after: Int64, _ through: Int64) async throws -> Bool {
        let changes = try await table.changes(after: after, through: through)
        #expect(changes.after == after && changes.through == through && changes.added.version == through)
        var sum = try await counts(changes.added)
        if after >= 0 { try await sum.merge(counts(table.snapshot(at: .version(after))), uniquingKeysWith: +) }
        var other = try await counts(table.snapshot(at: .version(through)))
        try await other.merge(counts(changes.removed), uniquingKeysWith: +)
        return sum == other
    }

    @Test func `Whatever happens between two versions, what was added and removed leads from one to the other`()
        async throws
    {
        try await TemporaryTable.with { place in
            var history = try await RandomHistory(place, "changes")
            // The columns stay, so that rows of both versions compare as texts.
            while history.versions.count < 18 {
                let step = history.dice.pick(RandomHistory.Step.allCases.filter { $0 != .evolve } + [.append, .merge])
                _ = try await history.go(step)
            }
            let versions = history.versions.keys.sorted()
            for _ in 0..<25 {
                let pair = [history.dice.pick(versions), history.dice.pick(versions)].sorted()
                let balanced = try await balances(place.table, pair[0], pair[1])
                #expect(balanced, "\(pair), seed \(history.seed)")
            }
            for version in versions {
                let changes = try await place.table.changes(after: version - 1, through: version)
                if history.quiet.contains(version) { #expect(changes.isEmpty, "\(version), seed \(history.seed)") }
            }
        }
    }

    @Test(arguments: [
        "deletion-vectors", "scattered-vectors", "mapped-by-name", "mapped-by-id", "partitioned", "local-times",
    ])
    func `Rows that deletion vectors take out, and columns of other names, are told rightly`(name: String) async throws
    {
        let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Golden/delta/\(name)")
        let table = DeltaTable(at: golden, engine: TemporaryTable.engine)
        let latest = try await table.snapshot().version
        for after in -1...latest {
            for through in max(after, 0)...latest {
                do {
                    #expect(try await balances(table, after, through), "\(after) to \(through)")
                } catch DeltaError.redefined(_, let version, let problems) {
                    #expect(version > after && version <= through && !problems.isEmpty)
                }
            }
        }
    }

    @Test func `Rows that came and went again, or only moved to another file, are no change`() async throws {
        try await TemporaryTable.with { place in
            for id in 1...3 { try await place.appendRow(id) }
            #expect(try await place.table.optimize()?.version == 3)
            #expect(try await place.table.changes(after: 2).isEmpty)
            try await place.appendRow(4)
            #expect(try await place.table.delete(where: "id = 4").version == 5)
            let changes = try await place.table.changes(after: 2)
            #expect(changes.isEmpty && changes.through == 5 && changes.added.schema.names == ["id", "t"])
            let all = try await place.table.changes(after: -1)
            #expect(try await TemporaryTable.rows("SELECT id FROM {} ORDER BY id", all.added) == [["1"], ["2"], ["3"]])
            #expect(try await TemporaryTable.rows("SELECT id FROM {}", all.removed).isEmpty)
        }
    }

    @Test func `When files in between were vacuumed the two versions are compared`() async throws {
        try await TemporaryTable.with { place in
            for id in 1...3 { try await place.appendRow(id) }
            #expect(try await place.table.delete(where: "id = 2").version == 3)
            for id in 4...5 { try await place.appendRow(id) }
            #expect(try await place.table.optimize()?.version == 6)
            let later = Date(timeIntervalSinceNow: 8 * 86_400)
            #expect(try await place.table.vacuum(keeping: [1], retention: .zero, now: later).files.count == 3)
            #expect(try await balances(place.table, 1, 6))
            let changes = try await place.table.changes(after: 1)
            #expect(changes.added.rowCount == 4 && changes.removed.rowCount == 2)
            await #expect(throws: DeltaError.self) { try await place.table.changes(after: 3) }
        }
    }

    @Test func `Versions that cannot be compared are refused with the reason`() async throws {
        try await TemporaryTable.with { place in
            try await place.appendRow(1)
            _ = try await place.table.append(selecting: "SELECT CAST(2 AS BIGINT) AS id, 7 AS n", addingColumns: true)
            #expect(try await place.table.changes(after: 0).added.schema.names == ["id", "t", "n"])
            _ = try await place.table.overwrite(selecting: "SELECT 'x' AS id", replacingSchema: true)
            do {
                _ = try await place.table.changes(after: 0)
                Issue.record("not refused")
            } catch DeltaError.redefined(_, let version, let problems) {
                #expect(version == 2 && problems.count == 3)
            }
            await #expect(throws: DeltaError.reversedVersions(table: "table", after: 2, through: 1)) {
                try await place.table.changes(after: 2, through: 1)
            }
            await #expect(throws: DeltaError.unknownVersion(table: "table", 9, available: 0...2)) {
                try await place.table.changes(after: 1, through: 9)
            }
        }
    }
}
