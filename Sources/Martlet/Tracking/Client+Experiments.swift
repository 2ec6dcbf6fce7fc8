public import MartletAPI
public import MartletDomain

extension Client {
    /// Makes an experiment.
    ///
    /// - Parameters:
    ///   - artifactLocation: Where its runs' files go; nil lets the server choose.
    /// - Returns: Its id.
    /// - Throws: ``ClientError/refused(_:_:)`` with `resourceAlreadyExists` when the name is taken, by a deleted one too.
    public func createExperiment(
        _ name: String, artifactLocation: String? = nil, tags: [String: String] = [:]
    ) async throws -> String {
        let made: MLflowTracking.CreateExperiment.Response = try await mlflow(
            "POST", "mlflow/experiments/create",
            MLflowTracking.CreateExperiment(name: name, artifact_location: artifactLocation, tags: wireTags(tags)))
        return made.experiment_id
    }

    /// An experiment by its id, a deleted one too.
    public func experiment(_ id: String) async throws -> MLflowTracking.Experiment {
        let found: MLflowTracking.GetExperiment = try await mlflow(get: "mlflow/experiments/get", ["experiment_id": id])
        return found.experiment
    }

    /// An experiment by its name, a deleted one too.
    public func experiment(named name: String) async throws -> MLflowTracking.Experiment {
        let found: MLflowTracking.GetExperiment = try await mlflow(
            get: "mlflow/experiments/get-by-name", ["experiment_name": name])
        return found.experiment
    }

    /// Experiments that a filter lets through, a page at a time.
    ///
    /// - Parameters:
    ///   - filter: In MLflow's grammar: `name LIKE 'churn%' AND tags.team = 'risk'`. Empty lets all through.
    ///   - order: Such as `name ASC` or `last_update_time DESC`. Empty is newest first.
    ///   - pageSize: How many the server is asked for at a time.
    public func searchExperiments(
        matching filter: String = "", orderBy order: [String] = [], view: ViewType = .activeOnly, pageSize: Int = 1_000
    ) -> Paged<MLflowTracking.Experiment> {
        Paged { token in
            let answer: MLflowTracking.SearchExperiments.Response = try await mlflow(
                "POST", "mlflow/experiments/search",
                MLflowTracking.SearchExperiments(
                    max_results: WireInteger(Int64(pageSize)), page_token: token, filter: filter.unlessEmpty,
                    order_by: order.isEmpty ? nil : order, view_type: WireText(view.rawValue)), isIdempotent: true)
            return .init(answer.experiments ?? [], nextToken: answer.next_page_token)
        }
    }

    /// Gives an experiment another name, which no other has, deleted ones included.
    public func renameExperiment(_ id: String, to name: String) async throws {
        let _: MLflowTracking.Empty = try await mlflow(
            "POST", "mlflow/experiments/update",
            MLflowTracking.UpdateExperiment(experiment_id: WireText(id), new_name: name))
    }

    /// Puts an experiment and its runs out of sight. ``restoreExperiment(_:)`` brings them back.
    public func deleteExperiment(_ id: String) async throws {
        let _: MLflowTracking.Empty = try await mlflow(
            "POST", "mlflow/experiments/delete", MLflowTracking.ExperimentID(experiment_id: WireText(id)))
    }

    /// Brings a deleted experiment back, with the runs that were deleted with it.
    public func restoreExperiment(_ id: String) async throws {
        let _: MLflowTracking.Empty = try await mlflow(
            "POST", "mlflow/experiments/restore", MLflowTracking.ExperimentID(experiment_id: WireText(id)))
    }

    /// Sets a tag, in place of one with the same key.
    public func setTag(_ key: String, _ value: String, ofExperiment id: String) async throws {
        let _: MLflowTracking.Empty = try await mlflow(
            "POST", "mlflow/experiments/set-experiment-tag",
            MLflowTracking.ExperimentTag(experiment_id: WireText(id), key: key, value: value), isIdempotent: true)
    }

    /// Takes a tag away.
    public func deleteTag(_ key: String, ofExperiment id: String) async throws {
        let _: MLflowTracking.Empty = try await mlflow(
            "POST", "mlflow/experiments/delete-experiment-tag",
            MLflowTracking.ExperimentTag(experiment_id: WireText(id), key: key))
    }
}
