import ArgumentParser
import Foundation
import Martlet
import MartletDomain
import Platform

extension DataCommand {
    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what changed between two versions of a table: columns, rows, distributions.",
            discussion: """
                With --key, rows of the same key are compared, null and NaN being equal to themselves. Without, rows are \
                compared as a whole, each as often as it occurs. Whether distributions moved is told from a sample of at \
                most 50,000 rows of each side.

                Example: martlet data diff flights.flights --from 3 --to 4 --key flight_id --html diff.html
                """)
        @Argument(help: "The table, as schema.table.") var table: String
        @Argument(help: "Another table, of which --to is a version. Default: the same.") var other: String?
        @Option(help: "The version before. Default: the one before --to; the newest when two tables are named.")
        var from: Int64?
        @Option(help: "The version after. Default: the newest.") var to: Int64?
        @Option(help: ArgumentHelp("The columns that say which row is which.", valueName: "a,b")) var key: String?
        @Option(help: "Write a page that needs nothing else to this file.") var html: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let name = try TableName(table)
            let second = try other.map { try TableName($0) }
            let diff = try await connection.withClient {
                try await $0.diffDataset(name, from: from, to: to, of: second, key: key.map(commaSeparated) ?? [])
            }
            if let html { try writePage(diffPage(diff), to: html) }
            if connection.json { return try printJSON(diff) }
            for line in DiffText(diff).lines { print(line) }
        }
    }
}
