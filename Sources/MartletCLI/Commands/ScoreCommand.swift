import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

struct ScoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Score a span of rows by a stage or alias, and append the predictions to a table.",
        discussion: """
            Example: martlet score models:/flight-delay/Production --from 2013-08-01 --to 2013-09-01 --into flights.predictions
            """)

    @Argument(help: "The model, as models:/name/Stage or models:/name@alias.") var model: String
    @Option(help: "The first moment, as 2013-08-01 or with a time (UTC).") var from: String
    @Option(help: "The moment after the last.") var to: String
    @Option(help: "The predictions table.") var into: String
    @Option(help: ArgumentHelp("Why it does not matter that views have changed.", valueName: "reason"))
    var allowDrift: String?
    @Flag(help: "Take a version by its number, models:/NAME/VERSION, because history is meant.") var history = false
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = ScoreBatch(
            modelURI: model, from: try Instant(from), to: try Instant(to), predictions: try TableName(into),
            allowDrift: allowDrift, history: history ? true : nil)
        let done = try await connection.withClient { try await $0.send(request) }
        if connection.json { return try printJSON(done) }
        print("\(done.rowCount) rows scored by \(done.model)/\(done.modelVersion) into \(done.predictions)")
    }
}
