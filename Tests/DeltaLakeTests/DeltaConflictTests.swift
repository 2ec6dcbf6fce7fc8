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
}
