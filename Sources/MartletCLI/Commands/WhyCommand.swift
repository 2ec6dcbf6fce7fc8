import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain
import Platform

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Say why a prediction was made, and make it again from what was recorded.",
        discussion: """
            Exit codes: 0 replayed bit for bit; 1 the replay differs; 2 it could not be done.

            Examples:
                martlet why 8d0f5a7c21b4-0000002a3b4c5d6e
                martlet why 8d0f5a7c21b4-0000002a3b4c5d6e --html why.html
            """)

    @Argument(help: "The prediction's id, from the predictions table.") var prediction: String
    @Option(help: "Write a page that needs nothing else to this file.") var html: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let found = try await connection.withClient { try await $0.explainPrediction(prediction) }
        if let html { try writePage(whyPage(found), to: html) }
        if connection.json { try printJSON(found) } else { print(harmlessLines(found.text)) }
        switch found.replay.outcome {
        case .equal: return
        case .differs: throw ExitCode(1)
        case .impossible: throw ExitCode(2)
        }
    }
}

extension PredictionExplanation {
    /// The whole answer, for people.
    var text: String {
        var lines = head
        for part in [model, approvals, featureLines, sourceLines, contributionLines, replayLines] { lines += part }
        for gap in gaps { lines.append("  not known      \(gap)") }
        return lines.joined(separator: "\n")
    }

    private var head: [String] {
        let row = key.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return [
            "Prediction \(predictionID)",
            "  row            \(row), as of \(asOf)",
            "  score          \(score.map { "\($0)" } ?? "the model ran elsewhere")\(outcome.map { ", and it came \($0 ? "true" : "out otherwise")" } ?? ", outcome not known")",
            "  scored         \(formatted(milliseconds: work.scoredAt)) by \(work.scoredBy)"
                + (work.environment.map { ", XGBoost \($0.library) on \($0.processor)" } ?? ""),
        ]
    }

    private var model: [String] {
        var lines = [
            "  model          \(work.model)/\(work.modelVersion), asked for as \(work.modelURI)"
                + (stage.map { ", then in \($0.rawValue)" } ?? ""),
            "                 files sha256:\(work.artifactDigest)\(seal.map { ", \($0.state.rawValue)" } ?? "")",
        ]
        lines += (seal?.problems ?? []).map { "                 \($0)" }
        lines.append("  trained        in run \(trainingRunID), on \(trainingSet)")
        if let content = trainingContent {
            lines.append("                 \(content.rowCount) rows, sha256:\(content.hash)")
        }
        if !trainingInputs.isEmpty {
            lines.append("                 computed from \(trainingInputs.map(\.description).joined(separator: ", "))")
        }
        if let code, let commit = code.commit {
            let state = code.isDirty.map { $0 ? ", with changes that are in no commit" : ", nothing changed" } ?? ""
            lines.append("  program        commit \(commit)\(state)\(code.source.map { ", \($0)" } ?? "")")
        }
        return lines
    }

    private var approvals: [String] {
        var lines = ["  registered by  \(registeredBy)"]
        lines += signOffs.map {
            "  signed off     for \($0.stage.rawValue) by \($0.user) (\($0.role.rawValue)), \(formatted(milliseconds: $0.at))"
        }
        lines += stageChanges.compactMap { change in
            change.to.map {
                "  moved          to \($0.rawValue) by \(change.by), \(formatted(milliseconds: change.at))"
            }
        }
        if let policyDigest { lines.append("  policy         sha256:\(policyDigest)") }
        lines.append(
            monitoring.map {
                "  monitoring     \($0.datasetDrift ? "drift" : "no drift") in \($0.window.monthText): "
                    + "\($0.driftedFeatures.count) of \($0.featureCount) columns"
                    + ($0.areaUnderROC.map { ", AUC \(fixed($0))" } ?? "")
            } ?? "  monitoring     no check had been made before that moment")
        return lines
    }

    private var featureLines: [String] {
        let width = features.map(\.name.count).max() ?? 0
        return ["  features as of then, with their places among the training rows:"]
            + features.map { feature in
                let value = feature.value.map { "\($0)" } ?? "missing"
                let origin = [feature.view, feature.table?.description].compactMap { $0 }.joined(separator: ", ")
                return
                    "    \(feature.name.padded(to: width))  \(value.padded(to: 20))  \(feature.placeText.padded(to: 9))  "
                    + "\(feature.kind) from \(origin)"
                    + (feature.isReplayed || replay.score == nil
                        ? "" : "  REPLAYED AS \(feature.replayed.map { "\($0)" } ?? "missing")")
            }
    }

    private var sourceLines: [String] {
        guard !sourceRows.isEmpty else { return [] }
        return ["  rows behind them:"]
            + sourceRows.map { rows in
                let key = rows.key.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
                let span = rows.earliest.flatMap { first in rows.latest.map { ", \(first) to \($0)" } } ?? ""
                let place = rows.newestRow.map { ", newest in \($0.file) row \($0.row)" } ?? ""
                return "    \(rows.view): \(rows.rowCount) rows of \(rows.table) with \(key)\(span)\(place)"
            }
    }

    private var contributionLines: [String] {
        guard let contributions else { return [] }
        let used = contributions.ordered.filter { $0.value != 0 }
        let width = used.map(\.feature.count).max() ?? 0
        let (start, end) = (fixed(contributions.bias), fixed(contributions.margin))
        var lines = ["  what moved it (log-odds; \(start) to begin with, \(end) in all):"]
        for part in used.prefix(10) {
            let sign = part.value < 0 ? "−" : "+"
            lines.append("    \(part.feature.padded(to: width))  \(sign)\(fixed(abs(part.value)))")
        }
        if used.count > 10 { lines.append("    and \(used.count - 10) smaller") }
        return lines
    }

    private var replayLines: [String] {
        let head =
            switch replay.outcome {
            case .equal:
                "the recorded versions give the same \(features.count) features and the same score, bit for bit"
            case .differs: "DIFFERS: \(replay.differences.joined(separator: "; "))"
            case .impossible: "COULD NOT BE DONE"
            }
        return ["  replay         \(head)"]
            + replay.causes.map { "                 \($0.kind.rawValue): \($0.words)" }
    }
}

extension PredictionExplanation.FeatureValue {
    /// `q 0.93`, `outside` or nothing.
    fileprivate var placeText: String {
        guard let reference else { return "" }
        if reference.isOutside(value) { return "outside" }
        return reference.quantile.map { String(format: "q %.3f", $0) } ?? ""
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        padding(toLength: max(width, count), withPad: " ", startingAt: 0)
    }
}

extension TimeWindow {
    fileprivate var monthText: Substring { Instant(microseconds: start).description.prefix(7) }
}
