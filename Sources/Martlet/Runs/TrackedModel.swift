public import Foundation
import MartletAPI
public import MartletDomain

/// A logged model while its files are being stored: a model as a run leaves it, before anybody registers it.
public struct TrackedModel: Sendable {
    let client: Client
    /// `m-` and 32 hexadecimal digits.
    public let id: String
    public let name: String
    /// The run that makes it.
    public let runID: String
    /// The model's files.
    public let artifacts: ArtifactFolder

    /// What it is loaded and registered by: `models:/m-…`.
    public var uri: String { "models:/\(id)" }

    /// Logs parameters of the model, a hundred in one request. Again only with the same value.
    public func log(params: [String: any CustomStringConvertible]) async throws {
        let all = params.sorted { $0.key < $1.key }.map { MLflowTracking.Tag(key: $0.key, value: $0.value.description) }
        try await log(all)
    }

    func log(_ params: [MLflowTracking.Tag]) async throws {
        for some in params.inPieces(of: TrackingLimits.paramsPerBatch) {
            let _: MLflowTracking.Empty = try await client.mlflow(
                "POST", "mlflow/logged-models/\(percentEncoded(id))/params",
                MLflowTracking.LoggedModelParams(model_id: id, params: Array(some)), isIdempotent: true)
        }
    }

    /// Logs a measurement of the model to the run that makes it.
    /// - Parameter dataset: What it was measured on.
    public func log(
        metric key: String, _ value: Double, step: Int = 0, at time: Date = .now, dataset: DatasetInput? = nil
    ) async throws {
        try await log(metrics: [key: value], step: step, at: time, dataset: dataset)
    }

    /// Logs measurements of the model to the run that makes it.
    public func log(
        metrics: [String: Double], step: Int = 0, at time: Date = .now, dataset: DatasetInput? = nil
    ) async throws {
        try await client.write(
            LogEntry.metrics(metrics, step: step, at: time.milliseconds, dataset: dataset, modelID: id), run: runID)
    }

    /// Sets tags, in place of those of the same keys.
    public func set(tags: [String: String]) async throws {
        let _: MLflowTracking.Empty = try await client.mlflow(
            "PATCH", "mlflow/logged-models/\(percentEncoded(id))/tags",
            MLflowTracking.LoggedModelTags(
                tags: tags.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: $0.value) }),
            isIdempotent: true)
    }

    /// Takes a tag away.
    public func delete(tag key: String) async throws {
        let _: MLflowTracking.Empty = try await client.mlflow(
            "DELETE", "mlflow/logged-models/\(percentEncoded(id))/tags/\(percentEncoded(key))", MLflowTracking.Empty())
    }

    func finalize(_ status: LoggedModelStatus) async throws {
        let _: MLflowTracking.CreateLoggedModel.Response = try await client.mlflow(
            "PATCH", "mlflow/logged-models/\(percentEncoded(id))",
            MLflowTracking.FinalizeLoggedModel(model_id: id, status: WireText(status.rawValue)), isIdempotent: true)
    }
}

extension TrackedRun {
    /// Makes a logged model, lends it to `body` to store its files, and finalizes it: READY on return, FAILED on throw.
    ///
    /// ```swift
    /// let model = try await run.logModel("forest", params: ["trees": 200]) { model in
    ///     try await model.log(folder: exported)
    /// }
    /// try await client.registerModel("churn", source: model.uri, runID: run.id)
    /// ```
    ///
    /// - Parameters:
    ///   - name: Without `/`, `:`, `.`, `%` and quotes.
    ///   - type: What it is, in words of your own.
    ///   - step: The training step after which it was made.
    /// - Returns: The model, which can still be measured and tagged.
    @discardableResult
    public func logModel(
        _ name: String, type: String? = nil, params: [String: any CustomStringConvertible] = [:],
        tags: [String: String] = [:], step: Int = 0, isolation: isolated (any Actor)? = #isolation,
        _ body: (TrackedModel) async throws -> Void
    ) async throws -> TrackedModel {
        let params = params.sorted { $0.key < $1.key }.map {
            MLflowTracking.Tag(key: $0.key, value: $0.value.description)
        }
        let tags = tags.sorted { $0.key < $1.key }.map { MLflowTracking.Tag(key: $0.key, value: $0.value) }
        let model = try await uncancelled(grace: logger.cancellationGrace) {
            let made: MLflowTracking.CreateLoggedModel.Response = try await client.mlflow(
                "POST", "mlflow/logged-models",
                MLflowTracking.CreateLoggedModel(
                    experiment_id: WireText(experimentID), name: name, model_type: type, source_run_id: id,
                    params: Array(params.prefix(TrackingLimits.paramsPerBatch)), tags: tags))
            let info = made.model.info
            return TrackedModel(
                client: client, id: info.model_id, name: info.name, runID: id,
                artifacts: client.artifacts(at: info.artifact_uri))
        }
        do {
            try await model.log(Array(params.dropFirst(TrackingLimits.paramsPerBatch)))
            try await log(outputModel: model.id, step: step)
            try await body(model)
        } catch {
            // What went wrong first is what the caller must hear.
            try? await uncancelled(grace: logger.cancellationGrace) { try await model.finalize(.uploadFailed) }
            throw error
        }
        try await uncancelled(grace: logger.cancellationGrace) { try await model.finalize(.ready) }
        return model
    }
}
