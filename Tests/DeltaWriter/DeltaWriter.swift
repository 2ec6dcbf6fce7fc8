import DeltaLake
import Foundation
import MartletDomain
import QueryEngine

/// Writes batches to a table from a process of its own, which tests run beside others and kill:
/// `DeltaWriter TABLE WRITER BATCHES append|merge|mixed SEED`.
///
/// The table has the columns `id` (long), `writer` and `batch` (integers) and `payload` (string). Batch `b` of writer
/// `w` puts in five rows of ids from `w * 1,000,000 + b * 5` on; where it merges, it also sets the row of id `-1 - w` to
/// its number. After each commit a line `VERSION BATCH` is printed and flushed: what was
/// printed must be in the table whatever happens to this process next.
@main
enum DeltaWriter {
    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 6, let writer = Int(words[2]), let batches = Int(words[3]), let seed = UInt64(words[5])
        else {
            FileHandle.standardError.write(Data("DeltaWriter TABLE WRITER BATCHES append|merge|mixed SEED\n".utf8))
            exit(64)
        }
        let engine = try DuckDBEngine(
            configuration: DuckDBConfiguration(memoryLimitInBytes: 256 << 20, threads: 1, sessions: 2))
        let table = DeltaTable(at: URL(fileURLWithPath: words[1]), engine: engine)
        var state = seed &+ UInt64(writer) &* 0x9E37_79B9_7F4A_7C15
        for batch in 0..<batches {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let chance = Int(state >> 33) % 100
            let merges = words[4] == "merge" || words[4] == "mixed" && chance < 50
            let version = try await write(batch, of: writer, to: table, merges: merges)
            try FileHandle.standardOutput.write(contentsOf: Data("\(version) \(batch)\n".utf8))
            if words[4] == "mixed", chance % 10 == 3 {
                // Others may take a file of it away meanwhile, and then nothing was done.
                do { _ = try await table.optimize() } catch DeltaError.conflict {}
            }
        }
    }

    private static func write(
        _ batch: Int, of writer: Int, to table: DeltaTable, merges: Bool
    ) async throws -> Int64 {
        let fresh = """
            SELECT CAST(\(writer * 1_000_000 + batch * 5) + i AS BIGINT) AS id, CAST(\(writer) AS INTEGER) AS writer,
            CAST(\(batch) AS INTEGER) AS batch, 'row ' || i AS payload FROM range(5) r(i)
            """
        let commit = CommitInfo(userName: "writer \(writer)", extra: ["batch": String(batch)])
        guard merges else { return try await table.append(selecting: fresh, commit: commit).version }
        let counter = """
            SELECT CAST(\(-1 - writer) AS BIGINT), CAST(\(writer) AS INTEGER), CAST(\(batch) AS INTEGER), 'counter'
            """
        return try await table.retryingConflicts(1000) {
            try await table.merge(selecting: "\(fresh) UNION ALL \(counter)", on: ["id"], commit: commit).version
        }
    }
}
