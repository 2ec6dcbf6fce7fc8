import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a model on a training set, log all that made it, and register it.",
        discussion: """
            Example: martlet train flights.training@0 --holdout flights.holdout@0 --experiment flight-delay --register \
            flight-delay
            """)

    @Argument(help: "The training set, as schema.table@version.") var trainingSet: String
    @Option(help: "A training set of the same recipe that the model does not see; quality is measured on it.")
    var holdout: String?
    @Option(help: "The experiment that gets the run.") var experiment: String
    @Option(help: "The registered model that gets a new version.") var register: String?
    @Option(help: "A column that the model sees. May be given again. Default: every number.") var input: [String] = []
    @Option(help: "Trees of the forest.") var trees = 200
    @Option(help: "Splits from root to leaf at most.") var depth = 8
    @Option(help: "The same seed gives the same model.") var seed = 0
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let specification = TrainingSpecification(
            experiment: experiment, trainingSet: try TableReference(trainingSet),
            holdout: try holdout.map { try TableReference($0) }, inputs: input.isEmpty ? nil : input,
            algorithm: .randomForest(trees: trees, depth: depth, seed: seed), registerAs: register)
        let model = try await connection.withClient { try await $0.send(TrainModel(specification)) }
        if connection.json { return try printJSON(model) }
        print("Trained \(model.modelID) in run \(model.runID), on \(model.inputs.count) columns")
        printTable(["METRIC", "VALUE"], model.metrics.sorted { $0.key < $1.key }.map { [$0.key, fixed($0.value)] })
        if let register, let version = model.registeredVersion { print("Registered \(register)/\(version)") }
    }
}

/// A figure with four digits after the point.
func fixed(_ value: Double) -> String { String(format: "%.4f", value) }

struct GateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gate",
        abstract: "Measure a registered version on rows it has not seen, and record whether it passes.",
        discussion: """
            Exit codes: 0 passed, 1 failed, 2 could not be evaluated. The figure is computed from the sealed files; it cannot \
            be handed in.

            Example: martlet gate flight-delay/1 --on flights.holdout@0 --min-auc 0.78
            """)

    @Argument(help: "The version, as name/version.") var version: String
    @Option(help: "The rows to measure on: a training set of the model's recipe, as schema.table@version.") var on:
        String
    @Option(help: "The least area under the ROC curve.") var minAuc: Double
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let id = try ModelVersion.ID(text: version)
        let request = EvaluateGate(
            model: id.name, version: String(id.version), on: try TableReference(on), minimumAreaUnderROC: minAuc)
        let result = try await connection.withClient { try await $0.send(request) }
        if connection.json { try printJSON(result) } else { print(result.sentence) }
        switch result.outcome {
        case .passed: break
        case .failed: throw ExitCode(1)
        case .couldNotBeEvaluated: throw ExitCode(2)
        }
    }
}

extension GateResult {
    var sentence: String {
        switch outcome {
        case .passed:
            "PASSED: \(version) has \(metric) \(fixed(value ?? .nan)) on \(table), at least \(minimum) was asked."
        case .failed: "FAILED: \(version) has \(metric) \(fixed(value ?? .nan)) on \(table), and \(minimum) was asked."
        case .couldNotBeEvaluated: "COULD NOT BE EVALUATED: \(reason ?? "no reason given")"
        }
    }
}

extension ModelVersion.ID {
    /// Reads `name/version`.
    init(text: String) throws {
        guard let slash = text.lastIndex(of: "/"), slash > text.startIndex,
            let version = Int64(text[text.index(after: slash)...]), version > 0
        else { throw ValidationError("'\(text)' is not a model version: write name/version, as flight-delay/1.") }
        self.init(name: String(text[..<slash]), version: version)
    }
}
