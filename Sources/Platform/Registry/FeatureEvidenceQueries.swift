import MartletDomain
import Metadata

extension Snapshot {
    /// The feature views that a version was trained or packed with, the lookups among them, and how they compared with
    /// batches. None of a model that takes no features.
    ///
    /// - Parameter now: Milliseconds since 1970 UTC.
    func featureEvidence(of stored: StoredVersion, at now: Int64) throws -> [FeatureEvidence] {
        return try plans(of: stored)
            .map { plan in
                let checks = try rows(
                    "SELECT kind, mismatches, requests, span_from, span_to, checked_at FROM feature_checks "
                        + "WHERE plan_hash = ? AND outcome <> ? ORDER BY number DESC",
                    [.text(plan.hash), .text(ConsistencyCheck.Outcome.couldNotBeEvaluated.rawValue)])
                return FeatureEvidence(
                    view: plan.name, planHash: plan.hash,
                    checks: try checks.compactMap { check in
                        let checkedAt = try check.integer("checked_at")
                        // One of a time to come, which a clock that was far ahead left behind, makes nothing fresh.
                        guard let kind = ConsistencyCheck.Kind(rawValue: try check.text("kind")), checkedAt <= now
                        else { return nil }
                        return .init(
                            kind: kind, mismatches: try check.integer("mismatches"),
                            age: now - checkedAt,
                            requests: try check.integer("requests"), span: try checkSpan(check))
                    })
            }
    }

    /// The plans of a version's features that depend on a time, by name. What reads no table by time has nothing to be out
    /// of step with; of what is not known, that cannot be said.
    func plans(of stored: StoredVersion) throws -> [ModelFeatures] {
        var plans: [String: ModelFeatures] = [:]
        for plan in try trainedPlans(of: stored.version.runID) { plans[plan.hash] = plan }
        for plan in try packedPlans(of: stored.number) { plans[plan.hash] = plan }
        return plans.values.filter { $0.view.map { $0.source?.eventTime != nil } ?? true }
            .sorted { ($0.name, $0.hash) < ($1.name, $1.hash) }
    }

    /// What a version's folder says that it takes.
    private func packedPlans(of version: Int64) throws -> [ModelFeatures] {
        try rows(
            "SELECT view_hash, view_name, definition FROM model_version_views WHERE version = ? ORDER BY view_name",
            [.integer(version)]
        ).map { row in
            let hash = try row.text("view_hash")
            // A definition that does not read is one of which nothing is known.
            let view = try row.textIfPresent("definition").flatMap { try? decoded(FeatureView.self, from: $0) }
            return ModelFeatures(name: try row.text("view_name"), hash: hash, view: try view ?? recordedView(hash))
        }
    }

    /// What the training set of a run was made with.
    private func trainedPlans(of runID: String?) throws -> [ModelFeatures] {
        guard let runID, !runID.isEmpty else { return [] }
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
        return try Set(hashes).map { hash in
            let view = try recordedView(hash)
            return ModelFeatures(name: view?.name ?? String(hash.prefix(12)), hash: hash, view: view)
        }
    }

    private func recordedView(_ hash: String) throws -> FeatureView? {
        let found = try row("SELECT definition FROM feature_views WHERE hash = ? LIMIT 1", [.text(hash)])
        return found.flatMap { try? decoded(FeatureView.self, from: $0.text("definition")) }
    }
}

/// One plan by which a model's features are computed.
struct ModelFeatures {
    var name: String
    /// SHA-256 of the plan.
    var hash: String
    /// Nil where only its hash is known.
    var view: FeatureView?
}
