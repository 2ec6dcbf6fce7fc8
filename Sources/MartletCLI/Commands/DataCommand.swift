import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Versioned tables: bring data in, compute tables from tables, look at their history.",
        subcommands: [
            Import.self, Derive.self, List.self, Show.self, History.self,
            Profile.self,
            Diff.self,
        ])

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import a CSV, Parquet or JSON-lines file as a table's next version: all of it, or nothing.",
            discussion: "Example: martlet data import flights.raw_flights flights.csv.gz")

        @Argument(help: "The table, as schema.table.") var table: String
        @Argument(help: "The file: .csv, .csv.gz, .parquet or .jsonl.") var file: String
        @Option(help: "overwrite puts the rows in place of those there; append adds them.") var mode = WriteMode
            .overwrite
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let name = try TableName(table)
            let url = URL(fileURLWithPath: file)
            guard FileManager.default.isReadableFile(atPath: url.path) else {
                throw DatasetError.unreadableFile(file, reason: "the file is not there, or may not be read")
            }
            let bar = ProgressBar("Sending \(url.lastPathComponent)", unit: "B")
            let summary = try await connection.withClient { client in
                try await client.importDataset(name, from: url, mode: mode) { bar.update($0, of: $1) }
            }
            bar.finish()
            try DataCommand.show(summary, "Imported", connection)
        }
    }

    struct Derive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compute a table from others by one SELECT; the versions that it read are recorded.",
            discussion: """
                Example: martlet data derive flights.flights --from raw=flights.raw_flights --sql flights.sql
                """)

        @Argument(help: "The table to write.") var table: String
        @Option(
            name: .customLong("from"),
            help: ArgumentHelp(
                "A table that the SQL reads, by the name it uses for it. May be given again.", valueName: "name=table"))
        var inputs: [String] = []
        @Option(name: .customLong("sql"), help: "A file with the SELECT.") var sqlFile: String
        @Option(help: "overwrite or append.") var mode = WriteMode.overwrite
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let pairs = try inputs.map { text -> (String, TableName) in
                let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { throw ValidationError("--from takes NAME=TABLE, not '\(text)'.") }
                return (parts[0], try TableName(parts[1]))
            }
            let name = try TableName(table)
            let sql = try textFile(sqlFile)
            let summary = try await connection.withClient { client in
                try await client.deriveDataset(
                    name, sql: sql, from: Dictionary(pairs) { _, last in last }, mode: mode)
            }
            try DataCommand.show(summary, "Computed", connection)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all tables at their newest version.")
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let tables = try await connection.withClient { try await $0.send(ListDatasets()).tables }
            if connection.json { return try printJSON(tables) }
            printTable(
                ["TABLE", "VERSION", "ROWS", "COLUMNS"],
                tables.map { [$0.table.description, "\($0.version)", "\($0.rows)", "\($0.columns.count)"] })
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a table's columns, at its newest or any version.")
        @Argument(help: "The table, as schema.table.") var table: String
        @Option(help: "The version. Default: the newest.") var version: Int64?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let name = try TableName(table)
            let summary = try await connection.withClient {
                try await $0.send(ShowDataset(table: name, version: version))
            }
            if connection.json { return try printJSON(summary) }
            print("\(summary.reference): \(summary.rows) rows in \(summary.path)")
            printTable(["COLUMN", "TYPE"], summary.columns.map { [$0.name, $0.type.description] })
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show who wrote each version of a table, when, and from what.")
        @Argument(help: "The table, as schema.table.") var table: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let name = try TableName(table)
            let versions = try await connection.withClient { try await $0.send(DatasetHistory(table: name)).versions }
            if connection.json { return try printJSON(versions) }
            printTable(
                ["VERSION", "WHEN", "WHO", "WHAT", "ROWS", "FROM"],
                versions.map {
                    [
                        "\($0.table.version)", formatted(milliseconds: $0.writtenAt), $0.writtenBy,
                        $0.operation.rawValue,
                        "\($0.rowCount)", $0.inputs.map(\.description).joined(separator: " "),
                    ]
                })
        }
    }

    /// What `--json` prints of a written table.
    private struct Written: Encodable {
        var table: TableName
        var version: Int64
        var path: String
        var rows: Int64
    }

    fileprivate static func show(_ summary: DatasetSummary, _ verb: String, _ connection: ConnectionOptions) throws {
        if connection.json {
            let written = Written(
                table: summary.table, version: summary.version, path: summary.path, rows: summary.rows)
            return try printJSON(written)
        }
        print("\(verb) \(summary.reference): \(summary.rows) rows")
    }
}

/// A small text file that the user named.
func textFile(_ path: String) throws -> String {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
        throw InvalidRequest("The file \(path) is not there, or is not text.")
    }
    return text
}
