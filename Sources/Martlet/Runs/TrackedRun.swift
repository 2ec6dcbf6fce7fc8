public import Foundation
import MartletAPI
public import MartletDomain

/// A run under way: what was tried, with what, and how it went.
///
/// What is logged here is on the server's disk when the call returns. ``logger`` does not wait for that.
public struct TrackedRun: Sendable {
    let client: Client
    /// 32 hexadecimal digits.
    public let id: String
    public let name: String
    public let experimentID: String
    /// The run's files.
    public let artifacts: ArtifactFolder
    /// Logs without waiting for the server.
    public let logger: RunLogger

    static let parentTag = "mlflow.parentRunId"
    static let descriptionTag = "mlflow.note.content"

    init(client: Client, _ info: MLflowTracking.RunInfo, _ logging: LoggingOptions) {
        (self.client, id, name, experimentID) = (client, info.run_id, info.run_name, info.experiment_id)
        artifacts = client.artifacts(at: info.artifact_uri)
        logger = RunLogger(
            queue: LogQueue(runID: info.run_id, capacity: logging.capacity),
            cancellationGrace: logging.cancellationGrace)
    }

    /// Starts a run within this one, lends it to `body`, and ends it as
    /// ``Client/withRun(experiment:name:tags:description:systemMetrics:logging:isolation:_:)`` does.
    ///
    /// Runs within runs may go on at once. Each ends as its own body does; a failed one fails this one only if it
    /// throws through this run's body.
    public func withRun<Value>(
        name: String? = nil, tags: [String: String] = [:], description: String? = nil,
        logging: LoggingOptions = LoggingOptions(), isolation: isolated (any Actor)? = #isolation,
        _ body: (TrackedRun) async throws -> Value
    ) async throws -> Value {
        let settings = RunSettings(name: name, tags: tags, description: description, parentID: id)
        let run = try await uncancelled(grace: logging.cancellationGrace) {
            try await client.createRun(settings, in: experimentID, logging)
        }
        return try await client.lend(run, nil, logging, firstStep: 0, isolation: isolation, body)
    }

    /// Logs a parameter. Again only with the same value.
    public func log(param key: String, _ value: some CustomStringConvertible) async throws {
        try await log(params: [key: value])
    }

    /// Logs parameters, a hundred in one request; all of a request, or none of it.
    public func log(params: [String: any CustomStringConvertible]) async throws {
        try await log(LogEntry.params(params))
    }

    /// Logs a measurement, as of now unless `time` says otherwise.
    ///
    /// - Parameters:
    ///   - step: The training step that the value belongs to.
    ///   - dataset: What it was measured on.
    ///   - model: The logged model that was measured.
    public func log(
        metric key: String, _ value: Double, step: Int = 0, at time: Date = .now, dataset: DatasetInput? = nil,
        model: TrackedModel? = nil
    ) async throws {
        try await log(metrics: [key: value], step: step, at: time, dataset: dataset, model: model)
    }

    /// Logs a measurement that is a `Float` or any other number.
    public func log(
        metric key: String, _ value: some BinaryFloatingPoint, step: Int = 0, at time: Date = .now,
        dataset: DatasetInput? = nil, model: TrackedModel? = nil
    ) async throws {
        try await log(metrics: [key: Double(value)], step: step, at: time, dataset: dataset, model: model)
    }

    /// Logs several measurements of one step, a thousand in one request; all of a request, or none of it.
    public func log(
        metrics: [String: Double], step: Int = 0, at time: Date = .now, dataset: DatasetInput? = nil,
        model: TrackedModel? = nil
    ) async throws {
        try await log(
            LogEntry.metrics(metrics, step: step, at: time.milliseconds, dataset: dataset, modelID: model?.id))
    }

    /// Sets a tag, in place of one of the same key.
    public func set(tag key: String, _ value: String) async throws { try await set(tags: [key: value]) }

    /// Sets tags, a hundred in one request; all of a request, or none of it.
    public func set(tags: [String: String]) async throws { try await log(LogEntry.tags(tags)) }

    /// Takes a tag away.
    /// - Throws: ``ClientError/refused(_:_:)`` when there is none.
    public func delete(tag key: String) async throws {
        let _: MLflowTracking.Empty = try await client.mlflow(
            "POST", "mlflow/runs/delete-tag", MLflowTracking.LogText(run_id: id, key: key))
    }

    /// Logs entries that are made already, such as a history from elsewhere, in order and in as many requests as it
    /// takes.
    public func log(_ entries: [LogEntry]) async throws { try await client.write(entries, run: id) }

    func end(_ status: RunStatus) async throws {
        let _: MLflowTracking.UpdateRun.Response = try await client.mlflow(
            "POST", "mlflow/runs/update",
            MLflowTracking.UpdateRun(
                run_id: id, status: WireText(status.rawValue), end_time: WireInteger(Date.now.milliseconds)),
            isIdempotent: true)
    }
}
