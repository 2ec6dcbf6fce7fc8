public import MartletAPI
public import MartletDomain

extension Client {
    /// Makes a registered model; one that is there already is left as it is.
    public func ensureRegisteredModel(_ name: String) async throws {
        do {
            let _: MLflowRegistry.RegisteredModelAnswer = try await mlflow(
                "POST", "mlflow/registered-models/create", MLflowRegistry.CreateRegisteredModel(name: name))
        } catch ClientError.refused(.resourceAlreadyExists, _) {}
    }

    /// Registers a logged model, or a folder of a run, as the next version.
    /// - Parameter source: `models:/m-…`, `runs:/RUN/path` or `mlflow-artifacts:/path`.
    public func registerModel(
        _ name: String, source: String, runID: String? = nil
    ) async throws -> MLflowRegistry.ModelVersion {
        try await ensureRegisteredModel(name)
        let answer: MLflowRegistry.ModelVersionAnswer = try await mlflow(
            "POST", "mlflow/model-versions/create",
            MLflowRegistry.CreateModelVersion(
                name: name, source: source, run_id: runID ?? source.owner(after: "runs:/"),
                model_id: source.owner(after: "models:/")))
        return answer.model_version
    }

    /// The newest version in each stage, or in those named.
    public func latestVersions(
        of name: String, in stages: [Stage] = []
    ) async throws -> [MLflowRegistry.ModelVersion] {
        let answer: MLflowRegistry.ModelVersionsAnswer = try await mlflow(
            "POST", "mlflow/registered-models/get-latest-versions",
            MLflowRegistry.LatestVersions(name: name, stages: stages.isEmpty ? nil : stages.map(\.rawValue)))
        return answer.model_versions ?? []
    }

    /// Moves a version to a stage, if every gate of the workspace's policy is met.
    /// - Parameter archivingExisting: Whether others in that stage are archived at the same moment.
    @discardableResult
    public func transitionStage(
        of name: String, version: String, to stage: Stage, archivingExisting: Bool = false
    ) async throws -> MLflowRegistry.ModelVersion {
        let answer: MLflowRegistry.ModelVersionAnswer = try await mlflow(
            "POST", "mlflow/model-versions/transition-stage",
            MLflowRegistry.TransitionStage(
                name: name, version: version, stage: stage.rawValue, archive_existing_versions: archivingExisting))
        return answer.model_version
    }

    /// Vouches for a version's files to stand in a stage, in the caller's roles.
    @discardableResult
    public func signOff(
        _ name: String, version: String, for stage: Stage, comment: String? = nil
    ) async throws -> [SignOff] {
        try await send(SignOffVersion(model: name, version: version, stage: stage, comment: comment)).signOffs
    }

    /// Puts a model's monitoring plan on record.
    @discardableResult
    public func setMonitoringPlan(_ plan: MonitoringPlan) async throws -> MonitoringPlan {
        try await send(SetMonitoringPlan(plan))
    }
}

extension String {
    /// The run or logged model that a source names by itself: MLflow's API wants it said beside it.
    fileprivate func owner(after scheme: String) -> String? {
        guard hasPrefix(scheme) else { return nil }
        let rest = dropFirst(scheme.count)
        guard let slash = rest.firstIndex(of: "/") else { return rest.contains("@") ? nil : String(rest) }
        return scheme == "runs:/" ? String(rest[..<slash]) : nil
    }
}
