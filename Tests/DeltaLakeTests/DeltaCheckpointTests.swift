import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaCheckpointTests {
    @Test func `A checkpoint comes with every so many commits as the table says, and stands for the log before it`()
        async throws
    {
        try await TemporaryTable.with { place in
            try place.create(configuration: #"{"delta.checkpointInterval":"4"}"#)
            for id in 1...9 { try await place.appendRow(id) }
            let checkpoints = try place.logNames().filter { $0.hasSuffix("parquet") }
            #expect(checkpoints == [TemporaryTable.checkpoint(4), TemporaryTable.checkpoint(8)])
            let pointer = try String(contentsOfFile: place.logPath + "/_last_checkpoint", encoding: .utf8)
            #expect(pointer.hasPrefix(#"{"version":8,"size":10,"#) && pointer.hasSuffix(#""numOfAddFiles":8}"#))
            let before = try await place.table.snapshot()
            for version in 0...7 {
                try FileManager.default.removeItem(atPath: place.logPath + "/" + TemporaryTable.entry(version))
            }
            let after = try await place.table.snapshot()
            #expect(after.files == before.files && after.schema == before.schema && after.tableID == before.tableID)
            #expect(try await place.rows("SELECT id, t FROM {}") == (1...9).map { ["\($0)", "t\($0)"] })
            #expect(try await place.appendRow(10) == 10)
            #expect(try place.logNames().filter { $0.hasPrefix(".") }.isEmpty)
        }
    }

    @Test func `A hundred commits of a table that says nothing make one checkpoint`() async throws {
        try await TemporaryTable.with { place in
            for id in 0...100 { try await place.appendRow(id) }
            #expect(try place.logNames().filter { $0.hasSuffix("parquet") } == [TemporaryTable.checkpoint(100)])
            #expect(try await place.table.snapshot().rowCount == 101)
        }
    }

    @Test func `A checkpoint keeps what was removed of late, forgets what was removed long ago, and keeps batches`()
        async throws
    {
        try await TemporaryTable.with { place in
            try place.create(configuration: #"{"delta.deletedFileRetentionDuration":"interval 2 days","x":null}"#)
            let old = Int64(Date(timeIntervalSinceNow: -3 * 86_400).timeIntervalSince1970 * 1000)
            let removal =
                #"{"remove":{"path":"old.parquet","deletionTimestamp":\#(old),"dataChange":true}}"# + "\n"
                + #"{"remove":{"path":"new.parquet","deletionTimestamp":\#(old + 2 * 86_400_000),"dataChange":true,"partitionValues":{},"size":9}}"#
            try Data(removal.utf8).write(to: URL(fileURLWithPath: place.logPath + "/" + TemporaryTable.entry(1)))
            let batch = AppTransaction(appID: "stream \"a\"", version: 9_007_199_254_740_993)
            _ = try await place.table.append(selecting: "SELECT CAST(1 AS BIGINT) AS id", transaction: batch)
            #expect(try await place.table.checkpoint() == 2)
            #expect(try await place.table.checkpoint() == 2)
            let columns = try await checkpointRows(
                place, 2, "remove.path, remove.size, txn.version, add.dataChange, metaData.configuration['x']")
            #expect(columns.map { $0[0] }.compactMap { $0 } == ["new.parquet"])
            #expect(columns.map { $0[2] }.compactMap { $0 } == ["9007199254740993"])
            #expect(columns.map { $0[3] }.compactMap { $0 } == ["false"])
            for version in 0...1 {
                try FileManager.default.removeItem(atPath: place.logPath + "/" + TemporaryTable.entry(version))
            }
            let again = try await place.table.append(selecting: "SELECT CAST(1 AS BIGINT) AS id", transaction: batch)
            #expect(again.alreadyDone && again.version == 2)
        }
    }

    private func checkpointRows(_ place: TemporaryTable, _ version: Int, _ columns: String) async throws -> [[String?]]
    {
        let path = place.logPath + "/" + TemporaryTable.checkpoint(version)
        return try await TemporaryTable.engine.withSession { session in
            var rows: [[String?]] = []
            let sql =
                "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (SELECT \(columns) FROM read_parquet(\(quotedLiteral(path))))"
            try session.query(sql, []) { batch in
                let columns = batch.columns.map { $0.strings ?? [] }
                for row in 0..<batch.rowCount { rows.append(columns.map { $0[row] }) }
            }
            return rows
        }
    }

    @Test func `The types of a checkpoint's columns are those of the protocol`() async throws {
        try await TemporaryTable.with { place in
            try await place.appendRow(1)
            try await place.table.checkpoint()
            let path = place.logPath + "/" + TemporaryTable.checkpoint(0)
            let types = try await TemporaryTable.engine.withSession { session in
                var types: [String] = []
                try session.query("DESCRIBE SELECT * FROM read_parquet(\(quotedLiteral(path)))", []) { batch in
                    types += batch["column_type"]?.strings?.compactMap { $0 } ?? []
                }
                return types
            }
            #expect(
                types.map { $0.replacing("\"", with: "") } == [
                    "STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)",
                    "STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, modificationTime BIGINT, "
                        + "dataChange BOOLEAN, stats VARCHAR, tags MAP(VARCHAR, VARCHAR))",
                    "STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, "
                        + "partitionValues MAP(VARCHAR, VARCHAR), size BIGINT)",
                    "STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, "
                        + "options MAP(VARCHAR, VARCHAR)), schemaString VARCHAR, partitionColumns VARCHAR[], createdTime "
                        + "BIGINT, configuration MAP(VARCHAR, VARCHAR))",
                    "STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], "
                        + "writerFeatures VARCHAR[])",
                ])
        }
    }

    @Test func `A checkpoint that cannot be written does not fail the commit`() async throws {
        try await TemporaryTable.with { place in
            try place.create(configuration: #"{"delta.checkpointInterval":"2"}"#)
            try FileManager.default.createDirectory(
                atPath: place.logPath + "/_last_checkpoint", withIntermediateDirectories: true)
            for id in 1...3 { try await place.appendRow(id) }
            let taken = place.logPath + "/" + TemporaryTable.checkpoint(4)
            _ = try await place.table.append(selecting: "SELECT CAST(4 AS BIGINT) AS id") { _ in
                try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: true)
            }
            await #expect(throws: DeltaError.self) { try await place.table.checkpoint() }
            try await place.appendRow(5)
            #expect(try await place.rows("SELECT id FROM {}") == (1...5).map { ["\($0)"] })
            #expect(try place.logNames().filter { $0.hasPrefix(".") }.isEmpty)
        }
    }

    @Test func `What a crash leaves between checkpoint and pointer reads as before`() async throws {
        try await TemporaryTable.with { place in
            for id in 0...3 { try await place.appendRow(id) }
            try await place.table.checkpoint()
            let whole = try Data(contentsOf: URL(fileURLWithPath: place.logPath + "/" + TemporaryTable.checkpoint(3)))
            let rows = (0...3).map { [Optional("\($0)")] }
            try FileManager.default.removeItem(atPath: place.logPath + "/_last_checkpoint")
            #expect(try await place.rows("SELECT id FROM {}") == rows)
            try Data("{\"version\":".utf8).write(to: URL(fileURLWithPath: place.logPath + "/_last_checkpoint"))
            #expect(try await place.rows("SELECT id FROM {}") == rows)
            try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: place.logPath + "/.tmp-half"))
            #expect(try await place.rows("SELECT id FROM {}") == rows)
            #expect(try await place.appendRow(4) == 4)
            try await place.table.checkpoint()
            let pointer = try String(contentsOfFile: place.logPath + "/_last_checkpoint", encoding: .utf8)
            #expect(pointer.hasPrefix(#"{"version":4,"#))
        }
    }

    @Test func `Old log entries go before a checkpoint only, and never what a pinned version needs`() async throws {
        try await TemporaryTable.with { place in
            try place.create(
                configuration: #"{"delta.checkpointInterval":"3","delta.logRetentionDuration":"interval 10 days"}"#)
            for id in 1...10 { try await place.appendRow(id) }
            for version in 0...10 {
                try place.age(
                    place.logPath + "/" + TemporaryTable.entry(version), days: version < 8 ? 20 - Double(version) : 1)
            }
            #expect(try await place.table.removeExpiredLog(keeping: [2, 9]).isEmpty)
            let pinned = try await place.table.removeExpiredLog(keeping: [4], dryRun: true)
            #expect(pinned == (0...2).map(TemporaryTable.entry))
            #expect(try await place.table.removeExpiredLog(keeping: [4]) == pinned)
            #expect(try await place.rows("SELECT count(*) FROM {}", at: .version(4)) == [["4"]])
            let rest = try await place.table.removeExpiredLog(keeping: [])
            #expect(
                rest == [
                    TemporaryTable.checkpoint(3), TemporaryTable.entry(3), TemporaryTable.entry(4),
                    TemporaryTable.entry(5),
                ])
            #expect(try await place.rows("SELECT count(*) FROM {}", at: .version(6)) == [["6"]])
            #expect(try place.table.history().map(\.version) == [10, 9, 8, 7, 6])
            await #expect(throws: DeltaError.unknownVersion(table: "table", 5, available: 6...10)) {
                try await place.table.snapshot(at: .version(5))
            }
        }
    }

    @Test func `No log entry goes when the checkpoint that would stand for it is broken`() async throws {
        try await TemporaryTable.with { place in
            for id in 0...3 { try await place.appendRow(id) }
            try await place.table.checkpoint()
            let path = URL(fileURLWithPath: place.logPath + "/" + TemporaryTable.checkpoint(3))
            let whole = try Data(contentsOf: path)
            try whole.prefix(whole.count / 2).write(to: path)
            for version in 0...3 { try place.age(place.logPath + "/" + TemporaryTable.entry(version), days: 90) }
            await #expect(throws: (any Error).self) { try await place.table.removeExpiredLog(keeping: []) }
            #expect(try await place.rows("SELECT id FROM {}") == (0...3).map { ["\($0)"] })
        }
    }

    @Test func `A property that is no interval stops the cleaning and not the commits`() async throws {
        try await TemporaryTable.with { place in
            let configuration =
                #"{"delta.checkpointInterval":"1","delta.logRetentionDuration":"soon","delta.deletedFileRetentionDuration":"1 month"}"#
            try place.create(configuration: configuration)
            for id in 1...3 { try await place.appendRow(id) }
            #expect(try place.logNames().contains(TemporaryTable.checkpoint(3)))
            await #expect(
                throws: DeltaError.invalidProperty(table: "table", name: "delta.logRetentionDuration", value: "soon")
            ) { try await place.table.removeExpiredLog(keeping: []) }
            await #expect(
                throws: DeltaError.invalidProperty(
                    table: "table", name: "delta.deletedFileRetentionDuration", value: "1 month")
            ) { try await place.table.vacuum(keeping: []) }
        }
    }

    @Test(.enabled(if: OtherReaders.python != nil, OtherReaders.missing))
    func `deltalake and polars read a table whose early log is only in our checkpoint`() async throws {
        try await TemporaryTable.with { place in
            try place.create(configuration: #"{"delta.checkpointInterval":"5"}"#)
            for id in 1...4 { try await place.appendRow(id) }
            _ = try await place.table.overwrite(
                selecting: "SELECT * FROM \(place.table.snapshot().relation) WHERE id > 2")
            for id in 6...8 { try await place.appendRow(id) }
            for version in 0...7 {
                try place.age(place.logPath + "/" + TemporaryTable.entry(version), days: 40)
            }
            let removed = try await place.table.removeExpiredLog(keeping: [])
            #expect(removed == (0...4).map(TemporaryTable.entry))
            #expect(try OtherReaders.ids(place.location, from: 5) == [3, 4, 6, 7, 8])
        }
    }

    @Test func `Checkpoints that hold statistics as columns are read, also with a NaN among them`() async throws {
        try await TemporaryTable.with { place in
            for id in 0..<3 { try await place.appendRow(id) }
            let version = try await place.table.checkpoint()
            let file = place.logPath + "/" + TemporaryTable.checkpoint(Int(version))
            try await TemporaryTable.engine.withSession { session in
                // As Databricks writes them.
                let parsed =
                    "{'numRecords': 1, 'minValues': {'x': 'nan'::DOUBLE}, 'maxValues': {'x': 'infinity'::DOUBLE}}"
                try session.execute(
                    "COPY (SELECT * REPLACE (CASE WHEN add IS NOT NULL THEN struct_insert(add, stats_parsed := \(parsed), "
                        + "partitionValues_parsed := {'p': 'nan'::DOUBLE}) END AS add) FROM read_parquet('\(file)')) "
                        + "TO '\(file).new' (FORMAT parquet)")
            }
            try FileManager.default.removeItem(atPath: file)
            try FileManager.default.moveItem(atPath: file + ".new", toPath: file)
            for version in 0...version {
                try FileManager.default.removeItem(atPath: place.logPath + "/" + TemporaryTable.entry(Int(version)))
            }
            #expect(try await place.rows("SELECT id FROM {} ORDER BY id") == [["0"], ["1"], ["2"]])
        }
    }

    @Test func `A table that names its features gets checkpoints that name them`() async throws {
        try await TemporaryTable.with { place in
            try place.create(configuration: "{}")
            let entry = URL(fileURLWithPath: place.logPath + "/" + TemporaryTable.entry(0))
            let text = try String(contentsOf: entry, encoding: .utf8).replacing(
                #""minWriterVersion":2}"#, with: #""minWriterVersion":7,"writerFeatures":["appendOnly"]}"#)
            try Data(text.utf8).write(to: entry)
            try await place.appendRow(1)
            let version = try await place.table.checkpoint()
            for version in 0...version {
                try FileManager.default.removeItem(atPath: place.logPath + "/" + TemporaryTable.entry(Int(version)))
            }
            #expect(try await place.rows("SELECT id FROM {}") == [["1"]])
            try await place.appendRow(2)
            #expect(try await place.table.snapshot().rowCount == 2)
        }
    }

    @Test func `A file named for the last version that a number can hold is no version`() async throws {
        try await TemporaryTable.with { place in
            try await place.appendRow(1)
            let name = String(repeating: "0", count: 1) + "9223372036854775807.checkpoint.parquet"
            try Data("x".utf8).write(to: URL(fileURLWithPath: place.logPath + "/" + name))
            try await place.appendRow(2)
            #expect(try await place.table.snapshot().version == 1)
        }
    }
}
