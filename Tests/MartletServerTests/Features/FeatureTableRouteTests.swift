import AuditLog
import Foundation
import Martlet
import MartletAPI
import MartletDomain
import Platform
import QueryEngine
import TestKit
import Testing

struct FeatureTableRouteTests {
    private static let first = """
        uei,as_of,rating,awards
        A,2024-01-01T00:00:00Z,1.5,3
        B,2024-01-01T00:00:00Z,2.5,4
        A,2024-02-01T00:00:00Z,,5

        """

    private let name = "main.risk.vendors"

    private func declaration(time: Bool = true) -> FeatureTableDeclaration {
        FeatureTableDeclaration(name: "risk.vendors", primaryKeys: ["uei"], timeKeys: time ? ["as_of"] : [])
    }

    /// Lends the server's client and a way to send a text as a file.
    private func withTables(
        _ body: (Client, TestServer, (String, String) async throws -> FeatureRowsSource) async throws -> Void
    ) async throws {
        try await withServer { server in
            let client = server.client()
            try await withTemporaryFolder { folder in
                try await body(client, server) { text, fileName in
                    let file = folder.appending(path: fileName)
                    try Data(text.utf8).write(to: file)
                    return .upload(try await client.upload(file).upload, fileName: fileName)
                }
            }
        }
    }

    private func issues(_ body: () async throws -> Void) async -> [FeatureIssue] {
        do {
            try await body()
            return []
        } catch {
            return (error as? ClientError)?.issues ?? []
        }
    }

    private func rows(_ server: TestServer, _ order: String = "uei, as_of") async throws -> [[String?]] {
        let batch = try await server.platform.query(
            name, "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM rows ORDER BY \(order)")
        let columns = batch.columns.map { $0.strings ?? [] }
        return (0..<batch.rowCount).map { row in columns.map { $0[row] } }
    }

    @Test func `A table of its first rows has keys without nulls, and the rows as its next version`() async throws {
        try await withTables { client, server, send in
            let made = try await client.send(
                CreateFeatureTable(declaration(), rows: try await send(Self.first, "a.csv"), runID: nil))
            #expect(made.table.name.description == name)
            #expect(made.version == 1 && made.rows == 3)
            #expect(made.columns.map(\.nullable) == [false, false, true, true])
            #expect(made.features == ["rating", "awards"])
            let shown = try await client.send(ShowFeatureTable(table: TableName("risk.vendors")))
            #expect(shown.producers.map(\.operation) == [.featureTable, .featureTable])
            let actions = try await server.platform.auditEntries().map(\.actionName)
            #expect(actions.contains { $0.hasSuffix("create_table") || $0.hasSuffix("createTable") }, "\(actions)")
        }
    }

    @Test func `Making the same table again gives the one that is there, another is refused with each difference`()
        async throws
    {
        try await withTables { client, server, send in
            let made = try await client.send(
                CreateFeatureTable(declaration(), rows: try await send(Self.first, "a.csv")))
            var same = declaration()
            same.columns = [("awards", "long"), ("uei", "string"), ("as_of", "timestamp"), ("rating", "double")]
                .map { ColumnDeclaration($0.0, $0.1) }
            #expect(try await client.send(CreateFeatureTable(same)).table.id == made.table.id)
            #expect(try await server.platform.datasets.latest(TableName(name)).version == 1)
            var other = same
            (other.primaryKeys, other.timeKeys) = (["awards"], [])
            let found = await issues { _ = try await client.send(CreateFeatureTable(other)) }
            #expect(found.count == 2, "\(found)")
        }
    }

    @Test func `A plain table is not taken over, under either spelling of its name`() async throws {
        try await withTables { client, server, _ in
            for spelling in ["risk.vendors", "main.risk.vendors"] {
                try await server.platform.importText(Self.first, as: spelling)
                var wanted = declaration()
                wanted.columns = [ColumnDeclaration("uei", "string"), ColumnDeclaration("as_of", "date")]
                let found = await issues { _ = try await client.send(CreateFeatureTable(wanted)) }
                #expect(found.map(\.code) == [.invalidDeclaration])
                #expect(found.first?.message.contains("features register") == true)
            }
        }
    }

