import ArgumentParser
import Martlet
import MartletAPI

struct ListTablesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the feature tables.")

    @Option(help: ArgumentHelp("Only tables with this tag.", valueName: "key[=value]")) var tag: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let parts = (tag ?? "").split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let request = ListFeatureTables(tag: tag == nil ? nil : parts[0], value: parts.count > 1 ? parts[1] : nil)
        let tables = try await connection.withClient { try await $0.send(request).tables }
        if connection.json { return try printJSON(tables) }
        printTable(
            ["TABLE", "VERSION", "ROWS", "KEY", "TIME", "FEATURES"],
            tables.map {
                [
                    $0.table.name.description, "\($0.version)", "\($0.rows)",
                    $0.table.keys.primaryKeys.joined(separator: ", "), $0.table.keys.timeKey ?? "",
                    $0.features.joined(separator: ", "),
                ]
            })
    }
}
