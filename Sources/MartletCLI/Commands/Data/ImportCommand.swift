import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

/// The branch that a command works on.
struct BranchOption: ParsableArguments {
    @Option(help: "The branch to work on; main when none is named. A table may also be written as schema.table:branch.")
    var branch: String?

    func table(_ text: String) throws -> TableName {
        let name = try TableName(text)
        return try branch.map { try name.on(branch: $0) } ?? name
    }
}

extension DataCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import a CSV, Parquet or JSON-lines file as a table's next version: all of it, or nothing.",
            discussion: """
                Example: martlet data import flights.raw_flights flights.csv.gz

                Without a server the file is read where it lies; it may be killed at any time, and the table is then as it was.
                """)

        @Argument(help: "The table, as schema.table.") var table: String
        @Argument(help: "The file: .csv, .csv.gz, .parquet or .jsonl.") var file: String
        @Option(
            help:
                "overwrite puts the rows in place of those there; append adds them; merge puts them in place of those with the same key."
        )
        var mode = WriteMode.overwrite
        @Option(
            name: .customLong("key"), help: "The columns that tell rows apart, with commas between them, for a merge.")
        var key: String?
        @Option(help: "The tracking run that brings the file.") var runID: String?
        @OptionGroup var branch: BranchOption
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let name = try branch.table(table)
            let url = try readableFile(file)
            let bar = ProgressBar("Importing \(url.lastPathComponent)", unit: "B")
            let summary = try await connection.withClient { client in
                try await client.importDataset(name, from: url, mode: mode, keys: names(key), runID: runID) {
                    bar.update($0, of: $1)
                }
            }
            bar.finish()
            try DataCommand.show(summary, "Imported", connection)
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete rows of a table, as its next version.",
            discussion: """
                Example: martlet data delete shop.sales --where "amount < 0 or customer is null"
                         martlet data delete shop.sales --keys leavers.csv --key customer

                Versions from before still hold the rows, until a vacuum removes their files.
                """)

        @Argument(help: "The table, as schema.table.") var table: String
        @Option(name: .customLong("where"), help: "The condition, in the language of feature expressions.")
        var predicate: String?
        @Option(name: .customLong("keys"), help: "A file that holds the keys of the rows.") var keysFile: String?
        @Option(name: .customLong("key"), help: "The key columns, with commas between them.") var key: String?
        @Option(help: "The tracking run that does it.") var runID: String?
        @OptionGroup var branch: BranchOption
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            guard (predicate == nil) != (keysFile == nil) else {
                throw ValidationError("Say which rows: by --where, or by --keys FILE with --key COLUMNS.")
            }
            if (keysFile == nil) != (key == nil) { throw ValidationError("--keys and --key go together.") }
        }

        func run() async throws {
            let name = try branch.table(table)
            let version = try await connection.withClient { client in
                if let predicate { return try await client.deleteRows(from: name, where: predicate, runID: runID) }
                return try await client.deleteRows(
                    from: name, keysIn: try readableFile(keysFile ?? ""), keys: names(key), runID: runID)
            }
            if connection.json { return try printJSON(version) }
            print("Deleted \(version.rowCount) rows: \(version.table)")
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a table what it was at a version, by a version of its own.")

        @Argument(help: "The table, as schema.table.") var table: String
        @Option(help: "The version to go back to.") var version: Int64
        @Option(help: "The tracking run that does it.") var runID: String?
        @OptionGroup var branch: BranchOption
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let name = try branch.table(table)
            let summary = try await connection.withClient {
                try await $0.send(RestoreDataset(table: name, version: version, runID: runID))
            }
            try DataCommand.show(summary, "Restored", connection)
        }
    }
}

/// A file that the user named.
func readableFile(_ path: String) throws -> URL {
    let url = URL(fileURLWithPath: path)
    guard FileManager.default.isReadableFile(atPath: url.path) else {
        throw DatasetError.unreadableFile(path, reason: "the file is not there, or may not be read")
    }
    return url
}
