import DeltaLake
import Foundation
package import MartletDomain
import Metadata
import ModelRuntime
import QueryEngine

extension Models {
    /// Trains a model on a training set, logs it as a run with everything that made it, and registers it if asked to.
    ///
    /// The run ends FINISHED, or FAILED with nothing registered when anything goes wrong after it began.
    package func train(_ specification: TrainingSpecification, by caller: Caller) async throws -> TrainedModel {
        let trainingSet = try await features.trainingSet(specification.trainingSet)
        let holdout = try await holdoutRows(
            specification.holdout, like: trainingSet, inputs: specification.inputs)
        let training = try await rows(of: trainingSet, inputs: specification.inputs)
        let experiment = try await tracking.experimentID(named: specification.experiment, by: caller)
        let run = try await tracking.createRun(in: experiment, name: specification.runName, by: caller)
        do {
            let trained = try await train(specification, training, holdout, in: run.info, by: caller)
            try await tracking.updateRun(
                run.info.id, status: .finished, endTime: store.clock.now, by: caller)
            return trained
        } catch {
            // What went wrong first is what the caller must hear.
            _ = try? await tracking.updateRun(run.info.id, status: .failed, endTime: store.clock.now, by: caller)
            throw error
        }
    }

    private func train(
        _ specification: TrainingSpecification, _ training: LabelledRows, _ holdout: LabelledRows?, in run: Run.Info,
        by caller: Caller
    ) async throws -> TrainedModel {
        let parameters = specification.algorithm.parameters(threads: threads)
        try await tracking.logBatch(run: run.id, params: params(specification, training, parameters), by: caller)
        try await logInputs(training, holdout, run: run.id, by: caller)
        let model = try await offTheCooperativePool {
            try XGBoostModel.train(training.matrix, labels: training.labels.map { $0 ? 1 : 0 }, parameters: parameters)
        }
        let measured = holdout ?? training
        let scores = try model.predict(measured.matrix.selecting(training.matrix.columnNames))
        let quality = try BinaryClassificationMetrics(scores: scores, labels: measured.labels)
        let metrics = quality.named(prefix: holdout == nil ? "train_" : "")
        let now = store.clock.now
        try await tracking.logBatch(
            run: run.id, metrics: metrics.sorted { $0.key < $1.key }.map { Metric($0.key, $0.value, timestamp: now) },
            by: caller)
        try await logPlots(scores, measured.labels, to: run.artifactURI, by: caller)

        let card = ModelCard(
            recipe: training.set.recipe, inputs: training.matrix.columnNames, trainingSet: training.set.table)
        try await artifacts.write(
            Data(try canonicalText(card).utf8), to: run.artifactURI + "/feature_schema.json", by: caller)
        let packed = try await features.pack(training.set, inputs: card.inputs)
        let (modelID, digest) = try await log(
            model, card, packed, example: training.matrix.prefix(5), run: run, by: caller)
        try await record(specification, card, runID: run.id, modelID: modelID, digest: digest, by: caller)
        let version = try await register(specification.registerAs, modelID: modelID, runID: run.id, by: caller)
        return TrainedModel(
            runID: run.id, modelID: modelID, inputs: card.inputs, metrics: metrics, registeredVersion: version)
    }

    private func params(
        _ specification: TrainingSpecification, _ training: LabelledRows, _ parameters: XGBoostParameters
    ) async throws -> [KeyedText] {
        let set = training.set
        let inputs = try await datasets.version(set.table)?.inputs ?? []
        let facts = [
            ("training_set", set.table.description),
            ("training_rows", "\(training.matrix.rowCount)"),
            ("holdout", specification.holdout?.description ?? "none"),
            ("source_tables", inputs.map(\.description).joined(separator: " ")),
            ("window_start", Instant(microseconds: set.window.start).description),
            ("window_end", Instant(microseconds: set.window.end).description),
            ("cut_off", set.knownAt.map { Instant(microseconds: $0).description } ?? "none"),
            ("feature_set", set.recipe.featureSet),
            ("label", set.recipe.label),
        ]
        let settings = parameters.settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return (facts + settings).map { KeyedText($0.0, $0.1) }
    }

    private func logInputs(
        _ training: LabelledRows, _ holdout: LabelledRows?, run: String, by caller: Caller
    ) async throws {
        let inputs = [(training, "train")] + (holdout.map { [($0, "eval")] } ?? [])
        let datasets = try inputs.map { rows, context in
            DatasetInput(
                name: rows.set.table.name.description, digest: "v\(rows.set.table.version)", sourceType: "delta_table",
                source: try canonicalText([
                    "delta_table_name": rows.set.table.name.description,
                    "delta_table_version": "\(rows.set.table.version)",
                ]),
                tags: [KeyedText(Run.datasetContextTag, context)])
        }
        try await tracking.logInputs(run: run, datasets: datasets, by: caller)
    }

