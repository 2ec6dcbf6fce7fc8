import DeltaLake
import DriftStatistics
import Foundation
package import MartletDomain
import Metadata
import ModelRuntime
import QueryEngine

extension Monitoring {
    /// Holds a span of predictions against the plan's reference, and against what came true.
    ///
    /// The report is logged as a tracking run. When the data drifted and the plan says so, a candidate is retrained and
    /// registered; it passes no gate by that.
    /// - Parameters:
    ///   - asked: The table of predictions; nil for the one that the plan selects.
    ///   - knownAt: Outcomes that became known later are not used, microseconds since 1970 UTC; nil for now.
    package func check(
        _ model: String, predictions asked: TableName?, in window: TimeWindow, labelsKnownAt knownAt: Int64?,
        experiment: String, by caller: Caller
    ) async throws -> MonitoringCheck {
        guard let plan = try await registry.monitoringPlan(model) else { throw MonitoringError.noPlan(model) }
        let looked = try await selected(by: plan, asked)
        let current = try await predictions(of: model, in: window, looked.relation, looked.table.name)
        let version = try await registry.version(ModelVersion.ID(name: model, version: current.version))
        let opened = try await models.open(version)
        let names = opened.card.inputs
        let reference = try await models.rows(of: try await features.trainingSet(plan.reference), inputs: names)
        let drift = try await offTheCooperativePool {
            let scores = try opened.model.predict(reference.matrix)
            return datasetDrift(
                reference: reference.matrix.driftColumns + [
                    (PredictionColumn.score, .numeric(scores.map(Double.init)))
                ],
                current: try current.rows.driftColumns(names + [PredictionColumn.score]),
                methods: plan.driftMethods, driftShare: plan.thresholds.driftShare)
        }
        let knownAt = knownAt ?? store.clock.now * 1_000
        let outcomes = try await datasets.latest(opened.card.recipe.spine)
        let quality = try await realised(opened, looked.relation, outcomes, window, knownAt)
        var look = Look(
            model: model, version: version, plan: plan, window: window, knownAt: knownAt,
            outcomes: outcomes, predictions: looked.table, drift: drift,
            quality: quality,
            rowCount: current.rows.rowCount)
        let run = try await log(look, experiment: experiment, by: caller)
        if look.callsForRetraining { look.retrainingRunID = try await respond(to: look, run, experiment, by: caller) }
        try await tracking.updateRun(run, status: .finished, endTime: store.clock.now, by: caller)
        return try await record(look, runID: run, by: caller)
    }

    /// Retrains a candidate, unless an earlier look at the same span did. What goes wrong with it is told by the run's tags
    /// and keeps nobody from the look itself.
    private func respond(
        to look: Look, _ run: String, _ experiment: String, by caller: Caller
    ) async throws -> String? {
        let earlier = try await checks(of: look.model).first {
            $0.window == look.window && $0.modelVersion == String(look.version.id.version) && $0.retrainingRunID != nil
        }
        var tags = [KeyedText("action_required", "retraining_triggered")]
        var retrained = earlier?.retrainingRunID
        if retrained == nil {
            do {
                retrained = try await retrain(look, experiment: experiment, by: caller)
                if retrained == nil { tags = [KeyedText("action_required", "retraining_not_possible")] }
            } catch {
                let reason = (error as? any MartletError)?.message ?? "a failure on our side"
                tags = [KeyedText("action_required", "retraining_failed"), KeyedText("retraining_failure", reason)]
            }
        }
        try await tracking.logBatch(run: run, tags: tags, by: caller)
        return retrained
    }

    /// The rows that the plan selects, as they are now.
    private func selected(
        by plan: MonitoringPlan, _ asked: TableName?
    ) async throws -> (table: TableReference, relation: String) {
        let planned = try plan.selection.map { datasets.spelled(try TableName($0.table)) }
        guard let table = asked.map({ datasets.spelled($0) }) ?? planned else {
            throw MonitoringError.noSelection(plan.model)
        }
        if let planned, table != planned { throw MonitoringError.notSelected("\(table)", planned: "\(planned)") }
        let snapshot = try await datasets.snapshot(table)
        try PredictionColumn.check(snapshot.schema, of: table)
        let reference = TableReference(table, version: snapshot.version)
        guard let filter = plan.selection?.filter else { return (reference, snapshot.relation) }
        let select = "SELECT * FROM predictions WHERE (\(filter)\n)"
        try await datasets.engine.withSession { try SelectInputs.check(select, inputs: ["predictions"], $0) }
        return (reference, "(WITH predictions AS (SELECT * FROM \(snapshot.relation)) \(select))")
    }

