import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaOptimizeTests {
    @Test func `Small files become one for each partition, with the same rows in the same order`() async throws {
        try await TemporaryTable.with { place in
            for start in [0, 10, 20] {
                let sql =
                    "SELECT i AS id, CASE WHEN i % 3 > 0 THEN 'p' || i % 3 END AS p FROM range(\(start), \(start + 10)) r(i)"
                _ = try await place.table.append(selecting: sql, partitionedBy: ["p"])
            }
            let rows = try await place.rows("SELECT * FROM {} WHERE p = 'p1'")
            let result = try await place.table.optimize()
            #expect(result?.version == 3 && result?.files == 3 && result?.removedFiles == 9 && result?.rowCount == 30)
            #expect(try await place.rows("SELECT * FROM {} WHERE p = 'p1'") == rows)
            #expect(try await place.rows("SELECT sum(id), count(p) FROM {}") == [["435", "20"]])
            #expect(try await place.table.optimize() == nil)
            #expect(try place.table.history().first?.rows == 0)
        }
    }

    @Test func `Files that are large enough stay, and rows are sorted when that is asked for`() async throws {
        try await TemporaryTable.with { place in
            for id in [3, 1, 2] { try await place.appendRow(id) }
            #expect(try await place.table.optimize(targetBytes: 10) == nil)
            #expect(try await place.table.optimize(sortedBy: ["t", "id"])?.files == 1)
            #expect(try await place.rows("SELECT id FROM {}") == [["1"], ["2"], ["3"]])
            await #expect(throws: DeltaError.self) { try await place.table.optimize(sortedBy: ["none"]) }
        }
    }

    @Test func `Appends while files are put together are kept, and a file that is taken away stops it`() async throws {
        try await TemporaryTable.with { place in
            for id in 0..<6 { try await place.appendRow(id) }
            let table = place.table
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in 6..<20 {
                    group.addTask { _ = try await table.append(selecting: "SELECT CAST(\(id) AS BIGINT) AS id") }
                }
                group.addTask { _ = try await table.optimize() }
                try await group.waitForAll()
            }
            #expect(try await place.rows("SELECT id FROM {} ORDER BY id") == (0..<20).map { ["\($0)"] })
            #expect(try await place.table.snapshot().version == 20)
        }
    }
}
