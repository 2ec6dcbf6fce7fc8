import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct HostileLogTests {
    private static let metadata = #"""
        {"metaData":{"id":"i","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"n\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[],"configuration":{}}}
        """#
    private static let start = #"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}"# + "\n" + metadata + "\n"

    private static let oneRow = #","stats":"{\"numRecords\":1}""#

    private func add(_ path: String, _ more: String = HostileLogTests.oneRow) -> String {
        #"{"add":{"path":"\#(path)","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true\#(more)}}"#
            + "\n"
    }

    /// What reading a table of these log entries is refused with.
    private func refusal(_ entries: String...) async throws -> DeltaError? {
        var refusal: DeltaError?
        try await TemporaryTable.with { place in
            try place.writeLog(entries)
            try Data("not a table".utf8).write(to: place.location.appendingPathComponent("f.parquet"))
            try Data("secret".utf8).write(
                to: place.location.deletingLastPathComponent().appendingPathComponent("f.parquet"))
            do {
                _ = try await place.table.snapshot()
            } catch let error as DeltaError {
                #expect(!error.message.isEmpty)
                refusal = error
            }
        }
        return refusal
    }

    @Test func `Actions and fields that nobody knows are ignored`() async throws {
        let more = #"{"cdc":{"path":1}}"# + "\n\n" + #"{"commitInfo":["what",null]}"# + "\r\n" + #"{"x":1,"add":null}"#
        #expect(try await refusal(Self.start + more + "\n" + add("f.parquet", #","later":[{}]"# + Self.oneRow)) == nil)
    }

    @Test(arguments: [
        "{", "[]", "1", "null", "\u{0}", #"{"add":{}}"#, #"{"add":{"path":7}}"#, #"{"add":[]}"#, #"{"remove":"x"}"#,
        #"{"protocol":{"minReaderVersion":1e400,"minWriterVersion":2}}"#, #"{"protocol":{"minReaderVersion":"1"}}"#,
        #"{"metaData":{"id":"i"}}"#, String(repeating: "[", count: 100_000), #"{"add":{"path":"\ud800"}}"#,
    ])
    func `A line that is no action is refused with its place`(line: String) async throws {
        guard case .malformedLog(_, let entry, let number, _)? = try await refusal(Self.start, line) else {
            Issue.record("not refused")
            return
        }
        #expect(entry == "00000000000000000001.json")
        #expect(number == 1)
    }

    @Test(arguments: [
        "../f.parquet", "a/../../f.parquet", "%2e%2e/f.parquet", "/etc/passwd", "file:///etc/passwd",
        "file:/etc/passwd",
        "s3://bucket/f.parquet", "https://example.org/f.parquet", ".", "", "f.parquet%00x", "%2e%2e/\u{301}/f.parquet",
    ])
    func `A path that leads out of the table is refused`(path: String) async throws {
        #expect(try await refusal(Self.start + add(path)) == .pathOutsideTable(table: "table", path: path))
    }

    @Test func `A link that leads out of the table is refused, and an absolute path into it is not`() async throws {
        try await TemporaryTable.with { place in
            _ = try await place.table.append(selecting: "SELECT CAST(1 AS BIGINT) AS n")
            let file = try await place.table.snapshot().files[0].path
            let outside = place.location.deletingLastPathComponent().appendingPathComponent("o.parquet").path
            try FileManager.default.copyItem(atPath: file, toPath: outside)
            let link = place.location.path + "/l.parquet"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: outside)
            try place.writeLog([Self.start + add(file)])
            #expect(try await place.rows() == [["1"]])
            try place.writeLog([Self.start + add("file://" + file)])
            #expect(try await place.rows() == [["1"]])
            try place.writeLog([Self.start + add("l.parquet")])
            await #expect(throws: DeltaError.pathOutsideTable(table: "table", path: "l.parquet")) {
                try await place.table.snapshot()
            }
        }
    }

    @Test func `A data file that is gone is named`() async throws {
        #expect(
            try await refusal(Self.start + add("g%20h.parquet"))
                == .missingDataFile(table: "table", path: "g%20h.parquet"))
        #expect(
            try await refusal(Self.start + add("f.parquet") + add("g.parquet"), #"{"remove":{"path":"g.parquet"}}"#)
                == nil)
    }

    @Test func `A data file that is no Parquet file is named`() async throws {
        #expect(
            try await refusal(Self.start + add("f.parquet", "")) == .damagedDataFile(table: "table", path: "f.parquet"))
    }

    @Test func `A log that lacks a version, or its beginning, is refused`() async throws {
        try await TemporaryTable.with { place in
            for n in 0..<4 { _ = try await place.table.append(selecting: "SELECT \(n) AS n") }
            let log = place.location.appendingPathComponent("_delta_log")
            try FileManager.default.removeItem(at: log.appendingPathComponent("00000000000000000002.json"))
            await #expect(throws: DeltaError.missingLogEntries(table: "table", 2, wanted: 3)) {
                try await place.table.snapshot()
            }
            #expect(try await place.rows(at: .version(1)).count == 2)
            await #expect(throws: DeltaError.missingLogEntries(table: "table", 2, wanted: 3)) {
                try await place.table.append(selecting: "SELECT 9 AS n")
            }
            try FileManager.default.removeItem(at: log.appendingPathComponent("00000000000000000000.json"))
            await #expect(throws: DeltaError.missingLogEntries(table: "table", 0, wanted: 3)) {
                try await place.table.snapshot()
            }
        }
    }

    @Test func `What needs a newer reader is refused`() async throws {
        let newer = Self.start.replacing(#""minReaderVersion":1"#, with: #""minReaderVersion":4"#)
        #expect(try await refusal(newer) == .readerVersion(table: "table", 4))
        let vector = #","deletionVector":{"storageType":"u","pathOrInlineDv":"x","sizeInBytes":1,"cardinality":1}"#
        let path = "f.parquet"
        #expect(try await refusal(Self.start + add(path, vector)) == .deletionVectors(table: "table", path: path))
        for type in [#"\"timestamp_ntz\""#, #"{\"type\":\"array\",\"elementType\":\"long\",\"containsNull\":true}"#] {
            let schema = Self.start.replacing(#"\"long\""#, with: type)
            guard case .columnType(_, "n", _)? = try await refusal(schema) else {
                Issue.record("\(type) was not refused")
                continue
            }
        }
        #expect(
            try await refusal(Self.start.replacing("parquet", with: "orc")) == .fileFormat(table: "table", "orc"))
    }

    @Test func `What needs a newer writer can be read but not written`() async throws {
        let ours = #""metadata":{}"#.replacing("\"", with: "\\\"")
        let invariant = ours.replacing("{}", with: #"{\"delta.invariants\":\"{}\"}"#)
        let cases: [(String, String, DeltaError)] = [
            (#""minWriterVersion":2"#, #""minWriterVersion":7"#, .writerVersion(table: "table", 7)),
            (ours, invariant, .invariants(table: "table", columns: ["n"])),
            (#""configuration":{}"#, #""configuration":{"delta.appendOnly":"true"}"#, .appendOnly(table: "table")),
        ]
        for (before, after, error) in cases {
            try await TemporaryTable.with { place in
                try place.writeLog([Self.start.replacing(before, with: after)])
                let rows = try await place.rows()
                #expect(rows.isEmpty)
                await #expect(throws: error) {
                    try await place.table.overwrite(selecting: "SELECT CAST(1 AS BIGINT) AS n")
                }
            }
        }
        try await TemporaryTable.with { place in
            try place.writeLog([Self.start.replacing(cases[2].0, with: cases[2].1)])
            let result = try await place.table.append(selecting: "SELECT CAST(1 AS BIGINT) AS n")
            #expect(result.version == 1)
        }
    }

    @Test func `Statistics that lie about rows or overflow do no harm`() async throws {
        for rows in ["9223372036854775807", "-5", "1e30", "\\\"x\\\""] {
            try await TemporaryTable.with { place in
                _ = try await place.table.append(selecting: "SELECT CAST(1 AS BIGINT) AS n")
                let path = try await place.table.snapshot().files[0].path
                try FileManager.default.copyItem(atPath: path, toPath: place.location.path + "/b.parquet")
                let name = (path as NSString).lastPathComponent
                let lie = #","stats":"{\"numRecords\":\#(rows)}""#
                try place.writeLog([Self.start + add(name, lie) + add("b.parquet", lie)])
                #expect(try await place.rows() == [["1"], ["1"]])
                _ = try await place.table.snapshot().rowCount
                _ = try place.table.history()
            }
        }
    }

    @Test func `A log without protocol or metaData is refused`() async throws {
        for entry in ["\n", Self.metadata, #"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}"#] {
            guard case .malformedLog? = try await refusal(entry) else {
                Issue.record("\(entry) was not refused")
                continue
            }
        }
        guard case .malformedLog? = try await refusal("") else {
            Issue.record("an empty entry was not refused")
            return
        }
    }

    @Test func `A folder without a log is no table`() async throws {
        try await TemporaryTable.with { place in
            await #expect(throws: DeltaError.tableNotFound(table: "table")) { try await place.table.snapshot() }
            #expect(throws: DeltaError.tableNotFound(table: "table")) { try place.table.history() }
        }
    }
}
