package import MartletDomain
import Metadata

extension Tracking {
    /// Logs all of it or, when anything is wrong, nothing.
    ///
    /// A parameter may come again with the same value only; a measurement that is there already is ignored. Values of
    /// parameters and tags beyond ``TrackingLimits`` are cut, and the audit entry says which. The entry holds the batch
    /// as it came, or its digest: see ``BatchRecord``.
    package func logBatch(
        run id: String, metrics: [Metric] = [], params: [KeyedText] = [], tags: [KeyedText] = [], by caller: Caller
    ) async throws {
        try refuse(TrackingLimits.problems(runID: id))
        try refuse(TrackingLimits.problems(metrics: metrics, params: params, tags: tags, isBatch: true))
        let parameters = [
            "run_id": id, "metrics": "\(metrics.count)", "params": "\(params.count)", "tags": "\(tags.count)",
            "batch": BatchRecord(metrics: metrics, params: params, tags: tags).canonicalJSON,
        ]
        try await change("log_batch", parameters, by: caller) { db in
            let run = try db.activeRun(id)
            let changed = try db.add(params, of: run)
            guard changed.isEmpty else { throw TrackingError.paramsChanged(run: id, changed) }
            try db.logOfModels(metrics, of: run)
            try db.log(tags, of: run)
        }
    }

    /// Logs one measurement.
    package func logMetric(_ metric: Metric, run id: String, by caller: Caller) async throws {
        try refuse(TrackingLimits.problems(metrics: [metric], isBatch: false))
        let parameters = [
            "run_id": id, "key": metric.key, "value": "\(metric.value)", "step": "\(metric.step)",
            "timestamp": "\(metric.timestamp)",
        ]
        try await change("log_metric", parameters, by: caller) { db in
            try db.logOfModels([metric], of: try db.activeRun(id))
        }
    }

    /// Logs one parameter.
    /// - Throws: ``TrackingError/paramChanged(run:key:old:new:)`` when it has another value already.
    package func logParam(_ param: KeyedText, run id: String, by caller: Caller) async throws {
        try refuse(TrackingLimits.problems(params: [param], isBatch: false))
        try await change("log_param", ["run_id": id, "key": param.key, "value": param.value], by: caller) { db in
            if let changed = try db.add([param], of: try db.activeRun(id)).first {
                throw TrackingError.paramChanged(run: id, key: changed.key, old: changed.old, new: changed.new)
            }
        }
    }

    /// Sets a tag; the tag `mlflow.runName` renames the run.
    package func setTag(_ tag: KeyedText, run id: String, by caller: Caller) async throws {
        try refuse(TrackingLimits.problems(tags: [tag], isBatch: false))
        try await change("set_tag", ["run_id": id, "key": tag.key, "value": tag.value], by: caller) { db in
            try db.log([tag], of: try db.activeRun(id))
        }
    }

    package func deleteTag(_ key: String, run id: String, by caller: Caller) async throws {
        try await change("delete_tag", ["run_id": id, "key": key], by: caller) { db in
            let run = try db.activeRun(id)
            let deleted = try db.execute(
                "DELETE FROM run_tags WHERE run = ? AND key = ?",
                [.integer(run.number), .integer(try db.number(of: key, in: .tag))])
            guard deleted > 0 else { throw TrackingError.noTag(key: key, of: "run with id \(id)") }
        }
    }
}

/// A run as other tables name it.
struct RunReference: Sendable {
    var number: Int64
    var experiment: Int64
}

extension Snapshot {
    func runReference(_ id: String) throws -> RunReference { try reference(id).reference }

    /// The run, if it is not in the bin.
    func activeRun(_ id: String) throws -> RunReference {
        let (run, stage) = try reference(id)
        guard stage == LifecycleStage.active.rawValue else { throw TrackingError.runNotActive(id: id) }
        return run
    }

    private func reference(_ id: String) throws -> (reference: RunReference, stage: String) {
        guard
            let row = try row(
                "SELECT number, experiment_id, lifecycle_stage FROM runs WHERE run_id = ?", [.text(id)])
        else { throw TrackingError.noRun(id: id) }
        let run = RunReference(number: try row.integer("number"), experiment: try row.integer("experiment_id"))
        return (run, try row.text("lifecycle_stage"))
    }
}

extension Transaction {
    /// As ``log(_:of:)-([Metric],_)``, with the refusal that MLflow has for a metric of a model that is not there.
    fileprivate func logOfModels(_ metrics: [Metric], of run: RunReference) throws {
        do {
            try log(metrics, of: run)
        } catch TrackingError.noLoggedModel(let id) {
            throw TrackingError.metricOfNoModel(id: id)
        }
    }

