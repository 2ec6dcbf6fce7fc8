import DeltaLake
import Foundation
import FuzzInputs
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaDeleteTests {
    private func paths(_ place: TemporaryTable) async throws -> [String] {
        try await place.table.snapshot().files.map(\.path)
    }

    @Test func `Rows go for which the condition is true, and files without one stay as they are`() async throws {
        try await TemporaryTable.with { place in
            for start in [0, 10, 20] {
                let sql =
                    "SELECT i AS id, CASE WHEN i % 5 > 0 THEN 't' || i END AS t FROM range(\(start), \(start + 10)) r(i)"
                _ = try await place.table.append(selecting: sql)
            }
            let before = try await paths(place)
            let result = try await place.table.delete(where: "t > 't18' AND id < ?", [.long(20)])
            #expect(
                result
                    == .init(version: 3, rowCount: 12, files: 2, bytes: result.bytes, removedFiles: 2, deletedRows: 8))
            let after = try await paths(place)
            #expect(after.count == 3 && after[0] == before[2])
            #expect(try await place.rows("SELECT count(*), count(t) FROM {}") == [["22", "16"]])
            let record = try #require(try place.table.history().first)
            #expect(record.operation == "DELETE" && record.parameters["predicate"] == #"["t > 't18' AND id < ?"]"#)
            // All rows of a file: it goes, and none takes its place.
            let whole = try await place.table.delete(where: "id BETWEEN 20 AND 29 -- the last ten")
            #expect(whole.files == 0 && whole.removedFiles == 1 && whole.deletedRows == 10)
            #expect(try await paths(place).count == 2)
            #expect(try await place.table.delete(where: "true").deletedRows == 12)
            #expect(try await place.rows() == [])
        }
    }

    @Test func `A file that can hold no row to delete is not read`() async throws {
        try await TemporaryTable.with { place in
            for day in 1...3 {
                let sql = """
                    SELECT \(day) AS id, 'k\(day)' AS k, DATE '2024-01-0\(day)' AS day,
                    TIMESTAMPTZ '2024-01-0\(day) 10:00:00.0005+00' AS seen, 'p\(day)' AS p
                    """
                _ = try await place.table.append(selecting: sql, partitionedBy: ["p"])
            }
            let files = try await place.table.snapshot().files
            for file in files.dropFirst() {
                try Data(repeating: 7, count: Int(file.bytes)).write(to: URL(fileURLWithPath: file.path))
            }
            for (condition, parameters) in [
                ("id = 1", []), ("id < 2 AND length(k) > 9", []), ("k = 'k1'", []), ("'k11' > k", []), ("p = 'p1'", []),
                ("day = DATE '2024-01-01'", []), ("day <= ?", [QueryValue.date(19_723)]), ("id = $1", [.long(1)]),
                ("seen = TIMESTAMPTZ '2024-01-01 10:00:00.0005'", []), ("seen < '2024-01-02'", []),
                ("ID BETWEEN 0 AND 1", []),
            ] as [(String, [QueryValue])] {
                let kept = try await place.table.delete(where: "(\(condition)) AND k > 'z'", parameters)
                #expect(kept.deletedRows == 0 && kept.version == 2, "\(condition)")
            }
            await #expect(throws: QueryError.self) { try await place.table.delete(where: "id = 2") }
            #expect(try await place.table.delete(where: "id = 1").deletedRows == 1)
        }
    }

    @Test func `Nothing is committed when no row goes, unless there is a batch to note`() async throws {
        try await TemporaryTable.with { place in
            for id in 1...3 { try await place.appendRow(id) }
            #expect(try await place.table.delete(where: "id = 9 OR t IS NULL").version == 2)
            let batch = AppTransaction(appID: "forget", version: 4)
            #expect(try await place.table.delete(where: "id = 9", transaction: batch).version == 3)
            #expect(try await place.table.delete(where: "id = 1", transaction: batch).alreadyDone)
            #expect(try await place.rows("SELECT count(*) FROM {}") == [["3"]])
            let keys = try await place.table.delete(where: "id IN (SELECT id FROM gone)") { session in
                try session.execute("CREATE TEMPORARY TABLE gone AS SELECT unnest([2, 3, 4]) AS id")
            }
            #expect(keys.deletedRows == 2)
            #expect(try await place.rows("SELECT id FROM {}") == [["1"]])
        }
    }

    @Test func `What cannot be deleted is refused, and nothing is left behind`() async throws {
        try await TemporaryTable.with { place in
            await #expect(throws: DeltaError.tableNotFound(table: "table")) {
                try await place.table.delete(where: "true")
            }
            try await place.appendRow(1)
            let files = try place.fileNames()
            for condition in ["none = 1", "id = ", "", "id = 1) OR (true", "id = 'x'", "id = ?", "sum(id) > 1"] {
                await #expect(throws: QueryError.self, "\(condition)") {
                    try await place.table.delete(where: condition)
                }
            }
            #expect(try place.fileNames() == files)
            let table = place.table
            do {
                _ = try await table.delete(where: "id = 1 AND (SELECT count(*) FROM late) = 0") { session in
                    try session.execute("CREATE TEMPORARY TABLE late (n INTEGER)")
                    let entry = place.logPath + "/" + TemporaryTable.entry(1)
                    let line =
                        #"{"add":{"path":"x.parquet","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}}"#
                    try Data(line.utf8).write(to: URL(fileURLWithPath: entry))
                }
                Issue.record("not refused")
            } catch DeltaError.conflict(_, let version, _) {
                #expect(version == 1)
            }
            #expect(try place.fileNames() == files)
        }
        try await TemporaryTable.with { place in
            try place.create(configuration: #"{"delta.appendOnly":"true"}"#)
            await #expect(throws: DeltaError.appendOnly(table: "table")) { try await place.table.delete(where: "true") }
        }
    }

    @Test func `A change that met another is made again on what that left`() async throws {
        try await TemporaryTable.with { place in
            let table = place.table
            for id in 0..<12 { try await place.appendRow(id) }
            try await withThrowingTaskGroup(of: Int64.self) { group in
                for id in 0..<12 {
                    group.addTask {
                        try await table.retryingConflicts { try await table.delete(where: "id = \(id)").deletedRows }
                    }
                }
                var deleted: Int64 = 0
                for try await one in group { deleted += one }
                #expect(deleted == 12)
            }
            #expect(try await place.rows() == [])
        }
    }
}
