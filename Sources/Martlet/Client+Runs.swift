public import Foundation
import MartletAPI
public import MartletDomain

extension Client {
    /// The experiment of that name, made if there is none.
    /// - Returns: Its id.
    public func experimentID(named name: String) async throws -> String {
        do {
            let found: MLflowTracking.GetExperiment = try await mlflow(
                get: "mlflow/experiments/get-by-name", ["experiment_name": name])
            return found.experiment.experiment_id
        } catch ClientError.refused(.resourceDoesNotExist, _) {
            let made: MLflowTracking.CreateExperiment.Response = try await mlflow(
                "POST", "mlflow/experiments/create", MLflowTracking.CreateExperiment(name: name))
            return made.experiment_id
        }
    }

    /// Starts a run, lends it to `body`, and ends it: FINISHED on return, FAILED on throw.
    public func withRun<Result>(
        experiment: String, name: String? = nil, tags: [String: String] = [:],
        _ body: (TrackedRun) async throws -> Result
    ) async throws -> Result {
        let request = MLflowTracking.CreateRun(
            experiment_id: WireText(try await experimentID(named: experiment)), run_name: name,
            start_time: WireInteger(TrackedRun.now),
            tags: tags.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: $0.value) })
        let made: MLflowTracking.CreateRun.Response = try await mlflow("POST", "mlflow/runs/create", request)
        let run = TrackedRun(client: self, id: made.run.info.run_id, artifactURI: made.run.info.artifact_uri)
        do {
            let result = try await body(run)
            try await run.end(.finished)
            return result
        } catch {
            try? await run.end(.failed)
            throw error
        }
    }
}

/// A run under way: what was tried, with what, and how it went.
public struct TrackedRun: Sendable {
    let client: Client
    /// 32 hexadecimal digits.
    public let id: String
    let artifactURI: String

    static var now: Int64 { Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down)) }

    /// A parameter is logged once; again only with the same value.
    public func log(param key: String, _ value: some CustomStringConvertible) async throws {
        try await log(params: [key: value.description])
    }

    public func log(params: [String: String]) async throws {
        try await log(
            MLflowTracking.LogBatch(
                run_id: id, params: params.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: $0.value) }))
    }

    /// - Parameter step: The training step that the value belongs to.
    public func log(metric key: String, _ value: Double, step: Int64 = 0) async throws {
        try await log(metrics: [key: value], step: step)
    }

    /// All of them, or none when any is refused.
    public func log(metrics: [String: Double], step: Int64 = 0) async throws {
        let now = Self.now
        try await log(
            MLflowTracking.LogBatch(
                run_id: id,
                metrics: metrics.sorted { $0.key < $1.key }.map {
                    .init(key: $0.key, value: $0.value, timestamp: now, step: step)
                }))
    }

    public func set(tag key: String, _ value: String) async throws {
        try await log(MLflowTracking.LogBatch(run_id: id, tags: [.init(key: key, value: value)]))
    }

    /// Stores a file under the run's artifacts.
    /// - Parameter path: Where it goes: `plots/roc.svg`. The file's own name when nil.
    public func log(artifact file: URL, as path: String? = nil) async throws {
        try await put(.file(file), path ?? file.lastPathComponent)
    }

    public func log(text: String, as path: String) async throws {
        try await put(.bytes(Data(text.utf8)), path)
    }

    /// Stores a value as JSON, keys sorted.
    public func log(dictionary: some Encodable, as path: String) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try await put(.bytes(try encoder.encode(dictionary)), path)
    }

    /// Records that the run read a table, at exactly that version.
    public func log(input table: TableReference, context: String) async throws {
        let source = "{\"delta_table_name\":\"\(table.name)\",\"delta_table_version\":\"\(table.version)\"}"
        let _: MLflowTracking.Empty = try await client.mlflow(
            "POST", "mlflow/runs/log-inputs",
            MLflowTracking.LogInputs(
                run_id: id,
                datasets: [
                    .init(
                        tags: [.init(key: Run.datasetContextTag, value: context)],
                        dataset: .init(
                            name: table.name.description, digest: "v\(table.version)", source_type: "delta_table",
                            source: source))
                ]))
    }

    func end(_ status: RunStatus) async throws {
        let _: MLflowTracking.UpdateRun.Response = try await client.mlflow(
            "POST", "mlflow/runs/update",
            MLflowTracking.UpdateRun(run_id: id, status: WireText(status.rawValue), end_time: WireInteger(Self.now)))
    }

    private func log(_ batch: MLflowTracking.LogBatch) async throws {
        let _: MLflowTracking.Empty = try await client.mlflow("POST", "mlflow/runs/log-batch", batch)
    }

    private func put(_ body: WireRequest.Body, _ path: String) async throws {
        try await client.put(body, to: artifactURI + "/" + path)
    }
}
