import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct HostileReaderFeatureTests {
    private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Golden/delta")

    private func with(_ name: String, _ body: (TemporaryTable) async throws -> Void) async throws {
        try await TemporaryTable.with(name) { place in
            try FileManager.default.copyItem(at: Self.golden.appendingPathComponent(name), to: place.location)
            try await body(place)
        }
    }

    /// Puts `new` in the place of `old`, which must be there, in a file of the log.
    private func edit(_ place: TemporaryTable, _ file: String, _ old: String, _ new: String) throws {
        let path = place.location.appendingPathComponent("_delta_log/" + file)
        let text = String(decoding: try Data(contentsOf: path), as: UTF8.self)
        try #require(text.contains(old))
        try Data(text.replacing(old, with: new).utf8).write(to: path)
    }

    private static let first = "00000000000000000000.json"
    private static let checkpoint = "00000000000000000005.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a16.json"

    @Test func `Features that nobody has are refused together, by their names`() async throws {
        try await with("local-times") { place in
            let features = #""readerFeatures": ["timestampNtz", "variantType", "catalogManaged", "variantType"]"#
            try edit(place, Self.first, #""readerFeatures": ["timestampNtz"]"#, features)
            let refusal = DeltaError.readerFeatures(table: "local-times", ["catalogManaged", "variantType"])
            await #expect(throws: refusal) { try await place.table.snapshot() }
            #expect(refusal.message.contains("'catalogManaged', 'variantType'"))
            #expect(refusal.code == .notImplemented)
        }
    }

    @Test func `Reader version 3 without a list of features is refused`() async throws {
        try await with("local-times") { place in
            try edit(place, Self.first, #""readerFeatures""#, #""noFeatures""#)
            guard case .malformedLog(_, "protocol", _, _)? = await refusal(place) else {
                Issue.record("not refused")
                return
            }
        }
    }

    @Test func `A time without a zone is refused unless the table asks for that feature`() async throws {
        try await with("local-times") { place in
            try edit(place, Self.first, #""readerFeatures": ["timestampNtz"]"#, #""readerFeatures": []"#)
            #expect(
                await refusal(place) == .columnType(table: "local-times", column: "at", type: "timestamp_ntz"))
        }
    }

    @Test(arguments: [
        (#""delta.columnMapping.mode": "name""#, #""delta.columnMapping.mode": "position""#, "mode 'position'"),
        (#"\"delta.columnMapping.physicalName\": \"n\""#, #"\"x\": \"n\""#, "'amount' has no usable"),
        (#"\"delta.columnMapping.physicalName\": \"n\""#, #"\"delta.columnMapping.physicalName\": 7"#, "no usable"),
        (#": \"n\""#, #": \"COL-DROPPED\""#, "two columns have the physical name"),
    ])
    func `A mapping of columns that cannot be followed is refused`(old: String, new: String, words: String) async throws
    {
        try await with("mapped-by-name") { place in
            try edit(place, Self.first, old, new)
            guard case .malformedLog(_, "metaData", _, let reason)? = await refusal(place, at: .version(0)) else {
                Issue.record("not refused")
                return
            }
            #expect(reason.contains(words))
        }
    }

    @Test func `A mapping that the protocol does not allow is not followed`() async throws {
        try await with("mapped-by-name") { place in
            try edit(place, Self.first, #""minReaderVersion": 2"#, #""minReaderVersion": 1"#)
            #expect(try await place.rows("SELECT amount FROM {}", at: .version(0)) == [[nil], [nil], [nil], [nil]])
        }
    }

    @Test func `Columns by number are refused when one lacks its number, in the schema or in a file`() async throws {
        try await with("mapped-by-id") { place in
            _ = try await place.table.snapshot()
            let path = place.location.path + "/part-1.parquet"
            try FileManager.default.removeItem(atPath: path)
            _ = try await TemporaryTable.engine.withSession {
                try $0.execute(
                    "COPY (SELECT 4 AS b, md5(CAST(i AS VARCHAR)) AS a FROM range(999) r(i)) TO '\(path)' (FORMAT parquet)",
                    [])
            }
            #expect(await refusal(place) == .missingFieldIDs(table: "mapped-by-id", path: "part-1.parquet"))
            try edit(place, Self.first, #"\"delta.columnMapping.id\": 9"#, #"\"delta.columnMapping.id\": 1"#)
            guard case .malformedLog(_, "metaData", _, let reason)? = await refusal(place) else {
                Issue.record("not refused")
                return
            }
            #expect(reason.contains("two columns have the number 1"))
            try edit(place, Self.first, #"\"delta.columnMapping.id\": 2"#, #"\"delta.columnMapping.id\": null"#)
            guard case .malformedLog? = await refusal(place) else {
                Issue.record("not refused")
                return
            }
        }
    }

    @Test func `A sidecar that is gone, cut or no Parquet file is refused by name`() async throws {
        let name = "00000000-0000-4000-8000-000000000001.parquet"
        try await with("checkpoint-json") { place in
            let path = place.location.appendingPathComponent("_delta_log/_sidecars/" + name)
            let bytes = try Data(contentsOf: path)
            for damaged in [bytes.dropLast(), Data(repeating: 1, count: bytes.count)] {
                try damaged.write(to: path)
                guard case .malformedLog(_, let entry, nil, _)? = await refusal(place) else {
                    Issue.record("not refused")
                    continue
                }
                #expect(entry == "_sidecars/" + name)
            }
            try FileManager.default.removeItem(at: path)
            #expect(
                await refusal(place)
                    == .missingSidecar(table: "checkpoint-json", checkpoint: Self.checkpoint, path: name))
        }
    }

    @Test(arguments: [
        "../f.parquet", "/etc/passwd", "file:///etc/passwd", "a/b.parquet", "%2e%2e/%2e%2e/f.parquet", "..", "", "x%00",
        "s3://bucket/_delta_log/_sidecars/x.parquet",
    ])
    func `A sidecar outside its folder is refused`(path: String) async throws {
        try await with("checkpoint-json") { place in
            try edit(place, Self.checkpoint, "00000000-0000-4000-8000-000000000001.parquet", path)
            #expect(await refusal(place) == .pathOutsideTable(table: "checkpoint-json", path: path))
        }
    }

    @Test func `A sidecar may be named by its whole path`() async throws {
        try await with("checkpoint-json") { place in
            let name = "00000000-0000-4000-8000-000000000001.parquet"
            let folder = place.location.path + "/_delta_log/_sidecars/"
            try edit(place, Self.checkpoint, name, "file://" + folder + name)
            #expect(try await place.rows("SELECT count(*) FROM {}") == [["28"]])
        }
    }

    @Test func `A checkpoint that is cut, or of another version, is refused`() async throws {
        try await with("checkpoint-json") { place in
            let path = place.location.appendingPathComponent("_delta_log/" + Self.checkpoint)
            let bytes = try Data(contentsOf: path)
            try edit(place, Self.checkpoint, #""version": 5"#, #""version": 4"#)
            guard case .malformedLog(_, Self.checkpoint, nil, let reason)? = await refusal(place) else {
                Issue.record("not refused")
                return
            }
            #expect(reason.contains("checkpointMetadata"))
            for length in [1, bytes.count / 2, bytes.count - 9] {
                try bytes.prefix(length).write(to: path)
                guard case .malformedLog(_, Self.checkpoint, _, _)? = await refusal(place) else {
                    Issue.record("cut at \(length) was not refused")
                    continue
                }
            }
        }
    }

    @Test func `A checkpoint that cannot be read does not matter while the log is whole`() async throws {
        try await TemporaryTable.with { place in
            for n in 0..<4 { _ = try await place.table.append(selecting: "SELECT \(n) AS n") }
            let log = place.location.appendingPathComponent("_delta_log")
            for name in [
                "00000000000000000002.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a16.json",
                "00000000000000000001.checkpoint.parquet",
            ] { try Data("{".utf8).write(to: log.appendingPathComponent(name)) }
            #expect(try await place.rows("SELECT count(*) FROM {}") == [["4"]])
        }
    }

    private func refusal(_ place: TemporaryTable, at version: TableVersion = .latest) async -> DeltaError? {
        do {
            _ = try await place.table.snapshot(at: version)
            return nil
        } catch {
            let refusal = error as? DeltaError
            #expect(refusal?.message.isEmpty == false, "\(error)")
            return refusal
        }
    }
}
