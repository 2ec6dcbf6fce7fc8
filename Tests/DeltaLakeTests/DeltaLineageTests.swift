import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaLineageTests {
    private static let info = CommitInfo(
        operation: "WRITE", parameters: ["source": "a \"file\""], userName: "ada", userID: "7", runID: "r1",
        jobRunID: "j2",
        upstream: [.init(table: "main.raw.flights", version: 3), .init(table: "main.raw.é", version: 0)],
        note: "by hand\n", extra: ["k": "v"])

    @Test func `The log alone tells who wrote a version, in which run and job, and from what`() async throws {
        try await TemporaryTable.with { place in
            let made = try await place.table.append(selecting: "SELECT 1 AS id", commit: Self.info)
            _ = try await place.table.delete(where: "id = 1")
            let record = try #require(try place.table.history().last)
            #expect(record.version == made.version && record.userName == "ada" && record.userID == "7")
            #expect(record.runID == "r1" && record.jobRunID == "j2" && record.extra == ["k": "v"])
            #expect(record.upstream == Self.info.upstream && record.note == "by hand\n")
            #expect(record.parameters == ["source": "a \"file\"", "mode": "Append"])
            #expect(record.isolation == "Serializable")
            let json =
                #"{"upstream":[{"table":"main.raw.flights","version":3},{"table":"main.raw.é","version":0}],"note":"by hand\n"}"#
            #expect(record.userMetadata == json)
            #expect(try place.table.history().first?.userMetadata == nil)
        }
    }

    @Test func `What another writer put beside its commit is given as it is`() async throws {
        for text in ["free text", #"{\"upstream\":7}"#, "[]"] {
            try await TemporaryTable.with { place in
                try place.create(configuration: "{}")
                let line = #"{"commitInfo":{"operation":"WRITE","userId":5,"userMetadata":"\#(text)"}}"#
                try Data(line.utf8).write(to: URL(fileURLWithPath: place.logPath + "/" + TemporaryTable.entry(1)))
                let record = try #require(try place.table.history().first)
                #expect(record.userMetadata == text.replacing("\\", with: "") && record.upstream.isEmpty)
            }
        }
    }

    @Test(.enabled(if: OtherReaders.python != nil, OtherReaders.missing))
    func `deltalake tells the history as we do`() async throws {
        try await TemporaryTable.with { place in
            for _ in 0..<2 { _ = try await place.table.append(selecting: "SELECT 1 AS id, 2 AS n", commit: Self.info) }
            _ = try await place.table.optimize(zOrderedBy: ["id", "n"])
            _ = try await place.table.merge(selecting: "SELECT 3 AS id, 4 AS n", on: ["id"])
            _ = try await place.table.delete(where: "id = 3")
            let text = try #require(try OtherReaders.run("history_of_others.py", [place.location.path]))
            struct Line: Decodable {
                var version: Int64
                var operation: String
                var userName: String?
                var userMetadata: String?
                var isolationLevel: String?
            }
            let lines = try JSONDecoder().decode([Line].self, from: Data(text.utf8))
            let history = try place.table.history()
            #expect(lines.map(\.version) == history.map(\.version))
            #expect(lines.map(\.operation) == history.map(\.operation))
            #expect(lines.map(\.userName) == history.map(\.userName))
            #expect(lines.map(\.userMetadata) == history.map(\.userMetadata))
            #expect(lines.map(\.isolationLevel) == history.map(\.isolation))
        }
    }
}
