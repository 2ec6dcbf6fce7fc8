import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

struct PredictionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predictions",
        abstract: "List predictions of a span of time, highest score first.",
        discussion: "Example: martlet predictions flights.predictions --from 2013-12-01 --to 2014-01-01")

    @Argument(help: "The predictions table.") var table: String
    @Option(help: "The first moment, as 2013-12-01 or with a time (UTC).") var from: String
    @Option(help: "The moment after the last.") var to: String
    @Option(help: "How many, 1,000 at most.") var limit = 10
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = FindPredictions(
            table: try TableName(table), from: try Instant(from), to: try Instant(to), limit: limit)
        let found = try await connection.withClient { try await $0.send(request).predictions }
        if connection.json { return try printJSON(found) }
        printTable(["PREDICTION", "AS OF", "SCORE"], found.map { [$0.id, $0.asOf.description, fixed($0.score)] })
    }
}
