import Foundation
import MartletDomain
import Metadata

extension Snapshot {
    /// The feature views that a version was trained with, and how they compared with batches. None of a model that was not
    /// trained here.
    func featureEvidence(of stored: StoredVersion) throws -> [FeatureEvidence] {
        guard let runID = stored.version.runID, !runID.isEmpty else { return [] }
        let training = try row(
            "SELECT training_table, training_version FROM trained_models WHERE run_id = ?", [.text(runID)])
        guard let training else { return [] }
        let table: [SQLValue] = [
            .text(try training.text("training_table")), .integer(try training.integer("training_version")),
        ]
        var hashes = try rows(
            "SELECT view_hash FROM training_set_views WHERE name = ? AND version = ?", table
        ).map { try $0.text("view_hash") }
        let source = try row("SELECT source FROM dataset_versions WHERE name = ? AND version = ?", table)
        if let text = try source?.textIfPresent("source"),
            let making = try? decoded(TrainingSet.Making.self, from: text)
        {
            hashes += try rows(
                "SELECT view_hash FROM feature_set_views WHERE feature_set = ?", [.text(making.recipe.featureSet)]
            ).map { try $0.text("view_hash") }
        }
        let now = Date().milliseconds
        return try Set(hashes).sorted().compactMap { hash in
            let view = try row("SELECT name, definition FROM feature_views WHERE hash = ? LIMIT 1", [.text(hash)])
            guard let view else { return nil }
            let definition = try decoded(FeatureView.self, from: view.text("definition"))
            // What reads no table has nothing to be out of step with.
            guard definition.source?.eventTime != nil else { return nil }
            let checks = try rows(
                "SELECT kind, mismatches, checked_at FROM feature_checks WHERE plan_hash = ? AND outcome <> ? "
                    + "ORDER BY number DESC",
                [.text(hash), .text(ConsistencyCheck.Outcome.couldNotBeEvaluated.rawValue)])
            var newest: [FeatureEvidence.Check] = []
            for check in checks {
                guard let kind = ConsistencyCheck.Kind(rawValue: try check.text("kind")),
                    !newest.contains(where: { $0.kind == kind })
                else { continue }
                newest.append(
                    .init(
                        kind: kind, mismatches: try check.integer("mismatches"),
                        age: max(0, now - (try check.integer("checked_at")))))
            }
            return FeatureEvidence(view: try view.text("name"), planHash: hash, checks: newest)
        }
    }
}
