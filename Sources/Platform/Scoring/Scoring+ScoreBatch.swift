import AuditLog
import DeltaLake
import Foundation
package import MartletDomain
import Metadata
import ModelRuntime
import QueryEngine

extension Scoring {
    /// Scores the rows of a span of time and appends the predictions to a table.
    ///
    /// Features are computed as of each row's time from the newest version of each table, pinned and recorded. The same
    /// rows scored again by the same version into the same table are not scored twice: the first answer is given again.
    /// - Parameters:
    ///   - modelURI: By stage or alias; see ``Registry/resolve(_:)``.
    ///   - driftReason: Why feature views that have changed since do not matter; nil if they do.
    ///   - history: Whether a version may be named by its number, because history is meant.
    /// - Throws: ``PackedFeaturesError/viewsChanged(model:uri:_:)``, ``ScoringError/notInService(_:)``.
    package func scoreBatch(
        _ modelURI: String, in window: TimeWindow, into predictions: TableName, driftReason: String? = nil,
        history: Bool = false, by caller: Caller
    ) async throws -> ScoringRun {
        try requireInService(modelURI, history: history)
        let version = try await registry.resolve(modelURI)
        let opened = try await models.open(version)
        let spine = try await datasets.latest(opened.card.recipe.spine)
        let id = Self.runID(version.id, spine, window, predictions)
        return try await turns.inTurn(id) {
            if let done = try await scoringRun(id) { return done }
            return try await score(
                id, modelURI, opened, spine, window, into: predictions, driftReason: driftReason, by: caller)
        }
    }

    private func score(
        _ id: String, _ modelURI: String, _ opened: OpenedModel, _ spine: TableReference, _ window: TimeWindow,
        into predictions: TableName, driftReason: String?, by caller: Caller
    ) async throws -> ScoringRun {
        let (version, recipe) = (opened.version, opened.card.recipe)
        let computation = try await computation(opened)
        let views = computation.views.map {
            TrainingSetRecord.View(name: $0.name, version: $0.version, hash: $0.planDigest)
        }
        let drift = try await permitted(
            PackedFeatures.drift(of: views, from: try await features.newestViews()), of: version.id, uri: modelURI,
            reason: driftReason, by: caller
        ) { facts in
            AuditAction(
                "scoring", "score_batch",
                facts.merging(["model_uri": modelURI, "predictions": predictions.description]) { fact, _ in fact })
        }
        let sources = try await features.pinSources(of: computation)
        let rows = try await features.spine(
            recipe, at: spine.version, in: window, needing: computation.spineColumns, withLabel: false)
        guard rows.rowCount > 0 else {
            throw ScoringError.noRows(table: spine.description, window: window.description)
        }
        let inputs = try await features.compute(computation, for: rows, time: recipe.time, from: sources)
        guard inputs.rowCount == rows.rowCount else {
            throw RowCountChanged(expected: rows.rowCount, found: inputs.rowCount)
        }
        let scores = try opened.model.predict(
            FeatureMatrix(inputs, columns: opened.card.inputs, table: spine.description))
        var run = ScoringRun(
            id: id, model: version.id.name, modelVersion: String(version.id.version), modelURI: modelURI,
            artifactDigest: version.artifactDigest, recipe: recipe, spine: spine, window: window, sources: sources,
            predictions: TableReference(predictions, version: 0), rowCount: Int64(rows.rowCount),
            scoredBy: caller.user.name, scoredAt: store.clock.now)
        if !drift.isEmpty { (run.drift, run.driftReason) = (drift, driftReason) }
        run.policyDigest = registry.policyDigest
        run.environment = try await environment()
        let batch = try Self.predictions(inputs, scores, of: opened, run)
        (run.predictions, run.sources) = try await append(batch, run, by: caller)
        return try await record(run, by: caller)
    }

    /// The features that the model was trained on, as they are declared, if the declaration still means the same.
    func computation(_ opened: OpenedModel) async throws -> FeatureComputation {
        let recipe = opened.card.recipe
        let computation = try features.computation(try await features.featureSet(recipe.featureSet))
        let hash = FeatureView.planDigest(of: computation.views)
        guard hash == recipe.featureSet else {
            throw ScoringError.otherFeatures(
                model: opened.version.id.description, expected: recipe.featureSet, found: hash)
        }
        return computation
    }

