public import MartletAPI

extension Client {
    /// A logged model with its parameters, tags and metrics.
    /// - Parameter id: `m-` and 32 hexadecimal digits.
    public func loggedModel(_ id: String) async throws -> MLflowTracking.LoggedModel {
        let found: MLflowTracking.CreateLoggedModel.Response = try await mlflow(
            get: "mlflow/logged-models/\(percentEncoded(id))", items: [])
        return found.model
    }

    /// Logged models that a filter lets through, a page at a time.
    ///
    /// - Parameters:
    ///   - experiments: Ids of the experiments to look in; at least one.
    ///   - filter: In MLflow's grammar: `metrics.auc > 0.8 AND params.depth = '6'`. Empty lets all through.
    ///   - datasets: Metrics in the filter count only when they were measured on one of these.
    ///   - order: Empty is the newest first.
    ///   - pageSize: How many the server is asked for at a time.
    public func searchLoggedModels(
        in experiments: [String], matching filter: String = "", datasets: [MLflowTracking.LoggedModelDataset] = [],
        orderBy order: [MLflowTracking.LoggedModelOrder] = [], pageSize: Int = 100
    ) -> Paged<MLflowTracking.LoggedModel> {
        Paged { token in
            let answer: MLflowTracking.SearchLoggedModels.Response = try await mlflow(
                "POST", "mlflow/logged-models/search",
                MLflowTracking.SearchLoggedModels(
                    experiment_ids: experiments.map { WireText($0) }, filter: filter.unlessEmpty,
                    datasets: datasets.isEmpty ? nil : datasets, max_results: WireInteger(Int64(pageSize)),
                    order_by: order.isEmpty ? nil : order, page_token: token), isIdempotent: true)
            return .init(answer.models ?? [], nextToken: answer.next_page_token)
        }
    }

    /// Puts a logged model out of sight.
    public func deleteLoggedModel(_ id: String) async throws {
        let _: MLflowTracking.Empty = try await mlflow(
            "DELETE", "mlflow/logged-models/\(percentEncoded(id))", MLflowTracking.Empty())
    }

    /// Sets tags, in place of those with the same keys.
    public func setTags(_ tags: [String: String], ofLoggedModel id: String) async throws {
        let _: MLflowTracking.Empty = try await mlflow(
            "PATCH", "mlflow/logged-models/\(percentEncoded(id))/tags",
            MLflowTracking.LoggedModelTags(tags: wireTags(tags)), isIdempotent: true)
    }

    /// Takes a tag away.
    public func deleteTag(_ key: String, ofLoggedModel id: String) async throws {
        let _: MLflowTracking.Empty = try await mlflow(
            "DELETE", "mlflow/logged-models/\(percentEncoded(id))/tags/\(percentEncoded(key))", MLflowTracking.Empty())
    }
}
