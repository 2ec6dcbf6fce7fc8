import Foundation
import Hummingbird
import MartletAPI
import MartletDomain
import NIOCore
import Platform

/// What MLflow's interface draws its charts from, relative to `…/mlflow/`.
func addMetricHistoryRoutes(to group: Routes, _ tracking: Tracking) {
    group.answer("metrics/get-history-bulk", "tracking.get_metric_history", of: .runs { $0.all("run_id") }) {
        query, _ in
        let runs = query.all("run_id")
        guard !runs.isEmpty else {
            throw InvalidRequest("GetMetricHistoryBulk request must specify at least one run_id.")
        }
        guard let key = query["metric_key"] else {
            throw InvalidRequest("GetMetricHistoryBulk request must specify a metric_key.")
        }
        let found = try await tracking.metricHistories(
            runs: runs, key: key, size: try query.integer("max_results") ?? TrackingLimits.bulkHistory)
        return MLflowTracking.MetricHistories(metrics: found.map { MLflowTracking.RunMetric($0, key: key) })
    }
    group.on(
        .get, "metrics/get-history-bulk-interval", "tracking.get_metric_history",
        of: .runs { $0.request.queryItems.all("run_ids") }
    ) { request, _ in
        sampledHistories(try HistorySample(request.queryItems), tracking)
    }
}

/// What is asked for of several runs' histories.
struct HistorySample: Sendable {
    var runs: [String]
    var key: String
    var steps: ClosedRange<Int64>?
    var size: Int

    init(runs: [String], key: String, start: Int64?, end: Int64?, size: Int?) throws {
        guard !runs.isEmpty else { throw missing("run_ids") }
        guard runs.count <= TrackingLimits.runsPerHistory else {
            throw InvalidRequest(
                "GetMetricHistoryBulkInterval request must specify at most \(TrackingLimits.runsPerHistory) run_ids. "
                    + "Received \(runs.count) run_ids.")
        }
        // Said before the answer begins; the store would say it in the middle of it.
        guard !(runs + [key]).contains(where: { $0.utf8.contains(0) }) else {
            throw InvalidRequest("A text must not hold the character U+0000.")
        }
        (self.runs, self.key) = (runs, key)
        switch (start, end) {
        case (nil, nil): steps = nil
        case (let start?, let end?):
            guard start <= end else {
                throw InvalidRequest(
                    "end_step must be greater than start_step. Found start_step=\(start) and end_step=\(end).")
            }
            steps = start...end
        default:
            throw InvalidRequest("If either start step or end step are specified, both must be specified.")
        }
        self.size = size ?? TrackingLimits.sampledHistory
        guard (1...TrackingLimits.sampledHistory).contains(self.size) else {
            throw InvalidRequest("max_results must be between 1 and \(TrackingLimits.sampledHistory).")
        }
    }

    init(_ query: QueryItems) throws {
        let size = try query.integer("max_results")
        let (start, end) = (try query.integer("start_step"), try query.integer("end_step"))
        let runs = query.all("run_ids")
        guard !runs.isEmpty else { throw missing("run_ids") }
        try self.init(
            runs: runs, key: try required(query["metric_key"], "metric_key"), start: start.map(Int64.init),
            end: end.map(Int64.init), size: size)
    }
}

/// The samples of one run after the other: no more than one run's is held, however many were asked for.
private func sampledHistories(_ sample: HistorySample, _ tracking: Tracking) -> Response {
    let body = ResponseBody { writer in
        var isFirst = true
        for run in sample.runs {
            let found = try await tracking.sampledHistory(
                run: run, key: sample.key, steps: sample.steps, size: sample.size)
            guard !found.isEmpty else { continue }
            let list = try encodeJSON(found.map { MLflowTracking.RunMetric($0, key: sample.key) })
            // Without the brackets of the run's own list.
            try await writer.write(ByteBuffer(string: isFirst ? "{\"metrics\":[" : ","))
            try await writer.write(list.getSlice(at: 1, length: list.readableBytes - 2) ?? ByteBuffer())
            isFirst = false
        }
        // An empty list is left out, as everywhere on MLflow's wire.
        try await writer.write(ByteBuffer(string: isFirst ? "{}" : "]}"))
        try await writer.finish(nil)
    }
    return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
}

extension MLflowTracking.RunMetric {
    init(_ measurement: RunMeasurement, key: String) {
        self.init(
            key: key, value: measurement.value, timestamp: measurement.timestamp, step: measurement.step,
            run_id: measurement.run)
    }
}
