import AuditLog
import DeltaLake
import Foundation
import MartletDomain
import Platform
import QueryEngine
import TestKit
import Testing

struct ImportTests {
    private let name = "shop.sales"

    private func ids(_ platform: Platform) async throws -> [Int64?]? {
        try await platform.query(name, "SELECT id FROM rows ORDER BY id")["id"]?.longs
    }

    /// Imports what must be refused.
    /// - Returns: The words of the refusal.
    private func refusal(
        _ platform: Platform, _ text: String, _ file: String = "march.csv", _ mode: Datasets.Mode = .append
    ) async throws -> String {
        let before = try? await platform.datasets.history(TableName(name))
        let error = await #expect(throws: (any Error).self) {
            try await platform.importText(text, as: name, named: file, mode)
        }
        #expect((try? await platform.datasets.history(TableName(name))) == before)
        let message = (error as? any MartletError)?.message ?? ""
        #expect(!message.isEmpty, "\(String(describing: error))")
        #expect(!message.contains(platform.workspace.folder.path), "\(message)")
        let scratch = try FileManager.default.contentsOfDirectory(atPath: platform.workspace.scratch.path)
        #expect(scratch.filter { $0 != "spill" }.isEmpty, "\(scratch)")
        return message
    }

    @Test(arguments: [
        ("id,amount\n1,2.5\n2\n3,4.5\n", "3"), ("id,amount\n1,2.5\n2,3.5\n3,4.5,99\n", "4"),
        ("id,amount\n1,2.5\n2,\"3.5\n3,4.5\n", "3"),
    ])
    func `A CSV with a broken row names the line and makes no table`(text: String, line: String) async throws {
        try await withWorkspace { platform in
            let message = try await refusal(platform, text, "march.csv", .overwrite)
            #expect(message.contains("march.csv") && message.contains("no table was changed"), "\(message)")
            #expect(
                message.range(of: "line:? \(line)\\b", options: [.regularExpression, .caseInsensitive]) != nil,
                "\(message)")
            #expect(try await platform.datasets.names() == [])
            await #expect(throws: DatasetError.self) { try await platform.datasets.snapshot(TableName(name)) }
        }
    }

    @Test func `A broken row leaves a table that is there as it was, however far down it stands`() async throws {
        try await withWorkspace { platform in
            try await platform.importText("id,amount\n1,2.5\n2,3.5\n", as: name)
            let lines = (3..<60_000).map { "\($0),1.5" }
            for mode in [Datasets.Mode.append, .overwrite] {
                let message = try await refusal(
                    platform, "id,amount\n" + lines.joined(separator: "\n") + "\nbroken\n", "march.csv", mode)
                #expect(message.contains("march.csv"))
                #expect(message.contains("59999") || message.contains("59,999"), "\(message)")
            }
            let word = try await refusal(platform, "id,amount\n3,2.5\nfour,1.5\n")
            #expect(word.contains("four") || word.contains("3"), "\(word)")
            #expect(try await ids(platform) == [1, 2])
        }
    }

    @Test func `Rows with other columns are not appended, and every difference is named`() async throws {
        try await withWorkspace { platform in
            try await platform.importText("id,amount,shop\n1,2.5,north\n", as: name)
            let more = try await refusal(platform, "id,amount,shop,colour,size\n2,2.5,south,red,4\n")
            #expect(more.contains("colour") && more.contains("size"), "\(more)")
            let renamed = try await refusal(platform, "id,price,branch\n2,2.5,south\n")
            #expect(renamed.contains("price") && renamed.contains("branch"), "\(renamed)")
            let json = try await refusal(platform, #"{"id": "two", "amount": "much", "shop": 5}"# + "\n", "march.jsonl")
            for column in ["id", "amount", "shop"] { #expect(json.contains(column), "\(json)") }
            #expect(try await ids(platform) == [1])
        }
    }

    @Test func `Columns are appended by their names, in whatever order they stand`() async throws {
        try await withWorkspace { platform in
            try await platform.importText("id,low,high\n1,10,20\n", as: name)
            try await platform.importText("high,id,low\n40,2,30\n", as: name, .append)
            try await platform.importText("id,high\n3,60\n", as: name, .append)
            let rows = try await platform.query(name, "SELECT * FROM rows ORDER BY id")
            #expect(rows["id"]?.longs == [1, 2, 3])
            #expect(rows["low"]?.longs == [10, 30, nil])
            #expect(rows["high"]?.longs == [20, 40, 60])
        }
    }

    @Test(arguments: [
        ("march.csv", ""), ("march.parquet", "PAR1 and no more"), ("march.jsonl", "{\"id\": 1}\n{\"id\": "),
        ("march.xlsx", "id\n1\n"), ("march.csv.gz", "not compressed"), ("march", "id\n1\n"),
        ("march.csv", "id,id\n1,2\n"),
        ("march.csv", "\u{0}\u{1}\u{2}\u{0}"),
    ])
    func `A file that is not what its name says is refused by its name`(file: String, text: String) async throws {
        try await withWorkspace { platform in
            do {
                try await platform.importText(text, as: name, named: file)
                // What the engine can read as a table is one; it must at least have a column.
                #expect(try await platform.datasets.snapshot(TableName(name)).schema.fields.count > 0, "\(file)")
            } catch let error as any MartletError {
                #expect(!error.message.contains(platform.workspace.folder.path), "\(error.message)")
                #expect(error.code == .invalidParameterValue, "\(error)")
            }
        }
    }

    @Test(arguments: [
        "", "x", "../../etc/passwd", String(repeating: "f", count: 32), "0123456789abcdef0123456789abcde/",
    ])
    func `An upload that never was is not imported`(id: String) async throws {
        try await withWorkspace { platform in
            let error = await #expect(throws: DatasetError.self) {
                try await platform.datasets.importUpload(
                    id, named: "march.csv", as: TableName(name), .overwrite, by: .anyone)
            }
            #expect(error?.message.contains("send the file again") == true)
        }
    }

    @Test func `An import is on record with its rows, its file's digest and who did it`() async throws {
        try await withWorkspace { platform in
            let made = try await platform.importText("id\n1\n2\n", as: name, named: "march.csv")
            let digest = CanonicalJSON.sha256Hex("id\n1\n2\n")
            #expect(made.source == "march.csv sha256:\(digest)" && made.rowCount == 2 && made.writtenBy == "anyone")
            #expect(try await platform.datasets.history(TableName(name)) == [made])
            let entry = try #require(try await platform.auditEntries().last)
            #expect(entry.serviceName == "datasets" && entry.actionName == "import")
            #expect(entry.requestParams["table"] == "shop.sales@0" && entry.requestParams["rows"] == "2")
        }
    }

    @Test(arguments: [
        ("7", "7.5", DataType.double), ("7", "word", .string), ("", "7", .long), ("7", "007", .string),
        ("7", "1e-3", .double), ("7", "99999999999999999999", .double),
        ("2024-01-01", "2024-01-01 10:30:00", .timestamp),
        ("2024-01-01 10:00:00", "2024-01-01 12:30:00+02", .timestamp), ("true", "1", .string), ("-7", "0", .long),
        ("2024-01-01", "2024-02-30", .string),
    ])
    func `A column's type is that of all its values, and none loses anything to the first`(
        first: String, later: String, type: DataType
    ) async throws {
        try await withWorkspace { platform in
            let lines = (0..<30_000).map { "\($0),\($0 < 25_000 ? first : later)" }
            try await platform.importText("id,x\n" + lines.joined(separator: "\n") + "\n", as: name)
            let snapshot = try await platform.datasets.snapshot(TableName(name))
            #expect(snapshot.schema["x"]?.type == type && snapshot.rowCount == 30_000 && snapshot.files.count == 1)
            let folder = platform.datasets.folder(of: try TableName(name)).path
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(files.count { $0.hasSuffix(".parquet") } == 1)
            let last =
                try await platform.query(
                    name, "SELECT CAST(x AS VARCHAR) AS x FROM rows WHERE id = 29999")["x"]?.strings?.first ?? nil
            switch later {
            case "1e-3": #expect(last == "0.001")
            case "99999999999999999999": #expect(last == "1e+20")
            case let time where type == .timestamp: #expect(last == "2024-01-01 10:30:00+00", "\(time)")
            default: #expect(last == later)
            }
        }
    }

    @Test func `What a column of the table cannot hold is not rounded to fit it`() async throws {
        try await withWorkspace { platform in
            try await platform.importText("id,day\n1,2024-01-01\n", as: name)
            for row in ["2.5,2024-01-01", "2,2024-01-01 10:00:00", "99999999999999999999,2024-01-01"] {
                let message = try await refusal(platform, "id,day\n\(row)\n")
                #expect(message.contains("march.csv"), "\(message)")
            }
            try await platform.importText("id,day\n007,2024-01-02\n 8,\n", as: name, .append)
            #expect(try await ids(platform) == [1, 7, 8])
        }
    }

    @Test func `A file that is lent is read where it lies, with its digest, and stays`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "march.csv")
            let text = "id,at\n1,2024-01-01 10:00:00\n"
            try Data(text.utf8).write(to: file)
            let link = folder.appending(path: "link.csv")
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
            try await withWorkspace { platform in
                for (place, mode) in [(file, Datasets.Mode.append), (link, .append), (file, .overwrite)] {
                    let id = platform.datasets.lend(try LentFile(place))
                    let made = try await platform.datasets.importUpload(
                        id, named: "march.csv", as: TableName(name), mode, by: .anyone)
                    #expect(made.source == "march.csv sha256:\(CanonicalJSON.sha256Hex(text))")
                    let error = await #expect(throws: DatasetError.self) {
                        try await platform.datasets.importUpload(
                            id, named: "march.csv", as: TableName("shop.other"), mode, by: .anyone)
                    }
                    #expect(error?.message.contains("send the file again") == true)
                }
                #expect(try String(contentsOf: file, encoding: .utf8) == text)
                #expect(throws: DatasetError.self) { try LentFile(folder.appending(path: "none.csv")) }
                #expect(throws: DatasetError.self) { try LentFile(folder) }
                // Nothing else outside the workspace can be read while it is lent.
                #expect(try await ids(platform) == [1])
                let scratch = try FileManager.default.contentsOfDirectory(atPath: platform.workspace.scratch.path)
                #expect(scratch.filter { $0 != "spill" }.isEmpty)
            }
        }
    }

    @Test(arguments: ["sales", "a.b.c.d", "../x.y", "a..b", "a.b/c", "a.1b", "", ".", "a.b\u{0}", "é.b", "a. b"])
    func `A name that could be more than a table's is none`(name: String) {
        #expect(throws: DatasetError.invalidName(name)) { try TableName(name) }
    }
}
