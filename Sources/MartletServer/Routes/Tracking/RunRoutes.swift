import Hummingbird
import MartletAPI
import MartletDomain
import Platform

private typealias Wire = MLflowTracking

func addRunRoutes(to group: RouterGroup<MartletContext>, _ tracking: Tracking) {
    group.answer(.post, "runs/create", Wire.CreateRun.self) { body, context in
        let run = try await tracking.createRun(
            in: try body.experiment(), name: body.run_name,
            startTime: body.start_time?.value ?? 0, userID: body.user_id ?? "", tags: try texts(body.tags, "tags"),
            by: context.caller)
        return Wire.CreateRun.Response(run: Wire.Run(run, withOutputs: false))
    }
    group.answer("runs/get") { query, _ in
        let id = try runID(query["run_id"], query["run_uuid"])
        return Wire.CreateRun.Response(run: Wire.Run(try await tracking.run(id)))
    }
    group.answer(.post, "runs/update", Wire.UpdateRun.self) { body, context in
        let info = try await tracking.updateRun(
            try runID(body.run_id, body.run_uuid),
            status: try enumerated(body.status?.value, "status", numbers: RunStatus.allCases),
            endTime: body.end_time?.value, name: body.run_name, by: context.caller)
        return Wire.UpdateRun.Response(run_info: Wire.RunInfo(info))
    }
    group.answer(.post, "runs/delete", Wire.RunID.self) { body, context in
        try await tracking.deleteRun(try body.id(), by: context.caller)
        return Wire.Empty()
    }
    group.answer(.post, "runs/restore", Wire.RunID.self) { body, context in
        try await tracking.restoreRun(try body.id(), by: context.caller)
        return Wire.Empty()
    }
    group.answer(.post, "runs/search", Wire.SearchRuns.self) { body, _ in
        let page = try await tracking.searchRuns(
            experimentIDs: (body.experiment_ids ?? []).map(\.value), filter: body.filter ?? "",
            viewType: try enumerated(body.run_view_type?.value, "run_view_type", numbers: ViewType.allCases)
                ?? .activeOnly,
            orderBy: body.order_by ?? [], size: Int(clamping: body.max_results?.value ?? 1_000),
            token: body.page_token)
        return Wire.SearchRuns.Response(page.elements, nextToken: page.nextToken)
    }
    group.answer("metrics/get-history") { query, _ in
        let page = try await tracking.metricHistory(
            run: try required(query["run_id"].unlessEmpty ?? query["run_uuid"], "run_id"),
            key: try required(query["metric_key"], "metric_key"), size: try query.integer("max_results"),
            token: query["page_token"])
        return Wire.MetricHistory(page.elements, nextToken: page.nextToken)
    }
}

extension MLflowTracking.CreateRun {
    fileprivate func experiment() throws -> String {
        guard let experiment_id, !experiment_id.value.isEmpty else { return Experiment.defaultID }
        return try identifier(experiment_id, "experiment_id")
    }
}

extension MLflowTracking.RunID {
    /// These requests know a run by `run_id` alone; MLflow's server takes the old name for an id that no run has.
    fileprivate func id() throws -> String {
        if run_id.unlessEmpty == nil, run_uuid.unlessEmpty != nil { throw TrackingError.noRun(id: "") }
        return try required(run_id, "run_id")
    }
}