    private func predictions(
        of model: String, in window: TimeWindow, _ relation: String, _ table: TableName
    ) async throws -> (rows: RecordBatch, version: Int64) {
        let sql = """
            SELECT * FROM \(relation) WHERE \(PredictionColumn.model) = ?
            AND \(PredictionColumn.asOf) >= ? AND \(PredictionColumn.asOf) < ?
            """
        let rows = try await datasets.engine.withSession {
            try $0.collect(sql, [.string(model), .timestamp(window.start), .timestamp(window.end)])
        }
        let versions = Set((rows[PredictionColumn.version]?.strings ?? []).compactMap { $0 })
        guard let version = versions.first.flatMap({ Int64($0) }) else {
            throw MonitoringError.noPredictions(table.description, window: window.description)
        }
        guard versions.count == 1 else {
            throw MonitoringError.severalVersions(window.description, versions.sorted())
        }
        return (rows, version)
    }

    /// How the predictions compare with what came true, of those whose outcome was known in time; nil when none was.
    private func realised(
        _ opened: OpenedModel, _ predictions: String, _ outcomes: TableReference, _ window: TimeWindow, _ knownAt: Int64
    ) async throws -> BinaryClassificationMetrics? {
        let recipe = opened.card.recipe
        let spine = try await datasets.snapshot(outcomes).relation
        let label = quotedIdentifier(recipe.label)
        let keys = recipe.key.map(quotedIdentifier).map { "p.\($0) = s.\($0)" }
        let time = quotedIdentifier(recipe.time)
        var sql = """
            SELECT p.\(PredictionColumn.score) AS score, s.\(label) AS label FROM \(predictions) AS p
            JOIN \(spine) AS s ON \(keys.joined(separator: " AND ")) AND p.\(PredictionColumn.asOf) = s.\(time)
            WHERE p.\(PredictionColumn.model) = ? AND p.\(PredictionColumn.asOf) >= ? AND p.\(PredictionColumn.asOf) < ?
            AND s.\(label) IS NOT NULL
            """
        var parameters: [QueryValue] = [
            .string(opened.version.id.name), .timestamp(window.start), .timestamp(window.end),
        ]
        if let available = recipe.labelAvailableAt {
            sql += " AND s.\(quotedIdentifier(available)) <= ?"
            parameters.append(.timestamp(knownAt))
        }
        let (text, values) = (sql, parameters)
        let rows = try await datasets.engine.withSession { try $0.collect(text, values) }
        guard let scores = rows["score"]?.doubles, let labels = rows["label"]?.truths, rows.rowCount > 0 else {
            return nil
        }
        return try BinaryClassificationMetrics(scores: scores, labels: labels.map { $0 ?? false })
    }

    private func record(_ look: Look, runID: String, by caller: Caller) async throws -> MonitoringCheck {
        let check = look.check(id: newID(), runID: runID, at: store.clock.now)
        let record = try canonicalText(check)
        let action = AuditAction(
            "monitoring", "check",
            [
                "model": look.version.id.description, "window": look.window.description, "run_id": runID,
                "dataset_drift": String(check.datasetDrift), "drifted": check.driftedFeatures.joined(separator: " "),
                "auc": check.areaUnderROC.map { String($0) }, "retraining_run_id": check.retrainingRunID,
            ])
        return try await store.change(action, by: caller) { db in
            try db.execute(
                """
                INSERT INTO monitoring_checks
                    (id, model, model_version, window_start, window_end, checked_at, record)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(check.id), .text(check.model), .text(check.modelVersion), .integer(check.window.start),
                    .integer(check.window.end), .integer(check.checkedAt), .text(record),
                ])
            return check
        }
    }
}

extension FeatureMatrix {
    /// The columns as the drift tests take them.
    var driftColumns: [(String, DriftColumn)] {
        columnNames.enumerated().map { place, name in
            (name, .numeric((0..<rowCount).map { Double(values[$0 * columnCount + place]) }))
        }
    }
}

extension RecordBatch {
    /// The named columns as the drift tests take them, rounded to floats as the model sees them.
    fileprivate func driftColumns(_ names: [String]) throws -> [(String, DriftColumn)] {
        try FeatureMatrix(self, columns: names, table: "the predictions").driftColumns
    }
}
