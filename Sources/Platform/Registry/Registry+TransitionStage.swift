package import MartletDomain
import Metadata

extension Registry {
    /// Moves a version to a stage if every gate of the policy is met.
    ///
    /// - Parameter archiveExisting: Whether other versions in that stage are archived, in the same transaction.
    /// - Throws: ``RegistryError/gatesUnmet(_:into:_:)`` with every unmet gate; the refusal is in the audit log.
    @discardableResult
    package func transition(
        _ name: String, _ version: String, to stage: Stage, archiveExisting: Bool = false, by caller: Caller
    ) async throws -> ModelVersion {
        let id = try ModelVersion.ID(name, version)
        guard !archiveExisting || stage == .staging || stage == .production else {
            throw RegistryError.invalid([
                "Model version transition cannot archive existing model versions because '\(stage.rawValue)' is not an "
                    + "Active stage. Valid stages are Staging, Production."
            ])
        }
        let (policy, now) = (policy, store.clock.now)
        let parameters = [
            "name": name, "version": version, "stage": stage.rawValue,
            "archive_existing_versions": "\(archiveExisting)",
        ]
        if stage == .staging || stage == .production {
            try await requireSealed(id, "transition_stage", parameters, by: caller)
        }
        return try await changeVersion("transition_stage", parameters, id, by: caller) { db, stored in
            let moved = try stored.version.moved(
                to: stage, by: caller.user.name, under: policy, given: try db.evidence(on: stored, at: now), at: db.now)
            db.note("from_stage", stored.version.stage.rawValue)
            try db.move(stored, to: moved.stage)
            guard archiveExisting else { return }
            let others = try db.versions(
                "WHERE r.model = ? AND r.stage = ? AND r.number <> ? AND r.deleted_at IS NULL ORDER BY r.version",
                [.integer(stored.model), .text(stage.rawValue), .integer(stored.number)])
            for other in others { try db.move(other, to: .archived) }
            if !others.isEmpty {
                db.note("archived_versions", others.map { "\($0.version.id.version)" }.joined(separator: " "))
            }
        }
    }

    /// What stands between a version and a stage for this caller; empty when it may go.
    package func unmetGates(
        of name: String, _ version: String, into stage: Stage, by caller: Caller
    ) async throws -> [UnmetGate] {
        let id = try ModelVersion.ID(name, version)
        let (policy, now) = (policy, store.clock.now)
        return try await store.read { db in
            let stored = try db.version(id)
            return stored.version.unmetGates(
                into: stage, askedBy: caller.user.name, under: policy, given: try db.evidence(on: stored, at: now))
        }
    }
}

extension Transaction {
    fileprivate func move(_ stored: StoredVersion, to stage: Stage) throws {
        try execute(
            "UPDATE model_versions SET stage = ?, updated_at = ? WHERE number = ?",
            [.text(stage.rawValue), .integer(now), .integer(stored.number)])
        try touch(registeredModel: stored.model)
        if stored.version.stage != stage { try remember(stored, from: stored.version.stage, to: stage) }
    }
}

extension Snapshot {
    /// All that is on record for and against a version.
    /// - Parameter time: Now, milliseconds since 1970 UTC.
    func evidence(on stored: StoredVersion, at time: Int64) throws -> Evidence {
        Evidence(
            signOffs: try signOffs(of: stored), monitoringPlan: try monitoringPlan(ofModel: stored.model),
            gateResults: try gateResults(of: stored), features: try featureEvidence(of: stored, at: time))
    }
}
