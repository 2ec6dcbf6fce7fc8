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
            Import.self, Derive.self, List.self, Show.self, History.self, AsOf.self, Lineage.self, Profile.self,
            Diff.self, Delete.self,
            Restore.self, TransactionCommand.self, BranchCommand.self, Optimize.self, Vacuum.self,
        ])

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
        @OptionGroup var branch: BranchOption
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let pairs = try inputs.map { text -> (String, TableName) in
                let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { throw ValidationError("--from takes NAME=TABLE, not '\(text)'.") }
                return (parts[0], try TableName(parts[1]))
            }
            let name = try branch.table(table)
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
                tables.map { table in
                    table.problem == nil
                        ? [table.table.description, "\(table.version)", "\(table.rows)", "\(table.columns.count)"]
                        : [table.table.description, "?", "?", "?"]
                })
            for table in tables { if let problem = table.problem { notice("\(table.table): \(problem)") } }
        }
    }

    /// What `--json` prints of a written table.
    private struct Written: Encodable {
        var table: TableName
        var version: Int64
        var path: String
        var rows: Int64
    }

    static func show(_ summary: DatasetSummary, _ verb: String, _ connection: ConnectionOptions) throws {
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
