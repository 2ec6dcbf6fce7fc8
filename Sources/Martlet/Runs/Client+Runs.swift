import Foundation
import MartletAPI
import MartletDomain

extension Client {
    /// The experiment of that name, made if there is none.
    /// - Returns: Its id.
    public func experimentID(named name: String) async throws -> String {
        while true {
            do {
                let found: MLflowTracking.GetExperiment = try await mlflow(
                    get: "mlflow/experiments/get-by-name", ["experiment_name": name])
                return found.experiment.experiment_id
            } catch ClientError.refused(.resourceDoesNotExist, _) {}
            do {
                let made: MLflowTracking.CreateExperiment.Response = try await mlflow(
                    "POST", "mlflow/experiments/create", MLflowTracking.CreateExperiment(name: name),
                    isIdempotent: true)
                return made.experiment_id
            } catch ClientError.refused(.resourceAlreadyExists, _) {
                // Somebody else made it at the same moment, or an answer to this very request was lost.
            }
        }
    }

    /// Starts a run, lends it to `body`, and ends it: FINISHED when this returns, KILLED when the task was cancelled,
    /// FAILED when it throws otherwise.
    ///
    /// Returns only after everything that was logged is on the server, what went through ``TrackedRun/logger``
    /// included.
    ///
    /// - Parameters:
    ///   - experiment: Its name; it is made if there is none. nil takes `MLFLOW_EXPERIMENT_NAME`, else
    ///     `MLFLOW_EXPERIMENT_ID`, else the experiment that always exists.
    ///   - name: The server makes one up when nil.
    ///   - tags: Beside MLflow's own, which say who runs it and from which program: `mlflow.user`,
    ///     `mlflow.source.name`, `mlflow.source.type`. A tag given here is stronger.
    ///   - description: In Markdown; the tag `mlflow.note.content`.
    ///   - systemMetrics: What to record of the machine; nil for nothing.
    ///   - logging: How the run's ``TrackedRun/logger`` queues and sends.
    /// - Throws: What `body` throws, and ``IncompleteRun`` when the server does not have everything.
    public func withRun<Value>(
        experiment: String? = nil, name: String? = nil, tags: [String: String] = [:], description: String? = nil,
        systemMetrics: SystemMetricsOptions? = .fromEnvironment, logging: LoggingOptions = LoggingOptions(),
        isolation: isolated (any Actor)? = #isolation, _ body: (TrackedRun) async throws -> Value
    ) async throws -> Value {
        let settings = RunSettings(name: name, tags: tags, description: description)
        let run = try await uncancelled(grace: logging.cancellationGrace) {
            let id =
                if let experiment { try await experimentID(named: experiment) } else { try await defaultExperimentID() }
            return try await createRun(settings, in: id, logging)
        }
        return try await lend(run, systemMetrics, logging, firstStep: 0, isolation: isolation, body)
    }

    /// Starts a run in an experiment known by its id, lends it to `body`, and ends it as
    /// ``withRun(experiment:name:tags:description:systemMetrics:logging:isolation:_:)`` does.
    public func withRun<Value>(
        experimentID: String, name: String? = nil, tags: [String: String] = [:], description: String? = nil,
        systemMetrics: SystemMetricsOptions? = .fromEnvironment, logging: LoggingOptions = LoggingOptions(),
        isolation: isolated (any Actor)? = #isolation, _ body: (TrackedRun) async throws -> Value
    ) async throws -> Value {
        let settings = RunSettings(name: name, tags: tags, description: description)
        let run = try await uncancelled(grace: logging.cancellationGrace) {
            try await createRun(settings, in: experimentID, logging)
        }
        return try await lend(run, systemMetrics, logging, firstStep: 0, isolation: isolation, body)
    }

    /// Takes up a run that was started before, lends it to `body`, and ends it again.
    ///
    /// - Parameters:
    ///   - runID: 32 hexadecimal digits.
    ///   - name: Renames it, unless nil.
    ///   - tags: Set in addition; what the run says of its source stays.
    /// - Throws: As ``withRun(experiment:name:tags:description:systemMetrics:logging:isolation:_:)``; and
    ///   ``ClientError/refused(_:_:)`` when there is no such run or it is deleted.
    public func withRun<Value>(
        resuming runID: String, name: String? = nil, tags: [String: String] = [:], description: String? = nil,
        systemMetrics: SystemMetricsOptions? = .fromEnvironment, logging: LoggingOptions = LoggingOptions(),
        isolation: isolated (any Actor)? = #isolation, _ body: (TrackedRun) async throws -> Value
    ) async throws -> Value {
        let settings = RunSettings(name: name, tags: tags, description: description)
        let (run, firstStep) = try await uncancelled(grace: logging.cancellationGrace) {
            try await resumeRun(runID, settings, logging)
        }
        return try await lend(run, systemMetrics, logging, firstStep: firstStep, isolation: isolation, body)
    }

    private func defaultExperimentID() async throws -> String {
        let environment = ProcessInfo.processInfo.environment
        if let name = environment["MLFLOW_EXPERIMENT_NAME"], !name.isEmpty {
            return try await experimentID(named: name)
        }
        return environment["MLFLOW_EXPERIMENT_ID"] ?? Experiment.defaultID
    }

    func createRun(
        _ settings: RunSettings, in experimentID: String, _ logging: LoggingOptions
    ) async throws -> TrackedRun {
        let tags = RunContext.current.tags.merging(settings.allTags) { _, given in given }
        let made: MLflowTracking.CreateRun.Response = try await mlflow(
            "POST", "mlflow/runs/create",
            MLflowTracking.CreateRun(
                experiment_id: WireText(experimentID), user_id: tags[Run.userTag], run_name: settings.name,
                start_time: WireInteger(Date.now.milliseconds),
                tags: tags.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: $0.value) }))
        return TrackedRun(client: self, made.run.info, logging)
    }

    /// - Returns: The run, and the step that system metrics go on from.
    private func resumeRun(
        _ id: String, _ settings: RunSettings, _ logging: LoggingOptions
    ) async throws -> (TrackedRun, Int) {
        let _: MLflowTracking.UpdateRun.Response = try await mlflow(
            "POST", "mlflow/runs/update",
            MLflowTracking.UpdateRun(run_id: id, status: WireText(RunStatus.running.rawValue), run_name: settings.name),
            isIdempotent: true)
        try await write(LogEntry.tags(settings.allTags), run: id)
        let found: MLflowTracking.CreateRun.Response = try await mlflow(get: "mlflow/runs/get", ["run_id": id])
        let steps = (found.run.data.metrics ?? []).filter { $0.key?.hasPrefix(SystemMetric.prefix) == true }
            .compactMap { $0.step.flatMap { Int(exactly: $0.value) } }
        let next = steps.max().map { $0 == .max ? $0 : $0 + 1 } ?? 0
        return (TrackedRun(client: self, found.run.info, logging), next)
    }
}

/// What a run is started with.
struct RunSettings: Sendable {
    var name: String?
    var tags: [String: String]
    var description: String?
    /// The run that it is part of.
    var parentID: String?

    var allTags: [String: String] {
        var all = tags
        if let name { all[Run.nameTag] = name }
        if let description { all[TrackedRun.descriptionTag] = description }
        if let parentID { all[TrackedRun.parentTag] = parentID }
        return all
    }
}
