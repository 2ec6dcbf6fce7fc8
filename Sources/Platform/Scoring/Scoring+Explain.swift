import DeltaLake
import Foundation
package import MartletDomain
import Metadata
import ModelRuntime
import QueryEngine

extension Scoring {
    /// Why a prediction was made: everything on record about it, and the same work done again.
    ///
    /// The replay reads each table at its recorded version, computes the features by the recorded declaration and scores
    /// them with the files that were registered; it uses nothing of the stored row but its key and time.
    package func explain(_ predictionID: String) async throws -> PredictionExplanation {
        let (run, stored) = try await stored(predictionID)
        let id = ModelVersion.ID(name: run.model, version: Int64(run.modelVersion) ?? 0)
        let version = try await registry.version(id)
        guard version.artifactDigest == run.artifactDigest else {
            throw ScoringError.artifactChanged(
                model: id.description, expected: run.artifactDigest, found: version.artifactDigest)
        }
        let opened = try await models.open(version)
        let computation = try await computation(opened)
        let asOf = stored[PredictionColumn.asOf]?.timestamps?.first ?? nil
        guard let asOf else { throw ScoringError.unknownPrediction(predictionID) }
        let key = run.recipe.key.map { (name: $0, text: stored[$0]?.text(at: 0) ?? "") }
        let row = try await spineRow(run, key: key.map(\.text), at: asOf, computation, predictionID)
        let inputs = try await features.compute(computation, for: row, time: run.recipe.time, from: run.sources)
        let replayed = try opened.model.predict(
            FeatureMatrix(inputs, columns: opened.card.inputs, table: run.spine.description))
        let training = opened.card.trainingSet
        return PredictionExplanation(
            predictionID: predictionID, key: Dictionary(key.map { ($0.name, $0.text) }) { first, _ in first },
            asOf: Instant(microseconds: asOf), score: stored[PredictionColumn.score]?.doubles?.first ?? .nan,
            replayedScore: Double(replayed.first ?? .nan),
            outcome: try await outcome(run, key: key.map(\.text), at: asOf), scoring: run,
            features: Self.values(opened.card.inputs, stored, inputs, run, computation.provenance),
            trainingRunID: version.runID ?? "", trainingSet: training,
            trainingInputs: try await datasets.version(training)?.inputs ?? [], registeredBy: version.registeredBy,
            signOffs: try await registry.signOffs(of: id),
            stageChanges: try await registry.history(of: id.name).filter { $0.version == id },
            monitoring: try await lastCheck(of: run.model, before: asOf, knownAt: run.scoredAt))
    }

    /// The row as it was written, and the work that wrote it.
    private func stored(_ predictionID: String) async throws -> (ScoringRun, RecordBatch) {
        let prefix = predictionID.prefix { $0 != "-" }
        guard prefix.utf8.count == 12, prefix.allSatisfy(\.isHexDigit) else {
            throw ScoringError.unknownPrediction(predictionID)
        }
        // Ids are hexadecimal, so the range from a prefix to the prefix with a greater sign after it holds just its ids.
        let found = try await store.read { db in
            try db.rows(
                "SELECT id FROM scoring_runs WHERE id >= ? AND id < ?", [.text(String(prefix)), .text(prefix + "g")]
            )
            .compactMap { try db.scoringRun($0.text("id")) }
        }
        for run in found {
            let relation = try await datasets.snapshot(run.predictions).relation
            let row = try await datasets.engine.withSession {
                try $0.collect("SELECT * FROM \(relation) WHERE \(PredictionColumn.id) = ?", [.string(predictionID)])
            }
            if row.rowCount > 0 { return (run, row.rows([0])) }
        }
        throw ScoringError.unknownPrediction(predictionID)
    }

    private func spineRow(
        _ run: ScoringRun, key: [String], at asOf: Int64, _ computation: FeatureComputation, _ predictionID: String
    ) async throws -> RecordBatch {
        let rows = try await features.spine(
            run.recipe, at: run.spine.version, in: TimeWindow(from: asOf, to: asOf + 1),
            needing: computation.spineColumns, withLabel: false)
        guard let row = rows.find(run.recipe.key, key) else { throw ScoringError.unknownPrediction(predictionID) }
        return rows.rows([row])
    }

    /// What happened, as the newest version of the table has it.
    private func outcome(_ run: ScoringRun, key: [String], at asOf: Int64) async throws -> Bool? {
        let newest = try await datasets.latest(run.recipe.spine)
        let rows = try await features.spine(
            run.recipe, at: newest.version, in: TimeWindow(from: asOf, to: asOf + 1), needing: [], withLabel: true)
        guard let row = rows.find(run.recipe.key, key) else { return nil }
        return rows[run.recipe.label]?.truths?[row]
    }

    private static func values(
        _ names: [String], _ stored: RecordBatch, _ replayed: RecordBatch, _ run: ScoringRun,
        _ provenance: [FeatureProvenance]
    ) -> [PredictionExplanation.FeatureValue] {
        func value(_ name: String, _ batch: RecordBatch) -> Double? {
            guard let column = batch[name], !column.isNull(at: 0) else { return nil }
            return column.doubles?.first ?? column.booleans?.first.flatMap { $0.map { $0 ? 1 : 0 } }
        }
        return names.map { name in
            let origin = provenance.first { $0.feature == name }
            // A ratio or an expression comes from where its view's table is.
            let table = origin.flatMap { origin in
                provenance.first { $0.view == origin.view && $0.table != nil }?.table
            }
            return .init(
                name: name, value: value(name, stored), replayed: value(name, replayed),
                table: origin == nil ? run.spine : run.sources.first { $0.name.description == table },
                view: origin.map { "\($0.view) v\($0.version)" }, kind: origin?.kind ?? "column")
        }
    }

    /// The last look at the model whose span was over before a row's time, of those that had been taken when it was scored.
    private func lastCheck(of model: String, before asOf: Int64, knownAt: Int64) async throws -> MonitoringCheck? {
        let record = try await store.read { db in
            try db.row(
                "SELECT record FROM monitoring_checks WHERE model = ? AND window_end <= ? AND checked_at <= ? ORDER BY window_end DESC LIMIT 1",
                [.text(model), .integer(asOf), .integer(knownAt)])?.text("record")
        }
        return try record.map { try decoded(MonitoringCheck.self, from: $0) }
    }
}

extension RecordBatch {
    /// The first row whose columns have these values, as ``Column/text(at:)`` writes them.
    fileprivate func find(_ columns: [String], _ values: [String]) -> Int? {
        (0..<rowCount).first { row in
            zip(columns, values).allSatisfy { name, value in self[name]?.text(at: row) == value }
        }
    }
}
