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

    @Test func `A merge or deletion whose file somebody arranged otherwise meanwhile doubles no rows`() async throws {
        try await TemporaryTable.with { place in
            _ = try await place.table.append(selecting: "SELECT i AS id, 'old' AS t FROM range(3) r(i)")
            /// Puts the rows of the one file into another, as a compaction does.
            @Sendable func arrange(_ name: String, as version: Int) throws {
                let there = version == 1 ? try place.fileNames().filter { $0.hasSuffix(".parquet") } : ["b.parquet"]
                let bytes = try Data(contentsOf: place.location.appendingPathComponent(there[0]))
                try bytes.write(to: place.location.appendingPathComponent(name))
                let lines = [
                    #"{"remove":{"path":"\#(there[0])","dataChange":false}}"#,
                    #"{"add":{"path":"\#(name)","partitionValues":{},"size":\#(bytes.count),"modificationTime":1,"dataChange":false}}"#,
                ]
                try Data(lines.joined(separator: "\n").utf8).write(
                    to: URL(fileURLWithPath: place.logPath + "/" + TemporaryTable.entry(version)))
            }
            let sql = "SELECT CAST(1 AS BIGINT) AS id, 'new' AS t"
            let table = place.table
            func isRefused(_ version: Int64, _ change: () async throws -> CommitResult) async throws {
                do {
                    _ = try await change()
                    Issue.record("not refused")
                } catch DeltaError.conflict(_, let met, let reason) {
                    #expect(met == version && reason.contains("written anew"))
                }
            }
            try await isRefused(1) {
                try await table.merge(selecting: sql, on: ["id"]) { _ in try arrange("b.parquet", as: 1) }
            }
            try await isRefused(2) {
                try await table.delete(where: "id = 1") { _ in try arrange("c.parquet", as: 2) }
            }
            #expect(try await table.merge(selecting: sql, on: ["id"]).version == 3)
            #expect(
                try await place.rows("SELECT id, t FROM {} ORDER BY id") == [
                    ["0", "old"], ["1", "new"], ["2", "old"],
                ])
        }
    }
}
