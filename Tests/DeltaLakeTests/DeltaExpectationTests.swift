import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaExpectationTests {
    private func one(_ number: Int) -> String { "SELECT CAST(\(number) AS BIGINT) AS id" }

    private func expecting(_ expectation: CommitInfo.Expectation) -> CommitInfo {
        var info = CommitInfo()
        info.expectation = expectation
        return info
    }

    private func isConflict(_ body: () async throws -> CommitResult) async -> Bool {
        do {
            _ = try await body()
            return false
        } catch DeltaError.conflict {
            return true
        } catch {
            return false
        }
    }

    @Test
    func `Rows that were computed from the table conflict with rows that came meanwhile, however they are written`()
        async throws
    {
        try await TemporaryTable.with { place in
            _ = try await place.table.append(selecting: one(1))
            let info = expecting(.unchanged(since: 0))
            let other = place.table
            let during = await isConflict {
                try await place.table.append(selecting: one(2), commit: info) { _ in
                    try Data(contentsOf: place.location.appending(path: "_delta_log/\(TemporaryTable.entry(0))"))
                        .write(to: place.location.appending(path: "_delta_log/\(TemporaryTable.entry(1))"))
                }
            }
            #expect(during)
            let overwrote = await isConflict { try await other.overwrite(selecting: one(3), commit: info) }
            #expect(overwrote)
            let appended = await isConflict { try await other.append(selecting: one(3), commit: info) }
            #expect(appended)
            let version = try await other.snapshot().version
            let fresh = try await other.append(selecting: one(4), commit: expecting(.unchanged(since: version)))
            #expect(fresh.version == version + 1)
        }
    }

    @Test func `Who means to make a table is told when it is there, early or late`() async throws {
        try await TemporaryTable.with { place in
            let info = expecting(.absent)
            let early = await isConflict {
                try await place.table.append(selecting: one(1), commit: info) { _ in
                    try place.create(configuration: "{}")
                }
            }
            #expect(early)
            let late = await isConflict { try await place.table.append(selecting: one(1), commit: info) }
            #expect(late)
        }
        try await TemporaryTable.with { place in
            let made = try await place.table.append(selecting: one(1), commit: expecting(.absent))
            #expect(made.version == 0)
        }
    }
}
