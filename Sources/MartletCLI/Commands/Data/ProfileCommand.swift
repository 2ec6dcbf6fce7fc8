import ArgumentParser
import Foundation
import Martlet
import MartletDomain
import Platform

extension DataCommand {
    struct Profile: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what the values of a table look like: types, nulls, quantiles, histograms.",
            discussion: """
                Counts, moments and histograms are exact. Quantiles are of tables up to 8 million rows, distinct values of \
                those up to a million; beyond, what is estimated is marked.

                Example: martlet data profile flights.flights --columns dep_delay,carrier --html profile.html
                """)
        @Argument(help: "The table, as schema.table.") var table: String
        @Option(help: "The version. Default: the newest.") var version: Int64?
        @Option(
            help: ArgumentHelp("Only these, separated by commas; each is then shown at length.", valueName: "a,b"))
        var columns: String?
        @Option(help: "Write a page that needs nothing else to this file.") var html: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let name = try TableName(table)
            let profile = try await connection.withClient {
                try await $0.profileDataset(name, version: version, columns: columns.map(commaSeparated))
            }
            if let html { try writePage(profilePage(profile), to: html) }
            if connection.json { return try printJSON(profile) }
            for line in ProfileText(profile, isLong: columns != nil).lines { print(line) }
        }
    }
}

/// The names in a list with commas between them.
func commaSeparated(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
}

/// Writes a page, all of it or nothing.
func writePage(_ page: String, to path: String) throws {
    do {
        try Data(page.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
        throw InvalidRequest("The page was not written to \(path): \(error.localizedDescription)")
    }
    notice("Wrote \(path).")
}
