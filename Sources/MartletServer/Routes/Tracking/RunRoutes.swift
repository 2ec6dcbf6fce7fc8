import Hummingbird
import MartletAPI
import MartletDomain
import NIOCore
import Platform

private typealias Wire = MLflowTracking

func addRunRoutes(to group: Routes, _ tracking: Tracking) {
    group.answer(
        .post, "runs/create", Wire.CreateRun.self, "tracking.create_run",
        of: .experiment { $0.experiment_id.flatMap { $0.value.isEmpty ? nil : $0.value } ?? Experiment.defaultID }
    ) { body, context in
        let run = try await tracking.createRun(
            in: try body.experiment(), name: body.run_name,
            startTime: body.start_time?.value ?? 0, userID: body.user_id ?? "", tags: try texts(body.tags, "tags"),
            by: context.caller)
        return Wire.CreateRun.Response(run: Wire.Run(run, withOutputs: false))
    }
    group.answer("runs/get", "tracking.get_run", of: .run { $0["run_id"].unlessEmpty ?? $0["run_uuid"] }) { query, _ in
        let id = try runID(query["run_id"], query["run_uuid"])
        return Wire.CreateRun.Response(run: Wire.Run(try await tracking.run(id)))
    }
    group.answer(
        .post, "runs/update", Wire.UpdateRun.self, "tracking.update_run",
        of: .run { $0.run_id.unlessEmpty ?? $0.run_uuid }
    ) { body, context in
        let info = try await tracking.updateRun(
            try runID(body.run_id, body.run_uuid),
            status: try enumerated(body.status?.value, "status", numbers: RunStatus.allCases),
            endTime: body.end_time?.value, name: body.run_name, by: context.caller)
        return Wire.UpdateRun.Response(run_info: Wire.RunInfo(info))
    }
    group.answer(
        .post, "runs/delete", Wire.RunID.self, "tracking.delete_run",
        of: .run { $0.run_id.unlessEmpty ?? $0.run_uuid }
    ) { body, context in
        try await tracking.deleteRun(try body.id(), by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .post, "runs/restore", Wire.RunID.self, "tracking.restore_run",
        of: .run { $0.run_id.unlessEmpty ?? $0.run_uuid }
    ) { body, context in
        try await tracking.restoreRun(try body.id(), by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .post, "runs/search", Wire.SearchRuns.self, "tracking.search_runs",
        of: .visible(.experiment)
    ) { body, context in
        let visible = context.visible(.experiment)
        let page = try await tracking.searchRuns(
            experimentIDs: (body.experiment_ids ?? []).map(\.value).filter(visible.contains), filter: body.filter ?? "",
            viewType: try enumerated(body.run_view_type?.value, "run_view_type", numbers: ViewType.allCases)
                ?? .activeOnly,
            orderBy: body.order_by ?? [], size: Int(clamping: body.max_results?.value ?? 1_000),
            token: body.page_token)
        return Wire.SearchRuns.Response(page.elements, nextToken: page.nextToken)
    }
    group.on(
        .get, "metrics/get-history", "tracking.get_metric_history",
        of: .run {
            // The run may be named in a body, which is read when it is known that somebody may ask at all.
            let query = $0.request.queryItems
            return query["run_id"].unlessEmpty ?? query["run_uuid"]
        }
    ) { request, _ in try await history(try await request.items(), tracking) }
}

/// A page, or the whole history in pieces as they are read, so that its length takes no memory.
private func history(_ query: QueryItems, _ tracking: Tracking) async throws -> Response {
    let id = try runID(query["run_id"], query["run_uuid"])
    let key = try required(query["metric_key"], "metric_key")
    let (size, token) = (try query.integer("max_results"), query["page_token"].unlessEmpty)
    guard size == nil, token == nil else {
        let page = try await tracking.metricHistory(run: id, key: key, size: size, token: token)
        return try jsonResponse(Wire.MetricHistory(page.elements, nextToken: page.nextToken))
    }
    let first = try await tracking.measurements(run: id, key: key, most: historyPiece)
    guard first.count == historyPiece else {
        return try jsonResponse(Wire.MetricHistory(first, nextToken: nil))
    }
    let body = ResponseBody { writer in
        var (piece, start) = (first, "{\"metrics\":[")
        while let last = piece.last {
            var json = JSONWriter(capacity: piece.count * 80)
            for metric in piece {
                json.separate()
                Wire.Metric(metric).write(to: &json)
            }
            var buffer = ByteBuffer(string: start)
            buffer.writeBytes(json.bytes)
            try await writer.write(buffer)
            start = ","
            piece =
                piece.count < historyPiece
                ? [] : try await tracking.measurements(run: id, key: key, behind: last, most: historyPiece)
        }
        try await writer.write(ByteBuffer(string: "]}"))
        try await writer.finish(nil)
    }
    return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
}

/// Measurements that are read at once.
private let historyPiece = 10_000

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