    func log(_ metrics: [Metric], of run: RunReference) throws {
        var keys: [ExactText: Int64] = [:]
        for (index, metric) in metrics.enumerated() {
            let key = try keys[ExactText(metric.key)] ?? numberOrNext(of: metric.key, in: .metric)
            keys[ExactText(metric.key)] = key
            try execute(
                "INSERT INTO metric_history (run, metric, timestamp, step, value, is_nan) VALUES (?, ?, ?, ?, ?, ?) "
                    + "ON CONFLICT DO NOTHING",
                [
                    .integer(run.number), .integer(key), .integer(metric.timestamp), .integer(metric.step),
                    .real(metric.storedValue), SQLValue(metric.isNaN),
                ])
            if let model = metric.modelID, !model.isEmpty {
                try log(metric, key: key, ofModel: model, run: run, at: index)
            }
        }
        for (index, metric) in Metric.latest(of: metrics).enumerated() {
            guard let key = keys[ExactText(metric.key)] else { continue }
            // The condition is ``Metric/isLater(than:)``.
            try execute(
                "INSERT INTO latest_metrics (run, metric, experiment_id, value, is_nan, timestamp, step, position) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, metric) DO UPDATE SET "
                    + "value = excluded.value, is_nan = excluded.is_nan, timestamp = excluded.timestamp, "
                    + "step = excluded.step WHERE (excluded.step, excluded.timestamp, excluded.value) "
                    + "> (latest_metrics.step, latest_metrics.timestamp, latest_metrics.value)",
                [
                    .integer(run.number), .integer(key), .integer(run.experiment), .real(metric.storedValue),
                    SQLValue(metric.isNaN), .integer(metric.timestamp), .integer(metric.step), position(index),
                ])
        }
    }

    private func log(
        _ metric: Metric, key: Int64, ofModel model: String, run: RunReference, at index: Int
    ) throws {
        let reference = try loggedModelReference(model)
        try execute(
            "INSERT INTO logged_model_metrics (model, metric, timestamp, step, run, value, dataset_name, "
                + "dataset_digest, position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [
                .integer(reference), .integer(key), .integer(metric.timestamp), .integer(metric.step),
                .integer(run.number), .real(metric.storedValue), SQLValue(metric.datasetName),
                SQLValue(metric.datasetDigest), position(index),
            ])
    }

    /// Logs parameters.
    /// - Returns: Those that have another value already and were left alone.
    func add(_ params: [KeyedText], of run: RunReference) throws -> [TrackingError.ParamChange] {
        var changed: [TrackingError.ParamChange] = []
        for (index, param) in params.enumerated() {
            let value = cut(param, to: TrackingLimits.paramValueLength)
            let key = SQLValue.integer(try numberOrNext(of: param.key, in: .param))
            let added = try execute(
                "INSERT INTO run_params (run, key, experiment_id, value, position) VALUES (?, ?, ?, ?, ?) "
                    + "ON CONFLICT DO NOTHING",
                [.integer(run.number), key, .integer(run.experiment), .text(value), position(index)])
            guard added == 0 else { continue }
            let old = try row("SELECT value FROM run_params WHERE run = ? AND key = ?", [.integer(run.number), key])
            if let old = try old?.text("value"), !old.utf8.elementsEqual(value.utf8) {
                changed.append(TrackingError.ParamChange(key: param.key, old: old, new: value))
            }
        }
        return changed
    }

    func log(_ tags: [KeyedText], of run: RunReference) throws {
        // A run keeps its name when it is told an empty one.
        for (index, tag) in tags.enumerated() where tag.key != Run.nameTag || !tag.value.isEmpty {
            try set(tag, of: run, at: index)
            if tag.key == Run.nameTag {
                try execute(
                    "UPDATE runs SET name = ? WHERE number = ?",
                    [.text(TrackingLimits.cut(tag.value, to: TrackingLimits.tagValueLength)), .integer(run.number)])
            }
        }
    }

    /// - Parameter limit: A longer value is cut to this many Unicode scalars.
    func set(
        _ tag: KeyedText, of run: RunReference, at index: Int, limit: Int = TrackingLimits.tagValueLength
    ) throws {
        try execute(
            "INSERT INTO run_tags (run, key, experiment_id, value, position) VALUES (?, ?, ?, ?, ?) "
                + "ON CONFLICT (run, key) DO UPDATE SET value = excluded.value",
            [
                .integer(run.number), .integer(try numberOrNext(of: tag.key, in: .tag)), .integer(run.experiment),
                .text(cut(tag, to: limit)), position(index),
            ])
    }

    private func cut(_ text: KeyedText, to length: Int) -> String {
        let cut = TrackingLimits.cut(text.value, to: length)
        if cut.utf8.count != text.value.utf8.count { note("cut:\(text.key)", "\(text.value.utf8.count) bytes") }
        return cut
    }
}
