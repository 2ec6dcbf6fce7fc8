import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaConflictTests {
    /// What an append is told that finds `line` committed after it has looked at the table.
    private func refusal(of line: String) async throws -> DeltaError? {
        var refusal: DeltaError?
        try await TemporaryTable.with { place in
            try place.create(configuration: "{}")
            let path = URL(fileURLWithPath: place.logPath + "/" + TemporaryTable.entry(1))
            do {
                _ = try await place.table.append(selecting: "SELECT CAST(1 AS BIGINT) AS id") { _ in
                    try Data(line.utf8).write(to: path)
                }
            } catch let error as DeltaError {
                refusal = error
                #expect(try place.fileNames() == ["_delta_log"])
            }
        }
        return refusal
    }

    private func metadata(_ schema: String, _ configuration: String = "{}", partitions: String = "[]") -> String {
        #"{"metaData":{"id":"i","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":["#
            + schema + #"]}","partitionColumns":"# + partitions + #","configuration":"# + configuration + "}}"
    }

    private func field(_ name: String, _ type: String, nullable: Bool = true) -> String {
        #"{\"name\":\"\#(name)\",\"type\":\"\#(type)\",\"nullable\":\#(nullable),\"metadata\":{}}"#
    }

    @Test func `An append that finds the table's definition changed is told what changed`() async throws {
        let (id, t) = (field("id", "long"), field("t", "string"))
        let cases: [(String, String)] = [
            (metadata(id + "," + t + "," + field("x", "date")), "added column 'x'"),
            (metadata(id), "dropped column 't'"),
            (metadata(id + "," + field("t", "binary")), "changed column 't' from string to binary"),
            (
                metadata(field("id", "long", nullable: false) + "," + t),
                "changed column 'id' from long to long without nulls"
            ),
            (metadata(id + "," + t, #"{"a":"b"}"#), "changed property 'a'"),
            (metadata(id + "," + t, partitions: #"["t"]"#), "partitioned the table by other columns"),
            (#"{"protocol":{"minReaderVersion":1,"minWriterVersion":1}}"#, "changed the protocol"),
        ]
        for (line, reason) in cases {
            #expect(try await refusal(of: line) == .conflict(table: "table", version: 1, reason: reason))
        }
        let newer = #"{"protocol":{"minReaderVersion":1,"minWriterVersion":7}}"#
        #expect(try await refusal(of: newer) == .writerVersion(table: "table", 7))
    }

    @Test func `An append does not mind what others do to rows`() async throws {
        #expect(try await refusal(of: #"{"remove":{"path":"x.parquet","dataChange":true}}"#) == nil)
        #expect(try await refusal(of: #"{"commitInfo":{}}"#) == nil)
        #expect(try await refusal(of: #"{"add":"#) != nil)
    }

    @Test func `An overwrite does not mind that its rows were put into other files meanwhile`() async throws {
        try await TemporaryTable.with { place in
            for id in 1...4 { try await place.appendRow(id) }
            let base = try await place.table.snapshot()
            #expect(try await place.table.optimize()?.version == 4)
            let sql = "SELECT id + 1 AS id, t FROM \(base.relation)"
            #expect(try await place.table.overwrite(selecting: sql, since: base.version).version == 5)
            #expect(try await place.rows("SELECT id FROM {} ORDER BY id") == [["2"], ["3"], ["4"], ["5"]])
        }
    }

    #if os(Linux)
        private static let child = ProcessInfo.processInfo.environment["MARTLET_TEST_APPEND_TO"]

        /// Not a test of its own: what each process of the next test does.
        @Test(.enabled(if: child != nil)) func `A process of its own appends many times`() async throws {
            let words = (Self.child ?? "").split(separator: "|").map { String($0) }
            let engine = try DuckDBEngine()
            let table = DeltaTable(at: URL(fileURLWithPath: words[0]), engine: engine)
            for number in 0..<25 {
                let id = (Int(words[1]) ?? 0) * 100 + number
                _ = try await table.append(selecting: "SELECT CAST(\(id) AS BIGINT) AS id, 'x' AS t")
            }
        }

        private func spawn(_ place: TemporaryTable, _ number: Int) throws -> Process {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = ["--testing-library", "swift-testing", "--filter", "of.its.own.appends"]
            var environment = ProcessInfo.processInfo.environment
            environment["MARTLET_TEST_APPEND_TO"] = "\(place.location.path)|\(number)"
            process.environment = environment
            (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
            try process.run()
            return process
        }

        @Test(.enabled(if: child == nil)) func `Four processes appending at once lose nothing`() async throws {
            try await TemporaryTable.with { place in
                try place.create(configuration: #"{"delta.checkpointInterval":"10"}"#)
                let processes = try (0..<4).map { try spawn(place, $0) }
                for process in processes {
                    process.waitUntilExit()
                    #expect(process.terminationStatus == 0)
                }
                let rows = try await place.rows("SELECT id FROM {} ORDER BY id")
                #expect(rows == (0..<4).flatMap { process in (0..<25).map { ["\(process * 100 + $0)"] } })
                #expect(try await place.table.snapshot().version == 100)
                #expect(try place.logNames().filter { $0.hasSuffix("checkpoint.parquet") }.count == 10)
            }
        }

        @Test(.enabled(if: child == nil)) func `Writers that are killed leave a table that is read and written`()
            async throws
        {
            try await TemporaryTable.with { place in
                try place.create(configuration: #"{"delta.checkpointInterval":"2"}"#)
                let processes = try (0..<3).map { try spawn(place, $0) }
                while processes.contains(where: { $0.isRunning }), try place.logNames().count < 16 { usleep(1000) }
                for process in processes where process.isRunning { kill(process.processIdentifier, SIGKILL) }
                for process in processes { process.waitUntilExit() }
                let snapshot = try await place.table.snapshot()
                #expect(snapshot.version > 0 && snapshot.rowCount == snapshot.version)
                let before = try await place.rows("SELECT id FROM {} ORDER BY id")
                #expect(before.count == Int(snapshot.version))
                try await place.appendRow(999)
                #expect(try await place.rows("SELECT id FROM {} ORDER BY id") == before + [["999"]])
            }
        }
    #endif
}
