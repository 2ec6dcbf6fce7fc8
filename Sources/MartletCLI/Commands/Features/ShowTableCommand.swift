import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

struct ShowTableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a feature table: its keys and features, who wrote it and from what, who reads it.")

    @Argument(help: "The feature table.") var table: String
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let name = try TableName(table)
        let shown = try await connection.withClient { try await $0.send(ShowFeatureTable(table: name)) }
        if connection.json { return try printJSON(shown) }
        show(shown.summary)
        printTable(
            ["WRITTEN", "WHEN", "WHO", "ROWS", "RUN", "FROM"],
            shown.producers.prefix(10).map {
                [
                    "\($0.table.version)", formatted(milliseconds: $0.writtenAt), $0.writtenBy, "\($0.rowCount)",
                    $0.runID ?? "", $0.inputs.map(\.description).joined(separator: " "),
                ]
            })
        let readers = shown.readers.map {
            [$0.reader, formatted(milliseconds: $0.readAt), "read @\($0.version)", $0.features.joined(separator: ", ")]
        }
        let tables = shown.usedBy.map {
            [
                $0.table.description, formatted(milliseconds: $0.writtenAt),
                "\($0.operation.rawValue) of @"
                    + $0.inputs.filter { $0.name == name || name.spellings.contains($0.name) }.map { "\($0.version)" }
                    .joined(separator: ", @"), "",
            ]
        }
        if !(readers + tables).isEmpty { printTable(["USED BY", "WHEN", "HOW", "FEATURES"], readers + tables) }
    }
}