    /// Equal for equal work: the same version, rows of the same table version, into the same table.
    private static func runID(
        _ version: ModelVersion.ID, _ spine: TableReference, _ window: TimeWindow, _ predictions: TableName
    ) -> String {
        let work = "\(version)\n\(spine)\n\(window.start)\n\(window.end)\n\(predictions)"
        return String(CanonicalJSON.sha256Hex(work).prefix(32))
    }

    private static func predictions(
        _ inputs: RecordBatch, _ scores: [Float], of opened: OpenedModel, _ run: ScoringRun
    ) throws -> RecordBatch {
        let recipe = opened.card.recipe
        let clashes = (recipe.key + opened.card.inputs).filter(PredictionColumn.all.contains)
        guard clashes.isEmpty else {
            throw InvalidRequest("A predictions table has columns of its own named \(clashes.joined(separator: ", ")).")
        }
        let keys = try recipe.key.map { try inputs.column($0) }
        let time = try inputs.column(recipe.time)
        guard let asOf = time.timestamps else {
            throw InvalidRequest("\(recipe.time) of \(recipe.spine) must be a timestamp to score rows as of it.")
        }
        let count = inputs.rowCount
        let ids = (0..<count).map { row in
            let key = keys.map { $0.text(at: row) }.joined(separator: "\n")
            let digest = CanonicalJSON.sha256Hex("\(run.id)\n\(key)\n\(asOf[row].map(String.init) ?? "")")
            // Ascending with the rows, so that readers find the row group of an id by its bounds.
            let place = String(row, radix: 16)
            return
                "\(run.id.prefix(12))-\(String(repeating: "0", count: max(0, 8 - place.count)))\(place)\(digest.prefix(8))"
        }
        let sources = ([run.spine] + run.sources).map(\.description).joined(separator: " ")
        func constant(_ name: String, _ text: String) -> Column {
            Column(name, .string(Array(repeating: text, count: count)))
        }
        let columns: [Column] =
            [
                Column(PredictionColumn.id, .string(ids)),
                Column(PredictionColumn.asOf, time.values, validity: time.validity),
                Column(PredictionColumn.scoredAt, .timestamp(Array(repeating: run.scoredAt * 1_000, count: count))),
                constant(PredictionColumn.model, run.model),
                constant(PredictionColumn.version, run.modelVersion),
                constant(PredictionColumn.scoringRun, run.id),
                constant(PredictionColumn.sources, sources),
            ] + keys + [Column(PredictionColumn.score, .double(scores.map(Double.init)))]
            + (try opened.card.inputs.map { try inputs.column($0) })
        return RecordBatch(columns: columns, rowCount: count)
    }

    /// Appends the predictions, unless an earlier try that was cut short has done so; what counts is then what that one read.
    private func append(
        _ batch: RecordBatch, _ run: ScoringRun, by caller: Caller
    ) async throws -> (predictions: TableReference, sources: [TableReference]) {
        let written = try await datasets.write(
            run.predictions.name, .append, batch, operation: .predictions, inputs: [run.spine] + run.sources,
            source: "model:\(run.model)/\(run.modelVersion)", runID: run.id, transaction: run.id, by: caller)
        // The record keeps each table once, in no order of ours.
        return (written.table, run.sources.map { source in written.inputs.first { $0.name == source.name } ?? source })
    }

    private func record(_ run: ScoringRun, by caller: Caller) async throws -> ScoringRun {
        let record = try canonicalText(run)
        let action = AuditAction(
            "scoring", "score_batch",
            [
                "scoring_run_id": run.id, "model": "\(run.model)/\(run.modelVersion)", "model_uri": run.modelURI,
                "window": run.window.description, "predictions": run.predictions.description,
                "rows": String(run.rowCount), "artifact_digest": run.artifactDigest, "allow_drift": run.driftReason,
                "drift": run.drift.map { $0.map(\.sentence).joined(separator: "; ") },
                "sources": ([run.spine] + run.sources).map(\.description).joined(separator: " "),
            ])
        return try await store.change(action, by: caller) { db in
            let inserted = try db.execute(
                """
                INSERT INTO scoring_runs
                    (id, model, model_version, window_start, window_end, predictions_table, predictions_version,
                     scored_at, record)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
                """,
                [
                    .text(run.id), .text(run.model), .text(run.modelVersion), .integer(run.window.start),
                    .integer(run.window.end), .text(run.predictions.name.description),
                    .integer(run.predictions.version), .integer(run.scoredAt), .text(record),
                ])
            return inserted == 0 ? try db.scoringRun(run.id) ?? run : run
        }
    }
}
