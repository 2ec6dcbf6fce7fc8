import FeatureEngine
import Foundation
import MartletDomain
import QueryEngine
import Testing

/// Files in, files out: types that an engine would lose on the way.
struct FileTests {
    private func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "features-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private func specification(_ path: String, _ schema: [ColumnDeclaration]?) -> TrainingSetSpecification {
        TrainingSetSpecification(
            name: "test",
            sources: [.init(name: "t", location: .path(path), primaryKeys: ["k"], timeKey: "ts", schema: schema)],
            lookups: [FeatureLookup(table: "t", key: ["k"], at: "now")])
    }

    @Test func `Nanoseconds and their zone survive Parquet in and out`() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (table, spine, out) = (folder.path + "/t.parquet", folder.path + "/s.parquet", folder.path + "/o.parquet")
        try await BatchBench.engine.withSession { session in
            try session.execute(
                """
                COPY (SELECT 'a' AS k, make_timestamp_ns(1704067200000000000 + n) AS ts, {'ts': make_timestamp_ns(n)} AS nested, \
                n AS x FROM range(1, 4) t(n)) TO '\(table)' (FORMAT parquet)
                """)
            try session.execute(
                """
                COPY (SELECT 'a' AS k, make_timestamp_ns(1704067200000000000 + n) AS now FROM range(5) t(n)) \
                TO '\(spine)' (FORMAT parquet)
                """)
        }
        // What others write of instants in nanoseconds.
        try ParquetClocks.markInstants(["ts"], in: URL(filePath: table))
        try ParquetClocks.markInstants(["now"], in: URL(filePath: spine))
        let seen = try await BatchBench.engine.withSession {
            try $0.collect("SELECT typeof(ts) || ' ' || typeof(nested) AS t FROM '\(table)' LIMIT 1")["t"]?.strings
        }
        #expect(seen == ["TIMESTAMP WITH TIME ZONE STRUCT(ts TIMESTAMP_NS)"])
        let specification = specification(table, nil)
        let summary = try await FileTrainingSet.compute(
            specification, spine: spine, to: out, engine: BatchBench.engine)
        #expect(summary.rows == 5)
        #expect(summary.columns.map(\.kind)[1] == .nanoseconds)
        let (type, values) = try await BatchBench.engine.withSession { session in
            let type = try session.collect("SELECT typeof(now) AS t FROM '\(out)' LIMIT 1")["t"]?.strings
            return (type, try session.collect("SELECT x FROM '\(out)'")["x"]?.longs)
        }
        #expect(type == ["TIMESTAMP WITH TIME ZONE"])
        #expect(values == [nil, 1, 2, 3, 3])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3)
    }

    @Test(arguments: ["parquet", "csv"])
    func `A folder's name gives a file no columns`(_ format: String) async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let year = folder.appending(path: "x=2024/y=5")
        try FileManager.default.createDirectory(at: year, withIntermediateDirectories: true)
        let (table, spine, out) = ("\(year.path)/t.\(format)", "\(year.path)/s.\(format)", folder.path + "/o.parquet")
        try await BatchBench.engine.withSession { session in
            for path in [table, spine] {
                try session.execute("COPY (SELECT 'a' AS k, 1999::BIGINT AS x) TO '\(path)' (FORMAT \(format))")
            }
        }
        let specification = TrainingSetSpecification(
            name: "test", sources: [.init(name: "t", location: .path(table), primaryKeys: ["k"])],
            lookups: [FeatureLookup(table: "t", key: ["k"], rename: ["x": "looked_up"])])
        let summary = try await FileTrainingSet.compute(specification, spine: spine, to: out, engine: BatchBench.engine)
        #expect(summary.columns.map(\.name) == ["k", "x", "looked_up"])
        let found = try await BatchBench.engine.withSession { try $0.collect("SELECT x, looked_up FROM '\(out)'") }
        #expect(found["x"]?.longs == [1999])
        #expect(found["looked_up"]?.longs == [1999])
    }

    @Test func `CSV cells are read as the declared types, and empty text is no null`() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let table = folder.path + "/t.csv"
        try Data(
            """
            k,ts,s,l,b,f,d
            "a ""b"",c",2024-01-01T00:00:00.000001Z,,"[""é"", null]",00ff,NaN,-3.1400
            z,2024-01-01T00:00:00.000002Z,\\N,\\N,\\N,1e300,\\N

            """.utf8
        ).write(to: URL(filePath: table))
        let spine = folder.path + "/s.csv"
        try Data("k,now\n\"a \"\"b\"\",c\",2024-01-02T00:00:00Z\nz,2024-01-02T00:00:00Z\n".utf8)
            .write(to: URL(filePath: spine))
        var specification = specification(
            table,
            [
                .init("k", "string"), .init("ts", "timestamp"), .init("s", "string"), .init("l", "list<string>"),
                .init("b", "binary"), .init("f", "float64"), .init("d", "decimal(18,4)"),
            ])
        specification.spineSchema = [.init("k", "string"), .init("now", "timestamp")]
        let out = folder.path + "/o.csv"
        _ = try await FileTrainingSet.compute(specification, spine: spine, to: out, engine: BatchBench.engine)
        let text = try String(contentsOf: URL(filePath: out), encoding: .utf8)
        #expect(
            text == """
                k,now,s,l,b,f,d
                "a ""b"",c",2024-01-02T00:00:00.000000Z,,"[""é"",null]",00ff,nan,-3.1400
                z,2024-01-02T00:00:00.000000Z,\\N,\\N,\\N,1e+300,\\N

                """)
    }

    @Test func `Every missing file and column is told, and nothing is written`() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let spine = folder.path + "/s.parquet"
        try await BatchBench.engine.withSession {
            _ = try $0.execute("COPY (SELECT 'a' AS k, 1::BIGINT AS now) TO '\(spine)' (FORMAT parquet)")
        }
        var specification = specification(folder.path + "/none.parquet", nil)
        specification.spineSchema = [.init("k", "string"), .init("now", "timestamp"), .init("more", "int64")]
        let error = await #expect(throws: FeatureError.self) {
            try await FileTrainingSet.compute(
                specification, spine: spine, to: folder.path + "/o.parquet", engine: BatchBench.engine)
        }
        #expect(error?.issues.map(\.code) == [.unknownTable, .typeMismatch, .missingColumn])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["s.parquet"])
    }

    @Test func `A footer that is cut or scrambled is left to the engine to refuse, without a crash`() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (whole, broken) = (folder.path + "/w.parquet", folder.path + "/b.parquet")
        try await BatchBench.engine.withSession {
            _ = try $0.execute(
                "COPY (SELECT 'a' AS k, make_timestamp_ns(5) AS ts, 1 AS x) TO '\(whole)' (FORMAT parquet)")
        }
        let bytes = try Data(contentsOf: URL(filePath: whole))
        _ = FileManager.default.createFile(atPath: broken, contents: nil)
        // One handle for all: a file of its own each time would wait for the disk each time.
        let file = try FileHandle(forUpdating: URL(filePath: broken))
        defer { try? file.close() }
        func mark(_ content: Data) throws {
            try file.truncate(atOffset: 0)
            try file.seek(toOffset: 0)
            try file.write(contentsOf: content)
            try ParquetClocks.markInstants(["ts"], in: URL(filePath: broken))
        }
        for index in 0..<bytes.count {
            var changed = bytes
            changed[index] = changed[index] &+ UInt8(1 + index % 255)
            try mark(changed)
            try mark(bytes.prefix(index))
        }
    }
}
