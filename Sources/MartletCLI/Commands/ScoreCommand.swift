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
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = ScoreBatch(
            modelURI: model, from: try Instant(from), to: try Instant(to), predictions: try TableName(into),
            allowDrift: allowDrift)
        let done = try await connection.withClient { try await $0.send(request) }
        if connection.json { return try printJSON(done) }
        print("\(done.rowCount) rows scored by \(done.model)/\(done.modelVersion) into \(done.predictions)")
    }
}

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Say why a prediction was made, and make it again from what was recorded.",
        discussion: """
            Exit codes: 0 replayed bit for bit; 1 the replay differs.

            Example: martlet why 8d0f5a7c21b4-91e2a3b4c5d6e7f8
            """)

    @Argument(help: "The prediction's id, from the predictions table.") var prediction: String
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let found = try await connection.withClient { try await $0.send(ExplainPrediction(predictionID: prediction)) }
        if connection.json { try printJSON(found) } else { print(harmlessLines(found.text)) }
        if !found.isReplayed { throw ExitCode(1) }
    }
}

extension PredictionExplanation {
    /// The whole answer, for people.
    var text: String {
        var lines = [
            "Prediction \(predictionID)",
            "  row            \(key.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")), as of \(asOf)",
            "  score          \(score)\(outcome.map { ", and it came \($0 ? "true" : "out otherwise")" } ?? ", outcome not known")",
            "  model          \(scoring.model)/\(scoring.modelVersion), asked for as \(scoring.modelURI)",
            "                 files sha256:\(scoring.artifactDigest)",
            "  trained        in run \(trainingRunID), on \(trainingSet)",
            "                 computed from \(trainingInputs.map(\.description).joined(separator: ", "))",
            "  registered by  \(registeredBy)",
        ]
        lines += signOffs.map {
            "  signed off     for \($0.stage.rawValue) by \($0.user) (\($0.role.rawValue)), \(formatted(milliseconds: $0.at))"
        }
        lines += stageChanges.compactMap { change in
            change.to.map {
                "  moved          to \($0.rawValue) by \(change.by), \(formatted(milliseconds: change.at))"
            }
        }
        lines.append(
            monitoring.map {
                "  monitoring     \($0.datasetDrift ? "drift" : "no drift") in \($0.window.monthText): "
                    + "\($0.driftedFeatures.count) of \($0.featureCount) columns"
                    + ($0.areaUnderROC.map { ", AUC \(fixed($0))" } ?? "")
            } ?? "  monitoring     no check had been made before that moment")
        lines.append("  scored         \(formatted(milliseconds: scoring.scoredAt)) by \(scoring.scoredBy)")
        lines.append("  features as of then:")
        let width = features.map(\.name.count).max() ?? 0
        for feature in features {
            let value = feature.value.map { "\($0)" } ?? "missing"
            let name = feature.name.padding(toLength: width, withPad: " ", startingAt: 0)
            let origin = [feature.view, feature.table?.description].compactMap { $0 }.joined(separator: ", ")
            lines.append(
                "    \(name)  \(value.padding(toLength: max(20, value.count), withPad: " ", startingAt: 0))  "
                    + "\(feature.kind) from \(origin)"
                    + (feature.isReplayed ? "" : "  REPLAYED AS \(feature.replayed.map { "\($0)" } ?? "missing")"))
        }
        lines.append(
            isReplayed
                ? "  replay         the recorded versions give the same \(features.count) features and the same score, bit for bit"
                : "  replay         DIFFERS: the recorded versions give the score \(replayedScore)")
        return lines.joined(separator: "\n")
    }
}

extension TimeWindow {
    fileprivate var monthText: Substring { Instant(microseconds: start).description.prefix(7) }
}
