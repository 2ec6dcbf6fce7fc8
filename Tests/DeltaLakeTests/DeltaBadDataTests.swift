import DeltaLake
import Foundation
import FuzzInputs
import MartletDomain
import QueryEngine
import Testing

/// What broken disks, clocks and inputs do: a clear error each, and nothing lost.
@Suite struct DeltaBadDataTests {
    @Test func `A data file that was cut short is named, and other versions are read`() async throws {
        try await TemporaryTable.with { place in
            for id in 1...2 { try await place.appendRow(id) }
            let file = try await place.table.snapshot().files[1]
            let url = URL(fileURLWithPath: file.path)
            let whole = try Data(contentsOf: url)
            let name = url.lastPathComponent
            for length in [0, 3, whole.count / 2, whole.count - 1] {
                try whole.prefix(length).write(to: url)
                let error = DeltaError.truncatedDataFile(
                    table: "table", path: name, bytes: Int64(length), logged: Int64(whole.count))
                await #expect(throws: error) { try await place.table.snapshot() }
                await #expect(throws: error) { try await place.table.delete(where: "id = 2") }
                await #expect(throws: error) {
                    try await place.table.merge(selecting: "SELECT CAST(2 AS BIGINT) AS id", on: ["id"])
                }
                await #expect(throws: error) { try await place.table.optimize() }
                #expect(error.code == .dataLoss && error.message.contains("\(length) of the \(whole.count) bytes"))
            }
            #expect(try await place.rows("SELECT id FROM {}", at: .version(0)) == [["1"]])
            // What comes later is not refused, and the file that is restored makes everything whole.
            #expect(try await place.appendRow(3) == 2)
            try whole.write(to: url)
            #expect(try await place.rows("SELECT id FROM {}") == [["1"], ["2"], ["3"]])
        }
    }

    @Test func `A log entry that was cut anywhere is named, and earlier versions are read`() async throws {
        try await TemporaryTable.with { place in
            for id in 1...3 { try await place.appendRow(id) }
            _ = try await place.table.overwrite(selecting: "SELECT CAST(9 AS BIGINT) AS id, 'x' AS t")
            let url = URL(fileURLWithPath: place.logPath + "/" + TemporaryTable.entry(3))
            let whole = try Data(contentsOf: url)
            let ends = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }
            #expect(ends.count == 5)
            // In half, in the middle of a line, and between two lines, where each line alone is right.
            for length in [0, 1, whole.count / 2, whole.count - 2] + ends.dropLast().map({ $0 + 1 }) {
                try whole.prefix(length).write(to: url)
                for body: @Sendable () async throws -> Void in [
                    { _ = try await place.table.snapshot() }, { try await place.appendRow(4) },
                    { _ = try await place.table.vacuum(keeping: [], retention: .zero) },
                    { _ = try await place.table.changes(after: 1) },
                ] {
                    do {
                        try await body()
                        Issue.record("not refused at \(length)")
                    } catch DeltaError.malformedLog(_, let entry, _, _) {
                        #expect(entry == TemporaryTable.entry(3))
                    }
                }
                #expect(try await place.rows("SELECT id FROM {}", at: .version(2)) == [["1"], ["2"], ["3"]])
            }
            try whole.write(to: url)
            #expect(try await place.rows("SELECT id FROM {}") == [["9"]])
        }
    }

    @Test func `A data file that is gone stops only those versions that have it`() async throws {
        try await TemporaryTable.with { place in
            for id in 1...3 { try await place.appendRow(id) }
            let file = try await place.table.snapshot().files[2].path
            let away = file + ".away"
            try FileManager.default.moveItem(atPath: file, toPath: away)
            let error = DeltaError.missingDataFile(table: "table", path: (file as NSString).lastPathComponent)
            await #expect(throws: error) { try await place.table.snapshot() }
            await #expect(throws: error) { try await place.table.optimize(zOrderedBy: ["id"]) }
            #expect(try await place.rows("SELECT id FROM {}", at: .version(1)) == [["1"], ["2"]])
            let within = try await place.table.snapshot(within: [ColumnBounds("id", from: nil, through: .long(2))])
            #expect(within.rowCount == 2)
            try FileManager.default.moveItem(atPath: away, toPath: file)
            #expect(try await place.rows("SELECT count(*) FROM {}") == [["3"]])
        }
    }

    @Test func `A version that was vacuumed, or cleaned from the log, says so`() async throws {
        try await TemporaryTable.with { place in
            try place.create(
                configuration: #"{"delta.checkpointInterval":"3","delta.logRetentionDuration":"interval 1 day"}"#)
            for id in 1...2 { try await place.appendRow(id) }
            _ = try await place.table.overwrite(selecting: "SELECT CAST(3 AS BIGINT) AS id, 'x' AS t")
            try await place.appendRow(4)
            let later = Date(timeIntervalSinceNow: 9 * 86_400)
            #expect(try await place.table.vacuum(keeping: [], now: later).files.count == 2)
            do {
                _ = try await place.table.snapshot(at: .version(2))
                Issue.record("not refused")
            } catch let error as DeltaError {
                guard case .missingDataFile = error else { throw error }
                #expect(error.message.contains("perhaps vacuumed"))
            }
            for version in 0...3 { try place.age(place.logPath + "/" + TemporaryTable.entry(version), days: 5) }
            #expect(try await place.table.removeExpiredLog(keeping: []).count == 3)
            await #expect(throws: DeltaError.unknownVersion(table: "table", 2, available: 3...4)) {
                try await place.table.snapshot(at: .version(2))
            }
            await #expect(throws: DeltaError.unknownVersion(table: "table", 1, available: 3...4)) {
                try await place.table.changes(after: 1)
            }
            #expect(try await place.rows("SELECT id FROM {} ORDER BY id") == [["3"], ["4"]])
        }
    }

    /// One of each: what looks alike and is not, what is cut in the middle of a character, and what is very long.
    private static let keys: [String] = {
        let long = String(repeating: "ö👩‍🚀", count: 100_000)
        let cut = String(repeating: "a", count: 31)
        return [
            "", " ", "é", "e\u{301}", "ﬁ", "fi", "Å", "A\u{30A}", "\u{10FFFF}", "\u{1}", "\u{7F}", "'\"\\", "%2F",
            "../x", "a\nb",
            cut + "👩‍🚀", cut + "👩‍🚀b", cut + "\u{10FFFF}", cut + "\u{10FFFF}\u{10FFFF}", cut + "e\u{301}", cut + "é",
            long, long + "1", String(repeating: "\u{10FFFF}", count: 250_000),
        ]
    }()

    @Test func `Texts of any letters and a megabyte long are keys like others`() async throws {
        let keys = Self.keys
        try await TemporaryTable.with { place in
            func rows(_ keys: [String], _ value: Int) -> RecordBatch {
                RecordBatch(
                    columns: [
                        Column("k", .string(keys)),
                        Column("v", .long(keys.map { _ in Int64(value) })),
                    ], rowCount: keys.count)
            }
            // A file each, so that statistics decide which are looked at.
            for key in keys { _ = try await place.table.append(rows([key], 0)) }
            for (number, key) in keys.enumerated() {
                let result = try await place.table.merge(
                    selecting: "SELECT CAST(? AS VARCHAR) AS k, CAST(? AS BIGINT) AS v",
                    [.string(key), .long(Int64(number + 1))], on: ["k"])
                #expect(result.removedFiles == 1 && result.rowCount == 1, "key \(number)")
                let found = try await place.table.snapshot(within: [ColumnBounds("k", equals: .string(key))])
                let sql = "SELECT v FROM {} WHERE hex(encode(k)) = '\(RandomHistory.hex(key))'"
                #expect(try await TemporaryTable.rows(sql, found) == [["\(number + 1)"]], "key \(number)")
            }
            _ = try await place.table.optimize(zOrderedBy: ["k", "v"])
            #expect(
                try await place.rows("SELECT count(*), count(DISTINCT k) FROM {}") == [
                    ["\(keys.count)", "\(keys.count)"]
                ])
            #expect(try place.table.history().first?.operation == "OPTIMIZE")
            let entry = try Data(
                contentsOf: URL(fileURLWithPath: place.logPath + "/" + TemporaryTable.entry(keys.count * 2)))
            #expect(entry.count < 10_000)
            do {
                let twice = [keys.last ?? "", keys.last ?? ""]
                let list = twice.map { _ in "SELECT CAST(? AS VARCHAR) AS k, CAST(1 AS BIGINT) AS v" }
                _ = try await place.table.merge(
                    selecting: list.joined(separator: " UNION ALL "), twice.map { .string($0) }, on: ["k"])
                Issue.record("not refused")
            } catch let error as DeltaError {
                #expect(error.message.utf8.count < 2000)
            }
            for (number, key) in keys.enumerated() {
                #expect(try await place.table.delete(where: "k = ?", [.string(key)]).deletedRows == 1, "key \(number)")
            }
            #expect(try await place.rows() == [])
        }
    }

    @Test func `Rows of other types are refused by every way in, and the table stays as it was`() async throws {
        try await TemporaryTable.with { place in
            try await place.appendRow(1)
            let files = try place.fileNames()
            let other = "SELECT 'x' AS id, 5 AS t, 1.5 AS more"
            let narrow = "SELECT CAST(1 AS INTEGER) AS id"
            for sql in [other, narrow] {
                for body: @Sendable () async throws -> Void in [
                    { _ = try await place.table.append(selecting: sql) },
                    { _ = try await place.table.append(selecting: sql, addingColumns: true) },
                    { _ = try await place.table.overwrite(selecting: sql) },
                    { _ = try await place.table.merge(selecting: sql, on: ["id"]) },
                ] {
                    do {
                        try await body()
                        Issue.record("not refused: \(sql)")
                    } catch DeltaError.schemaMismatch(_, let problems) {
                        #expect(
                            problems.contains { $0.hasPrefix("column 'id' is \(sql == other ? "string" : "integer")") })
                    }
                }
            }
            #expect(try place.fileNames() == files)
            #expect(try await place.rows() == [["1", "t1"]])
        }
    }

    @Test func `Clocks that run backwards leave versions in their order, by time too`() async throws {
        let seed = RandomHistory.seed("clocks")
        var dice = Dice(seed: seed)
        try await TemporaryTable.with { place in
            try place.create(configuration: #"{"delta.checkpointInterval":"5"}"#)
            for id in 1...12 {
                try await place.appendRow(id)
                // The clock of the next writer is anywhere within a year from now.
                let date = Date(timeIntervalSinceNow: Double(dice.below(31_536_000)))
                try FileManager.default.setAttributes(
                    [.modificationDate: date], ofItemAtPath: place.logPath + "/" + TemporaryTable.entry(id))
            }
            let history = try place.table.history()
            let oldestFirst: [CommitRecord] = history.reversed()
            for (one, next) in zip(oldestFirst, oldestFirst.dropFirst()) {
                #expect(one.timestamp < next.timestamp, "seed \(seed)")
            }
            for record in history {
                let found = try await place.table.snapshot(at: .timestamp(record.timestamp))
                #expect(found.version == record.version && found.rowCount == record.version, "seed \(seed)")
            }
            // Files of the future are not old.
            #expect(try await place.table.vacuum(keeping: []).files.isEmpty)
            #expect(try await place.rows("SELECT count(*) FROM {}") == [["12"]])
        }
    }
}
