#if os(Linux)
    import DeltaLake
    import Foundation
    import FuzzInputs
    import MartletDomain
    import QueryEngine
    import Testing

    /// Writers that are processes of their own: Tests/DeltaWriter.
    @Suite(.serialized) struct DeltaProcessTests {
        private struct Writer {
            let process: Process
            let output: URL
            let number: Int

            /// The batches that it said were committed, by version.
            func acknowledged() throws -> [Int64: Int] {
                var batches: [Int64: Int] = [:]
                // The last line may be cut; then it was not said.
                let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
                for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                    let words = line.split(separator: " ").compactMap { Int($0) }
                    if words.count == 2 { batches[Int64(words[0])] = words[1] }
                }
                return batches
            }
        }

        private func start(
            _ place: TemporaryTable, _ number: Int, batches: Int, _ mode: String, seed: UInt64
        ) throws -> Writer {
            let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            let output = place.location.deletingLastPathComponent().appendingPathComponent("writer-\(number)-\(UUID())")
            try Data().write(to: output)
            let process = Process()
            process.executableURL = program.appendingPathComponent("DeltaWriter")
            process.arguments = [place.location.path, "\(number)", "\(batches)", mode, "\(seed)"]
            process.standardOutput = try FileHandle(forWritingTo: output)
            try process.run()
            return Writer(process: process, output: output, number: number)
        }

        private func create(_ place: TemporaryTable, checkpointInterval: Int = 7) throws {
            let fields = [("id", "long"), ("writer", "integer"), ("batch", "integer"), ("payload", "string")]
            let schema = fields.map { #"{\"name\":\"\#($0)\",\"type\":\"\#($1)\",\"nullable\":true,\"metadata\":{}}"# }
            try place.writeLog([
                #"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}"# + "\n"
                    + #"{"metaData":{"id":"i","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":["#
                    + schema.joined(separator: ",")
                    + #"]}","partitionColumns":[],"configuration":{"delta.checkpointInterval":"\#(checkpointInterval)"}}}"#
                    + "\n"
            ])
        }

        /// Whether the table is whole: no version is missing, every batch that was acknowledged is there, every other
        /// wholly or not at all, and each counter is at least at its last acknowledged batch.
        private func check(_ place: TemporaryTable, _ writers: [Writer], merges: Bool, _ comment: Comment) async throws
        {
            let snapshot = try await place.table.snapshot()
            let history = try place.table.history()
            #expect(history.map(\.version) == Array((0...snapshot.version).reversed()), comment)
            let rows = try await TemporaryTable.rows(
                "SELECT writer, batch, count(*), count(DISTINCT id) FROM {} WHERE id >= 0 GROUP BY ALL", snapshot)
            var batches: [Int: Set<Int>] = [:]
            for row in rows {
                #expect(row[2] == "5" && row[3] == "5", comment)
                batches[Int(row[0] ?? "") ?? -1, default: []].insert(Int(row[1] ?? "") ?? -1)
            }
            let counters = try await TemporaryTable.rows("SELECT id, batch FROM {} WHERE id < 0", snapshot)
            for writer in writers {
                let said = try writer.acknowledged()
                #expect(Set(said.values).isSubset(of: batches[writer.number] ?? []), comment)
                // At most the one that it was about to say.
                let there = batches[writer.number]?.count ?? 0
                #expect(there == said.count || there == said.count + 1, comment)
                for (version, batch) in said {
                    let record = history.first { $0.version == version }
                    #expect(
                        record?.extra["batch"] == "\(batch)" && record?.userName == "writer \(writer.number)", comment)
                }
                guard merges, let last = said.values.max() else { continue }
                let counter = counters.filter { $0[0] == "\(-1 - writer.number)" }.compactMap { Int($0[1] ?? "") }
                #expect(counter == [last] || counter == [last + 1], comment)
            }
        }

        /// Whether deltalake and polars, where they are, read the newest version as we do.
        private func compareWithOthers(_ place: TemporaryTable, _ comment: String) async throws {
            let version = try await place.table.snapshot().version
            let ids = try await place.rows("SELECT id FROM {}").compactMap { $0[0] }
            try OtherReaders.compare(place, ["id"], [version: ids], comment)
        }

        @Test(arguments: ["append", "merge", "mixed"])
        func `Four processes that write at once lose nothing`(mode: String) async throws {
            try await TemporaryTable.with { place in
                try create(place)
                let seed = RandomHistory.seed("four processes, \(mode)")
                let count = mode == "append" ? 25 : 8
                let writers = try (0..<4).map { try start(place, $0, batches: count, mode, seed: seed) }
                for writer in writers {
                    writer.process.waitUntilExit()
                    #expect(writer.process.terminationStatus == 0, "seed \(seed)")
                    #expect(try writer.acknowledged().count == count, "seed \(seed)")
                }
                try await check(place, writers, merges: mode == "merge", "seed \(seed)")
                let rows = try await place.rows("SELECT count(*) FROM {} WHERE id >= 0")
                #expect(rows == [["\(4 * count * 5)"]], "seed \(seed)")
                if mode != "mixed" { #expect(try await place.table.snapshot().version == Int64(4 * count)) }
                try await compareWithOthers(place, "\(mode), seed \(seed)")
            }
        }

        @Test func `Writers that are killed at any moment leave a whole table, and vacuum takes their litter`()
            async throws
        {
            let seed = RandomHistory.seed("killed writers")
            var dice = Dice(seed: seed)
            try await TemporaryTable.with { place in
                try create(place, checkpointInterval: 3)
                var killed = 0
                for round in 0..<4 {
                    let mode = round % 2 == 0 ? "append" : "merge"
                    let numbers = (0..<3).map { round * 3 + $0 }
                    let writers = try numbers.map { try start(place, $0, batches: 1000, mode, seed: seed) }
                    let before = try await place.table.snapshot().version
                    // Some are killed while they begin, the others once there is something to break.
                    while try await place.table.snapshot().version < before + Int64(2 + dice.below(6)),
                        writers.contains(where: { $0.process.isRunning })
                    { usleep(500) }
                    for writer in writers {
                        usleep(UInt32(dice.below(150_000)))
                        if writer.process.isRunning { killed += 1 }
                        kill(writer.process.processIdentifier, SIGKILL)
                    }
                    for writer in writers { writer.process.waitUntilExit() }
                    try await check(place, writers, merges: mode == "merge", "round \(round), seed \(seed)")
                }
                #expect(killed == 12, "seed \(seed)")
                try await place.appendLast()
                let before = try await place.rows("SELECT id FROM {} ORDER BY id")
                let later = Date(timeIntervalSinceNow: 60)
                _ = try await place.table.vacuum(keeping: [], retention: .zero, now: later)
                #expect(try await place.rows("SELECT id FROM {} ORDER BY id") == before, "seed \(seed)")
                let live = Set(try await place.table.snapshot().files.map { ($0.path as NSString).lastPathComponent })
                let left = try place.fileNames().filter { $0.hasSuffix(".parquet") }
                #expect(Set(left) == live, "seed \(seed)")
                try await compareWithOthers(place, "seed \(seed)")
            }
        }
    }

    extension TemporaryTable {
        /// Writes once more to a table of ``DeltaProcessTests``.
        fileprivate func appendLast() async throws {
            let sql = "SELECT CAST(999999999 AS BIGINT) AS id, 999 AS writer, 0 AS batch, 'last' AS payload"
            _ = try await table.append(selecting: sql)
        }
    }
#endif