    private func logPlots(
        _ scores: [Float], _ labels: [Bool], to artifactURI: String, by caller: Caller
    ) async throws {
        // With one class only there is no curve to draw, and the metrics say so by being absent.
        guard let curve = try rocCurve(scores: scores, labels: labels, dropsCollinear: true) else { return }
        let plots = [
            ("roc.svg", rocPlot(curve)),
            ("calibration.svg", calibrationPlot(try calibrationCurve(scores: scores, labels: labels))),
        ]
        for (name, svg) in plots {
            try await artifacts.write(Data(svg.utf8), to: artifactURI + "/plots/" + name, by: caller)
        }
    }

    /// Stores the model as a logged model of the run, in MLflow's own format.
    /// - Returns: Its id, and the digest of its files as a version of them is sealed with.
    private func log(
        _ model: XGBoostModel, _ card: ModelCard, _ packed: PackedFeatures, example: FeatureMatrix, run: Run.Info,
        by caller: Caller
    ) async throws -> (id: String, digest: String) {
        let logged = try await tracking.createLoggedModel(
            in: run.experimentID, name: "model", sourceRunID: run.id, by: caller)
        let folder = scratch.appending(path: logged.id)
        defer { try? FileManager.default.removeItem(at: folder) }
        let identity = ModelIdentity(modelID: logged.id, runID: run.id, artifactPath: logged.artifactURI)
        _ = try MLflowModelDirectory.write(model, to: folder, example: example, identity: identity)
        try Data(canonicalText(card).utf8).write(to: folder.appending(path: ModelCard.fileName))
        for (name, text) in try packed.files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        let digest = Artifacts.lineDigest(of: try artifacts.hashes.files(under: folder.path).files)
        try await artifacts.write(folder: folder, to: logged.artifactURI, by: caller)
        _ = try await tracking.finalizeLoggedModel(logged.id, as: .ready, by: caller)
        try await tracking.logOutputs(run: run.id, models: [ModelOutput(logged.id, step: 0)], by: caller)
        return (logged.id, digest)
    }

    private func record(
        _ specification: TrainingSpecification, _ card: ModelCard, runID: String, modelID: String, digest: String,
        by caller: Caller
    ) async throws {
        let action = AuditAction(
            "models", "train",
            ["run_id": runID, "model_id": modelID, "training_set": card.trainingSet.description])
        let (text, inputs) = (try canonicalText(specification), try canonicalText(card.inputs))
        let rows = try await datasets.snapshot(card.trainingSet).relation
        let content = try await datasets.engine.withSession { session in
            try canonicalText(ContentDigest.content(of: "SELECT * FROM \(rows)", session))
        }
        try await store.change(action, by: caller) { db in
            try db.execute(
                """
                INSERT INTO trained_models
                    (run_id, model_id, training_table, training_version, specification, inputs, content, files_digest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(runID), .text(modelID), .text(card.trainingSet.name.description),
                    .integer(card.trainingSet.version), .text(text), .text(inputs), .text(content),
                    .text(digest),
                ])
        }
    }

    private func register(
        _ name: String?, modelID: String, runID: String, by caller: Caller
    ) async throws -> String? {
        guard let name else { return nil }
        try await registry.ensureModel(name, by: caller)
        let version = try await registry.createVersion(
            of: name, source: "models:/\(modelID)", runID: runID, by: caller)
        return String(version.id.version)
    }

    /// How the model of a run was trained; nil if it was not trained here.
    package func specification(ofRun runID: String) async throws -> TrainingSpecification? {
        let text = try await store.read { db in
            try db.row("SELECT specification FROM trained_models WHERE run_id = ?", [.text(runID)])?.text(
                "specification")
        }
        return try text.map { try decoded(TrainingSpecification.self, from: $0) }
    }
}

extension TrainingSpecification.Algorithm {
    fileprivate func parameters(threads: Int) -> XGBoostParameters {
        switch self {
        case .randomForest(let trees, let depth, let seed):
            .randomForest(trees: trees, depth: depth, maxBins: 64, seed: seed, threads: threads)
        case .gradientBoosting(let rounds, let depth, let learningRate, let seed):
            .gradientBoosting(rounds: rounds, depth: depth, learningRate: learningRate, seed: seed, threads: threads)
        }
    }
}

extension BinaryClassificationMetrics {
    /// The figures that are defined for these rows, by the names that runs log.
    func named(prefix: String = "") -> [String: Double] {
        let figures = ["auc": auc, "f1": f1, "log_loss": logLoss, "accuracy": accuracy]
        return Dictionary(uniqueKeysWithValues: figures.compactMap { name, value in value.map { (prefix + name, $0) } })
    }
}

extension Date {
    /// Since 1970 UTC.
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1_000).rounded(.down)) }
}
