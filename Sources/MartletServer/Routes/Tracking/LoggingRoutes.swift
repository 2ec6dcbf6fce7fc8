import Hummingbird
import MartletAPI
import MartletDomain
import Platform

private typealias Wire = MLflowTracking

/// A full batch with names and values at their limits, escaped, fits; so do datasets' schemas and profiles.
private let batchLimit = 8 << 20
private let inputsLimit = 32 << 20

func addLoggingRoutes(to group: Routes, _ tracking: Tracking) {
    group.answer(
        .post, "runs/log-metric", Wire.LogMetric.self, "tracking.log_metric",
        of: .run { $0.run_id.unlessEmpty ?? $0.run_uuid }
    ) { body, context in
        let id = try runID(body.run_id, body.run_uuid)
        // A metric of a run may be one of a model, too, which need not be of the same experiment.
        if let model = body.model_id.unlessEmpty {
            try await context.require("tracking.log_metric", on: .loggedModels([model]))
        }
        let key = try required(body.key, "key")
        guard let value = body.value?.value else { throw missing("value") }
        guard let timestamp = body.timestamp?.value else { throw missing("timestamp") }
        let metric = Metric(
            key, value, timestamp: timestamp, step: body.step?.value ?? 0, modelID: body.model_id.unlessEmpty,
            datasetName: body.dataset_name.unlessEmpty, datasetDigest: body.dataset_digest.unlessEmpty)
        try await tracking.logMetric(metric, run: id, by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .post, "runs/log-parameter", Wire.LogText.self, "tracking.log_param",
        of: .run { $0.run_id.unlessEmpty ?? $0.run_uuid }
    ) { body, context in
        try await tracking.logParam(
            KeyedText(try required(body.key, "key"), body.value ?? ""), run: try body.id(), by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .post, "runs/set-tag", Wire.LogText.self, "tracking.set_tag",
        of: .run { $0.run_id.unlessEmpty ?? $0.run_uuid }
    ) { body, context in
        try await tracking.setTag(
            KeyedText(try required(body.key, "key"), body.value ?? ""), run: try body.id(), by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .post, "runs/delete-tag", Wire.LogText.self, "tracking.delete_tag",
        of: .run { $0.run_id.unlessEmpty ?? $0.run_uuid }
    ) { body, context in
        // This request knows a run by `run_id` alone.
        if body.run_id.unlessEmpty == nil, body.run_uuid.unlessEmpty != nil { throw TrackingError.noRun(id: "") }
        try await tracking.deleteTag(try required(body.key, "key"), run: try body.id(), by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .post, "runs/log-batch", Wire.LogBatch.self, limit: batchLimit, "tracking.log_batch",
        of: .run { $0.run_id }
    ) { body, context in
        let models = Set((body.metrics ?? []).compactMap { $0.model_id.unlessEmpty }).sorted()
        if !models.isEmpty { try await context.require("tracking.log_batch", on: .loggedModels(models)) }
        try await tracking.logBatch(
            run: try required(body.run_id, "run_id"), metrics: try metrics(body.metrics),
            params: try texts(body.params, "params"), tags: try texts(body.tags, "tags"), by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .post, "runs/log-model", Wire.LogModel.self, "tracking.log_model",
        of: .run { $0.run_id }
    ) { body, context in
        try await tracking.logModel(
            run: try required(body.run_id, "run_id"), modelJSON: try required(body.model_json, "model_json"),
            by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .post, "runs/log-inputs", Wire.LogInputs.self, limit: inputsLimit, "tracking.log_inputs",
        of: .run { $0.run_id }
    ) { body, context in
        try await tracking.logInputs(
            run: try required(body.run_id, "run_id"), datasets: try datasets(body.datasets),
            models: try (body.models ?? []).map { try required($0.model_id, "models.model_id") }, by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .post, "runs/outputs", Wire.LogOutputs.self, "tracking.log_outputs",
        of: .run { $0.run_id }
    ) { body, context in
        guard let models = body.models else { throw missing("models") }
        try await tracking.logOutputs(
            run: try required(body.run_id, "run_id"),
            models: try models.map {
                ModelOutput(try required($0.model_id, "models.model_id"), step: $0.step?.value ?? 0)
            }, by: context.caller)
        return Wire.Empty()
    }
}

extension MLflowTracking.LogText {
    fileprivate func id() throws -> String { try runID(run_id, run_uuid) }
}
