import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaExactTextTests {
    /// é as one code point, and as an e with an accent after it: equal as `String`s, two values of a partition.
    private let spellings = ["\u{E9}", "e\u{301}"]

    private func sizes(_ place: TemporaryTable) async throws -> [[String?]] {
        try await place.rows("SELECT strlen(place) AS bytes, count(*) FROM {} GROUP BY ALL ORDER BY 1")
    }

    @Test func `Values of a partition that look alike are two, also after compaction`() async throws {
        try await TemporaryTable.with { place in
            for start in [0, 10] {
                for spelling in spellings {
                    _ = try await place.table.append(
                        selecting:
                            "SELECT i AS id, CAST(? AS VARCHAR) AS place FROM range(\(start), \(start + 5)) r(i)",
                        [.string(spelling)], partitionedBy: ["place"])
                }
            }
            #expect(try await sizes(place) == [["2", "10"], ["3", "10"]])
            let compacted = try await place.table.optimize(targetBytes: 1 << 20)
            #expect(compacted?.files == 2)
            #expect(try await sizes(place) == [["2", "10"], ["3", "10"]])
            _ = try await place.table.optimize(targetBytes: 1 << 20, zOrderedBy: ["id"])
            #expect(try await sizes(place) == [["2", "10"], ["3", "10"]])
        }
    }

    @Test func `Files of one name in folders that look alike are two files`() async throws {
        try await TemporaryTable.with { place in
            for spelling in spellings {
                _ = try await place.table.append(
                    selecting: "SELECT 1 AS id, CAST(? AS VARCHAR) AS place", [.string(spelling)],
                    partitionedBy: ["place"])
            }
            // As writers name them that number their files: the same in each folder.
            let log = place.location.appending(path: "_delta_log")
            for version in 0..<2 {
                let entry = log.appending(path: TemporaryTable.entry(version))
                var text = try String(contentsOf: entry, encoding: .utf8)
                let path = try #require(text.firstMatch(of: /"path":"([^"]+)"/)).output.1
                let file = try #require(String(path).removingPercentEncoding)
                let folder = try #require(path.split(separator: "/").first)
                let renamed = (file as NSString).deletingLastPathComponent + "/part-0.snappy.parquet"
                try FileManager.default.moveItem(
                    at: place.location.appending(path: file), to: place.location.appending(path: renamed))
                text = text.replacing(path, with: folder + "/part-0.snappy.parquet")
                try Data(text.utf8).write(to: entry)
            }
            #expect(try await sizes(place) == [["2", "1"], ["3", "1"]])
        }
    }
}
