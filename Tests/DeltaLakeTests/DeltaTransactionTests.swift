import DeltaLake
import Foundation
import MartletDomain
import Testing

@Suite struct DeltaTransactionTests {
    private let one = "SELECT CAST(1 AS BIGINT) AS id"

    @Test func `A batch is written once, and an older one not at all`() async throws {
        try await TemporaryTable.with { place in
            func write(_ application: String, _ version: Int64) async throws -> CommitResult {
                try await place.table.append(
                    selecting: one, transaction: AppTransaction(appID: application, version: version))
            }
            #expect(try await write("a", 0) == place.result(0))
            let again = try await write("a", 0)
            #expect(again.alreadyDone && again.version == 0 && again.rowCount == 0 && again.files == 0)
            #expect(try await write("a", 7).version == 1)
            #expect(try await write("a", 6).alreadyDone)
            #expect(try await write("b", 1).version == 2)
            #expect(try await place.rows("SELECT count(*) FROM {}") == [["3"]])
            #expect(try place.fileNames().count == 4)
        }
    }

    @Test func `Of the same batch written at the same moment one is in the table`() async throws {
        try await TemporaryTable.with { place in
            let (table, sql) = (place.table, one)
            try await table.create(schema: TableSchema([.init("id", .long)]))
            let done = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        let batch = AppTransaction(appID: "a", version: 3)
                        return try await table.append(selecting: sql, transaction: batch).alreadyDone
                    }
                }
                var done = 0
                for try await one in group where one { done += 1 }
                return done
            }
            #expect(done == 15)
            #expect(try await place.rows() == [["1"]])
            #expect(try place.fileNames().count == 2)
        }
    }
}

extension TemporaryTable {
    /// What a commit of one row into one file gives.
    fileprivate func result(_ version: Int64) async throws -> CommitResult {
        let file = try await table.snapshot().files.last
        return CommitResult(version: version, rowCount: 1, files: 1, bytes: file?.bytes ?? 0)
    }
}
