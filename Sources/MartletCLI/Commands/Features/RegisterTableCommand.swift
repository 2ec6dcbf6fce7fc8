import ArgumentParser
import Martlet
import MartletAPI

struct RegisterTableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Make a feature table of a table that is there, under its own name.",
        discussion: """
            Every row must have a key of its own. Dropped again, the table keeps its rows.

            Example: martlet features register flights.weather --key origin --time-key time_hour
            """)

    @OptionGroup var options: FeatureTableOptions
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let declaration = try options.declaration()
        let summary = try await connection.withClient { try await $0.send(RegisterFeatureTable(declaration)) }
        if connection.json { return try printJSON(summary) }
        show(summary)
    }
}
