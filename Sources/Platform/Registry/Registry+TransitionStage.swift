package import MartletDomain
import Metadata

extension Registry {
    /// Moves a version to a stage if every gate of the policy is met.
    ///
    /// - Parameter archiveExisting: Whether other versions in that stage are archived, in the same transaction.
    /// - Throws: ``RegistryError/gatesUnmet(_:into:_:)`` with every unmet gate; the refusal is in the audit log.
    @discardableResult
    package func transition(
        _ name: String, _ version: String, to stage: Stage, archiveExisting: Bool = false, comment: String? = nil,
        by caller: Caller
    ) async throws -> ModelVersion {
        let id = try ModelVersion.ID(name, version)
        let policy = policy(for: name)
        try refuse(RegistryNames.problems(text: comment))
        try requireArchiving(archiveExisting, stage, policy)
        let parameters = [
            "name": name, "version": version, "stage": stage.rawValue,
            "archive_existing_versions": "\(archiveExisting)", "comment": comment,
        ]
        if stage.isInService { try await requireSealed(id, "transition_stage", parameters, by: caller) }
        let files = try await fileFacts(of: id, under: policy)
        return try await changeVersion("transition_stage", parameters, id, by: caller) { db, stored in
            let move = StageMove(
                stage: stage, asker: caller.user.name, archivesExisting: archiveExisting, comment: comment,
                policy: policy, files: files)
            try db.make(move, of: stored)
        }
    }

    /// MLflow archives others only where callers find versions.
    func requireArchiving(_ archiveExisting: Bool, _ stage: Stage, _ policy: Policy) throws {
        guard archiveExisting, !stage.isInService else { return }
        let active = policy.order.filter(\.isInService).map(\.rawValue).joined(separator: ", ")
        throw RegistryError.invalid([
            "Model version transition cannot archive existing model versions because '\(stage.rawValue)' is not an "
                + "Active stage. Valid stages are \(active)."
        ])
    }

    /// What stands between a version and a stage for this caller; empty when it may go.
    package func unmetGates(
        of name: String, _ version: String, into stage: Stage, by caller: Caller
    ) async throws -> [UnmetGate] {
        let id = try ModelVersion.ID(name, version)
        let (policy, now) = (policy(for: name), store.clock.now)
        let files = try await fileFacts(of: id, under: policy)
        return try await store.read { db in
            let stored = try db.version(id)
            return stored.version.unmetGates(
                into: stage, askedBy: caller.user.name, under: policy,
                given: try db.evidence(on: stored, under: policy, files: files, at: now))
        }
    }
}

/// A transition that is asked for.
struct StageMove: Sendable {
    var stage: Stage
    /// Who asks: not always who calls, when somebody else's request is applied.
    var asker: String
    var archivesExisting: Bool
    var comment: String?
    var policy: Policy
    var files: FileFacts?
    var way = StageMoveWay.transition
}

extension Transaction {
    /// Moves a version if every gate is met, with all that follows from it.
    /// - Throws: ``RegistryError/gatesUnmet(_:into:_:)``
    func make(_ move: StageMove, of stored: StoredVersion) throws {
        let evidence = try evidence(on: stored, under: move.policy, files: move.files, at: now)
        let moved = try stored.version.moved(
            to: move.stage, by: move.asker, under: move.policy, given: evidence, at: now)
        note("from_stage", stored.version.stage.rawValue)
        let approvals = stored.version.approvals(
            into: move.stage, askedBy: move.asker, under: move.policy, given: evidence)
        let isRatified = try ratify(stored, in: moved.stage)
        var change = try self.move(stored, to: moved.stage, told: move.way)
        if isRatified, change == nil {
            change = try remember(stored, from: moved.stage, to: moved.stage, way: .ratified)
            note("ratified", "true")
        }
        if let change {
            try record(approvals, of: stored, for: change)
            try act(
                .appliedTransition, on: stored, comment: move.comment, from: stored.version.stage, to: moved.stage)
        }
        try closeRequests(of: stored, to: moved.stage, as: .applied)
        if change != nil, !approvals.isEmpty { note("approved_by", approvals.map(\.user).joined(separator: " ")) }
        if move.archivesExisting {
            // Nothing takes their place that did not stand there: they are just taken out.
            if change == nil { try requireRemovable(others(than: stored, in: move.stage), move) }
            try archiveOthers(than: stored, in: move.stage)
        }
    }

