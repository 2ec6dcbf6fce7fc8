public import MartletAPI
public import MartletDomain

extension Client {
    /// A run with its parameters, tags, inputs and outputs, and of each metric the latest value; a deleted one too.
    public func run(_ id: String) async throws -> MLflowTracking.Run {
        let found: MLflowTracking.CreateRun.Response = try await mlflow(get: "mlflow/runs/get", ["run_id": id])
        return found.run
    }

    /// Runs that a filter lets through, a page at a time.
    ///
    /// - Parameters:
    ///   - experiments: Ids of the experiments to look in.
    ///   - filter: In MLflow's grammar: `metrics.auc > 0.8 AND params.depth = '6'`. Empty lets all through.
    ///   - order: Such as `metrics.auc DESC` or `attributes.start_time ASC`. Empty is the latest started first.
    ///   - pageSize: How many the server is asked for at a time.
    public func searchRuns(
        in experiments: [String], matching filter: String = "", orderBy order: [String] = [],
        view: ViewType = .activeOnly, pageSize: Int = 1_000
    ) -> Paged<MLflowTracking.Run> {
        Paged { token in
            let answer: MLflowTracking.SearchRuns.Response = try await mlflow(
                "POST", "mlflow/runs/search",
                MLflowTracking.SearchRuns(
                    experiment_ids: experiments.map { WireText($0) }, filter: filter.unlessEmpty,
                    run_view_type: WireText(view.rawValue), max_results: WireInteger(Int64(pageSize)),
                    order_by: order.isEmpty ? nil : order, page_token: token), isIdempotent: true)
            return .init(answer.runs ?? [], nextToken: answer.next_page_token)
        }
    }

    /// Every measurement of one metric of a run, by time, then step, then value.
    public func metricHistory(
        _ key: String, ofRun id: String, pageSize: Int = 10_000
    ) -> Paged<MLflowTracking.Metric> {
        Paged { token in
            let answer: MLflowTracking.MetricHistory = try await mlflow(
                get: "mlflow/metrics/get-history",
                items: [("run_id", id), ("metric_key", key), ("max_results", "\(pageSize)"), ("page_token", token)])
            return .init(answer.metrics ?? [], nextToken: answer.next_page_token)
        }
    }

    /// Changes what is given, and leaves the rest.
    /// - Parameter endTime: Milliseconds since 1970 UTC.
    @discardableResult
    public func updateRun(
        _ id: String, status: RunStatus? = nil, endTime: Int64? = nil, name: String? = nil
    ) async throws -> MLflowTracking.RunInfo {
        let answer: MLflowTracking.UpdateRun.Response = try await mlflow(
            "POST", "mlflow/runs/update",
            MLflowTracking.UpdateRun(
                run_id: id, status: status.map { WireText($0.rawValue) }, end_time: endTime.map { WireInteger($0) },
                run_name: name))
        return answer.run_info
    }

    /// Puts a run out of sight. ``restoreRun(_:)`` brings it back.
    public func deleteRun(_ id: String) async throws {
        let _: MLflowTracking.Empty = try await mlflow("POST", "mlflow/runs/delete", MLflowTracking.RunID(run_id: id))
    }

    /// Brings a deleted run back.
    public func restoreRun(_ id: String) async throws {
        let _: MLflowTracking.Empty = try await mlflow("POST", "mlflow/runs/restore", MLflowTracking.RunID(run_id: id))
    }

    /// Sets a tag, in place of one with the same key.
    public func setTag(_ key: String, _ value: String, ofRun id: String) async throws {
        let _: MLflowTracking.Empty = try await mlflow(
            "POST", "mlflow/runs/set-tag", MLflowTracking.LogText(run_id: id, key: key, value: value),
            isIdempotent: true)
    }

    /// Takes a tag away.
    public func deleteTag(_ key: String, ofRun id: String) async throws {
        let _: MLflowTracking.Empty = try await mlflow(
            "POST", "mlflow/runs/delete-tag", MLflowTracking.LogText(run_id: id, key: key))
    }
}
