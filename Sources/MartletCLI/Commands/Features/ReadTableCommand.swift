import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

struct ReadTableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read", abstract: "Read a table's rows, as it is or as it was, as Parquet, CSV or JSON lines.",
        discussion: """
            --as-of is the table's time: what had been written by then. It is not the time of the features; for values as \
            of each row's own time, make a training set.

            Example: martlet features read risk.vendors --version 3 --out vendors.parquet
            """)

    @Argument(help: "The table.") var table: String
    @Option(help: "The version. Default: the newest.") var version: Int64?
    @Option(help: "The newest version at that moment, as 2013-01-01 or with a time (UTC).") var asOf: String?
    @Option(help: "The columns, with commas between them. Default: all.") var columns: String?
    @Option(help: "At most so many rows, the first.") var rows: Int64?
    @Option(
        name: [.customShort("o"), .customLong("out")],
        help: "The file to write: .parquet, .csv or .jsonl. Default: CSV to the standard output.")
    var out: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let format =
            out.map { URL(fileURLWithPath: $0).pathExtension.lowercased() } ?? (connection.json ? "jsonl" : "csv")
        let columns = columns.map { names($0) }
        let request = ReadTable(
            table: try TableName(table), version: version, asOf: try asOf.map { try Instant($0) }, columns: columns,
            limit: rows, format: format)
        guard let out else {
            return try await connection.withClient { client in
                try await client.readTable(request) { FileHandle.standardOutput.write($0) }
            }
        }
        // A reading that breaks off leaves a file that is there as it was.
        let (file, part) = (URL(fileURLWithPath: out), URL(fileURLWithPath: out + ".part"))
        guard FileManager.default.createFile(atPath: part.path, contents: nil) else {
            throw InvalidRequest("The file \(out) cannot be written.")
        }
        do {
            let handle = try FileHandle(forWritingTo: part)
            try await connection.withClient { client in
                try await client.readTable(request) { try handle.write(contentsOf: $0) }
            }
            try handle.close()
            try? FileManager.default.removeItem(at: file)
            try FileManager.default.moveItem(at: part, to: file)
        } catch {
            try? FileManager.default.removeItem(at: part)
            throw error
        }
    }
}