    /// - Throws: ``RegistryError/gatesUnmet(_:into:_:)`` for the first that may not be archived.
    private func requireRemovable(_ others: [StoredVersion], _ move: StageMove) throws {
        for other in others {
            let evidence = try evidence(on: other, under: move.policy, files: nil, at: now)
            _ = try other.version.moved(
                to: .archived, by: move.asker, under: move.policy, given: evidence, at: now)
        }
    }

    private func others(than stored: StoredVersion, in stage: Stage) throws -> [StoredVersion] {
        try versions(
            "WHERE r.model = ? AND r.stage = ? AND r.number <> ? AND r.deleted_at IS NULL ORDER BY r.version",
            [.integer(stored.model), .text(stage.rawValue), .integer(stored.number)])
    }

    /// Puts a version into a stage, and tells of it.
    /// - Parameters:
    ///   - told: What webhooks are told of how it came about.
    ///   - replacement: The version that takes its place.
    /// - Returns: The number of the change; nil when it stands there already.
    @discardableResult
    func move(
        _ stored: StoredVersion, to stage: Stage, way: StageChange.Way? = nil, told: StageMoveWay = .transition,
        replacement: ModelVersion.ID? = nil
    ) throws -> Int64? {
        try execute(
            "UPDATE model_versions SET stage = ?, updated_at = ? WHERE number = ?",
            [.text(stage.rawValue), .integer(now), .integer(stored.number)])
        try touch(registeredModel: stored.model)
        guard stored.version.stage != stage else { return nil }
        // Who leaves the stage that glass was broken for needs no ratifying any more.
        try execute(
            "UPDATE broken_glass SET status = 'undone' WHERE version = ? AND status = 'done' AND stage <> ? "
                + "AND alias IS NULL",
            [.integer(stored.number), .text(stage.rawValue)])
        try announce(
            .moved(
                stored.version.id, from: stored.version.stage, to: stage, way: told, by: caller.user.name,
                replacement: replacement))
        return try remember(stored, from: stored.version.stage, to: stage, way: way)
    }

    func archiveOthers(than stored: StoredVersion, in stage: Stage) throws {
        let others = try others(than: stored, in: stage)
        for other in others {
            try move(other, to: .archived, told: .replaced, replacement: stored.version.id)
            try act(.systemTransition, on: other, from: stage, to: .archived)
        }
        if !others.isEmpty {
            note("archived_versions", others.map { "\($0.version.id.version)" }.joined(separator: " "))
        }
    }

    /// Remembers whose word let a version into a stage.
    private func record(_ approvals: [SignOff], of stored: StoredVersion, for change: Int64) throws {
        for approval in approvals {
            try execute(
                "INSERT INTO stage_change_approvals (change, sign_off) SELECT CAST(? AS BIGINT), MAX(number) FROM sign_offs "
                    + "WHERE version = ? AND stage = ? AND role = ? AND signed_by = ? AND signed_at = ?",
                [
                    .integer(change), .integer(stored.number), .text(approval.stage.rawValue),
                    .text(approval.role.rawValue), .text(approval.user), .integer(approval.at),
                ])
        }
    }

    /// Marks a transition past the gates as made good, now that they are met.
    /// - Returns: Whether there was one.
    private func ratify(_ stored: StoredVersion, in stage: Stage) throws -> Bool {
        try execute(
            "UPDATE broken_glass SET status = 'ratified' WHERE version = ? AND status = 'done' AND stage = ?",
            [.integer(stored.number), .text(stage.rawValue)]) > 0
    }
}