    @Test func `A merge replaces rows by key and adds others, and new columns become features`() async throws {
        try await withTables { client, server, send in
            _ = try await client.send(CreateFeatureTable(declaration(), rows: try await send(Self.first, "a.csv")))
            let more = """
                {"as_of": "2024-01-01T00:00:00Z", "uei": "A", "rating": 9, "awards": 1, "size": 7}
                {"as_of": "2024-03-01T00:00:00Z", "uei": "C", "rating": null, "awards": 2, "size": null}
                """
            let rows = try await send(more, "more.jsonl")
            let written = try await client.send(
                WriteFeatureTable(table: try TableName(name), rows: rows, mode: .merge))
            #expect(written.rows == 4 && written.written?.rowCount == 2)
            #expect(
                try await self.rows(server) == [
                    ["A", "2024-01-01 00:00:00+00", "9.0", "1", "7"],
                    ["A", "2024-02-01 00:00:00+00", nil, "5", nil],
                    ["B", "2024-01-01 00:00:00+00", "2.5", "4", nil],
                    ["C", "2024-03-01 00:00:00+00", nil, "2", nil],
                ])
        }
    }

    @Test func `Rows with null keys or another's key are refused by their numbers, and nothing is written`()
        async throws
    {
        try await withTables { client, server, send in
            _ = try await client.send(CreateFeatureTable(declaration(), rows: try await send(Self.first, "a.csv")))
            let before = try await rows(server)
            let bad = """
                uei,as_of,rating,awards,size
                A,2024-05-01T00:00:00Z,1,1,1
                ,2024-05-01T00:00:00Z,1,1,1
                A,2024-05-01T00:00:00Z,2,2,2
                C,,1,1,1

                """
            for mode in FeatureWriteMode.allCases {
                let rows = try await send(bad, "bad.csv")
                let found = await issues {
                    _ = try await client.send(WriteFeatureTable(table: try TableName(name), rows: rows, mode: mode))
                }
                #expect(found.map(\.code) == [.nullKey, .duplicateKey])
                #expect(found.first?.message.contains("row 2 (") == true && found[0].message.contains("row 4 ("))
                #expect(found.last?.message.contains("row 3 (") == true)
            }
            #expect(try await rows(server) == before)
            #expect(try await server.platform.datasets.latest(TableName(name)).version == 1)
        }
    }

    @Test func `A table that was made for rows which are refused is not there`() async throws {
        try await withTables { client, server, send in
            let bad = try await send("uei,as_of\nA,2024-01-01\nA,2024-01-01\n", "bad.csv")
            let found = await issues { _ = try await client.send(CreateFeatureTable(declaration(), rows: bad)) }
            #expect(found.map(\.code) == [.duplicateKey])
            #expect(try await client.send(ListFeatureTables()).tables.isEmpty)
            _ = try await client.send(CreateFeatureTable(declaration(), rows: try await send(Self.first, "a.csv")))
        }
    }

    @Test func `Another type is refused, and so is a time without its zone in a file that has types`() async throws {
        try await withTables { client, server, send in
            _ = try await client.send(CreateFeatureTable(declaration(), rows: try await send(Self.first, "a.csv")))
            let sql =
                "SELECT 'A' AS uei, TIMESTAMP '2024-01-01' AS as_of, 1::INTEGER AS awards, 1.5::FLOAT AS rating FROM a"
            let inputs = ["a": try TableName(name)]
            let zoneless = await issues {
                _ = try await client.send(
                    WriteFeatureTable(table: try TableName(name), rows: .query(sql, inputs: inputs)))
            }
            #expect(zoneless.map(\.code) == [.typeMismatch])
            #expect(zoneless.first?.message.contains("zone") == true)
            let narrow = await issues {
                let zoned = sql.replacing("TIMESTAMP '2024-01-01'", with: "TIMESTAMPTZ '2024-01-01 00:00:00+00'")
                _ = try await client.send(
                    WriteFeatureTable(table: try TableName(name), rows: .query(zoned, inputs: inputs)))
            }
            #expect(narrow.map(\.code) == [.typeMismatch, .typeMismatch])
            #expect(try await server.platform.datasets.latest(TableName(name)).version == 1)
        }
    }

    @Test func `Of a table without times, columns that rows lack keep their values`() async throws {
        try await withTables { client, server, send in
            let start = try await send("uei,rating,awards\nA,1.5,3\nB,2.5,4\n", "a.csv")
            _ = try await client.send(CreateFeatureTable(declaration(time: false), rows: start))
            let part = try await send("awards,uei\n30,A\n50,C\n", "b.csv")
            _ = try await client.send(WriteFeatureTable(table: try TableName(name), rows: part))
            #expect(
                try await rows(server, "uei") == [["A", "1.5", "30"], ["B", "2.5", "4"], ["C", nil, "50"]])
            let overwriting = try await send("awards,uei\n30,A\n", "c.csv")
            let found = await issues {
                _ = try await client.send(
                    WriteFeatureTable(table: try TableName(name), rows: overwriting, mode: .overwrite))
            }
            #expect(found.map(\.code) == [.missingColumn])
        }
    }

    @Test func `Nothing comes into a feature table past its keys`() async throws {
        try await withTables { client, server, send in
            _ = try await client.send(CreateFeatureTable(declaration(), rows: try await send(Self.first, "a.csv")))
            for mode in [Datasets.Mode.append, .overwrite] {
                await #expect(throws: FeatureError.self) {
                    try await server.platform.importText(Self.first, as: name, mode)
                }
            }
            await #expect(throws: ClientError.self) {
                try await client.deriveDataset(TableName(name), sql: "SELECT 1 AS x", from: [:])
            }
            #expect(try await rows(server).count == 3)
            _ = try await client.send(DropFeatureTable(table: TableName(name)))
            try await server.platform.importText(Self.first, as: name)
        }
    }

    @Test func `Keys of any text find their rows`() async throws {
        try await withTables { client, server, send in
            let texts = [
                "ünïcode ✈", "e\u{301}", "\u{e9}", "", "a,b\n\"c\"", "NULL", String(repeating: "長", count: 400_000),
            ]
            func file(_ rating: Int) throws -> String {
                let encoder = JSONEncoder()
                return try texts.map { text in
                    let key = String(decoding: try encoder.encode([text]), as: UTF8.self).dropFirst().dropLast()
                    return "{\"uei\": \(key), \"rating\": \(rating)}\n"
                }.joined()
            }
            _ = try await client.send(
                CreateFeatureTable(declaration(time: false), rows: try await send(try file(1), "a.jsonl")))
            let written = try await client.send(
                WriteFeatureTable(table: try TableName(name), rows: try await send(try file(2), "b.jsonl")))
            #expect(written.rows == Int64(texts.count))
            let found = try await server.platform.query(name)
            #expect(Set(found["uei"]?.strings ?? []) == Set(texts.map { .some($0) }))
            #expect(found["rating"]?.longs?.allSatisfy { $0 == 2 } == true)
        }
    }

    @Test func `A file that is cut off leaves the table as it was`() async throws {
        try await withTables { client, server, send in
            _ = try await client.send(CreateFeatureTable(declaration(), rows: try await send(Self.first, "a.csv")))
            for (text, file) in [("PAR1 and no more", "a.parquet"), ("uei,as_of,rating,awards\nA,2024-01", "a.csv")] {
                let rows = try await send(text, file)
                let error = await #expect(throws: ClientError.self) {
                    try await client.send(WriteFeatureTable(table: try TableName(name), rows: rows))
                }
                #expect(
                    error?.message.contains(file) == true
                        && error?.message.contains(server.platform.workspace.folder.path) == false, "\(file)")
            }
            #expect(try await server.platform.datasets.latest(TableName(name)).version == 1)
        }
    }

    @Test func `Writers at the same time lose nothing`() async throws {
        try await withTables { client, server, send in
            _ = try await client.send(
                CreateFeatureTable(
                    declaration(time: false), rows: try await send("uei,rating\nA,0\n", "a.csv")))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<6 {
                    let rows = try await send(
                        "uei,rating\nA,\(writer)\nkey\(writer),1\n", "w\(writer).csv")
                    group.addTask {
                        _ = try await client.send(WriteFeatureTable(table: try TableName(name), rows: rows))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await rows(server, "uei").count == 7)
        }
    }

    @Test func `A table is read as it was, and its readers are known`() async throws {
        try await withTables { client, server, send in
            _ = try await client.send(CreateFeatureTable(declaration(), rows: try await send(Self.first, "a.csv")))
            let replaced = try await send("uei,as_of,rating,awards\nZ,2024-01-01T00:00:00Z,1,1\n", "b.csv")
            _ = try await client.send(
                WriteFeatureTable(table: try TableName(name), rows: replaced, mode: .overwrite))
            func text(_ request: ReadTable) async throws -> String {
                let received = Received()
                try await client.readTable(request) { received.append($0) }
                return received.text
            }
            let table = try TableName("risk.vendors")
            #expect(try await text(ReadTable(table: table, columns: ["uei"], format: "csv")) == "uei\nZ\n")
            let old = try await text(ReadTable(table: table, version: 1, columns: ["uei", "awards"], format: "csv"))
            #expect(old == "uei,awards\nA,3\nB,4\nA,5\n")
            await #expect(throws: ClientError.self) {
                try await text(ReadTable(table: table, version: 9, format: "csv"))
            }
            await #expect(throws: ClientError.self) { try await text(ReadTable(table: table, format: "xls")) }
            await #expect(throws: ClientError.self) {
                try await text(ReadTable(table: table, columns: ["nothing"], format: "csv"))
            }
            let readers = try await client.send(ShowFeatureTable(table: table)).readers
            #expect(Set(readers.map(\.features)) == [["uei"], ["uei", "awards"]])
            let left = try FileManager.default.contentsOfDirectory(atPath: server.platform.workspace.scratch.path)
            #expect(left.filter { $0 != "spill" }.isEmpty, "\(left)")
        }
    }

    @Test func `A table that is there is registered when each row has a key of its own`() async throws {
        try await withTables { client, server, _ in
            try await server.platform.importText(Self.first, as: "risk.plain")
            var wanted = FeatureTableDeclaration(name: "risk.plain", primaryKeys: ["uei"])
            let twice = await issues { _ = try await client.send(RegisterFeatureTable(wanted)) }
            #expect(twice.map(\.code) == [.duplicateKey])
            wanted.timeKeys = ["as_of"]
            let made = try await client.send(RegisterFeatureTable(wanted))
            #expect(made.table.name.description == "risk.plain" && made.table.origin == .registered && made.rows == 3)
            #expect(try await client.send(RegisterFeatureTable(wanted)).table.id == made.table.id)
            let dropped = try await client.send(DropFeatureTable(table: TableName("risk.plain")))
            #expect(dropped.emptied == nil)
            #expect(try await server.platform.query("risk.plain").rowCount == 3)
            wanted.name = "risk.nowhere"
            #expect(
                await issues { _ = try await client.send(RegisterFeatureTable(wanted)) }.map(\.code) == [.unknownTable])
        }
    }

    @Test func `A dropped table is empty, can be read as it was, and can be made anew with other columns`() async throws
    {
        try await withTables { client, server, send in
            let made = try await client.send(
                CreateFeatureTable(declaration(), rows: try await send(Self.first, "a.csv")))
            let dropped = try await client.send(DropFeatureTable(table: TableName("risk.vendors")))
            #expect(dropped.emptied?.version == 2 && made.rows == 3)
            #expect(try await rows(server).isEmpty)
            let before = try await client.send(ShowDataset(table: TableName(name), version: 1))
            #expect(before.rows == 3)
            let gone = await issues { _ = try await client.send(ShowFeatureTable(table: TableName(name))) }
            #expect(gone.map(\.code) == [.unknownTable])
            let other = FeatureTableDeclaration(
                name: name, primaryKeys: ["id"],
                columns: [ColumnDeclaration("id", "bigint"), ColumnDeclaration("price", "decimal(10,2)")])
            let again = try await client.send(CreateFeatureTable(other))
            #expect(again.table.id != made.table.id && again.version == 3)
            #expect(again.columns.map(\.name) == ["id", "price"])
        }
    }

    @Test func `Tags are set and deleted, sources noted once, and both are searched and shown`() async throws {
        try await withTables { client, server, send in
            var wanted = declaration()
            wanted.tags = ["owner": "risk"]
            _ = try await client.send(CreateFeatureTable(wanted, rows: try await send(Self.first, "a.csv")))
            let table = try TableName("risk.vendors")
            let path = FeatureDataSource(.path, "s3://in/vendors")
            let tagged = try await client.send(
                TagFeatureTable(
                    table: table, set: ["stage": "draft"], delete: ["owner", "gone"], addSources: [path, path]))
            #expect(tagged.table.tags == ["stage": "draft"] && tagged.absent == ["gone"])
            #expect(tagged.table.dataSources == [path])
            #expect(try await client.send(ListFeatureTables(tag: "stage", value: "draft")).tables.count == 1)
            #expect(try await client.send(ListFeatureTables(tag: "owner")).tables.isEmpty)
            let empty = await issues { _ = try await client.send(TagFeatureTable(table: table, set: ["": "x"])) }
            #expect(empty.map(\.code) == [.invalidDeclaration])
            let bare = try await client.send(TagFeatureTable(table: table, deleteSources: [path]))
            #expect(bare.table.dataSources.isEmpty)
        }
    }

    @Test func `Who may only read changes nothing, and the refusal is on record`() async throws {
        try await withServer(policy: .governed) { server in
            let auditor = try await server.user(.auditor)
            var wanted = declaration()
            wanted.columns = [ColumnDeclaration("uei", "string"), ColumnDeclaration("as_of", "date")]
            await #expect(throws: ClientError.self) { try await auditor.send(CreateFeatureTable(wanted)) }
            _ = try await server.user(.contributor).send(CreateFeatureTable(wanted))
            let table = try TableName("risk.vendors")
            await #expect(throws: ClientError.self) { try await auditor.send(DropFeatureTable(table: table)) }
            await #expect(throws: ClientError.self) {
                try await auditor.send(TagFeatureTable(table: table, set: ["a": "b"]))
            }
            #expect(try await auditor.send(ShowFeatureTable(table: table)).summary.rows == 0)
        }
    }
}

/// Bytes as they come.
private final class Received: @unchecked Sendable {
    private let lock = NSLock()
    private var data = Data()

    func append(_ more: Data) { lock.withLock { data.append(more) } }

    var text: String { lock.withLock { String(decoding: data, as: UTF8.self) } }
}
