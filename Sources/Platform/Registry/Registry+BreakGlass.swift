package import MartletDomain
import Metadata

extension Registry {
    /// Asks to move a version past gates that it does not meet, because something cannot wait. Nothing moves before a second
    /// person has confirmed it.
    ///
    /// - Throws: ``RegistryError/nothingToBreak(_:_:)`` when no gate keeps the version.
    @discardableResult
    package func askBreakGlass(
        _ name: String, _ version: String, to stage: Stage, reason: String, by caller: Caller
    ) async throws -> BreakGlass {
        let id = try ModelVersion.ID(name, version)
        let policy = policy(for: name)
        guard !reason.allSatisfy(\.isWhitespace) else {
            throw RegistryError.invalid(["Who breaks glass says why: --reason WHY."])
        }
        try refuse(RegistryNames.problems(text: reason))
        let parameters = ["name": name, "version": version, "stage": stage.rawValue, "reason": reason]
        let files = try await fileFacts(of: id, under: policy)
        return try await change("ask_break_glass", parameters, by: caller) { db in
            let stored = try db.version(id)
            guard policy.order.contains(stage), stage.isInService else {
                throw RegistryError.gatesUnmet(id, into: .stage(stage), [.unknownStage(stage, known: policy.order)])
            }
            guard stored.version.artifactCount > 0 else { throw RegistryError.nothingToSign(id) }
            let unmet = stored.version.unmetGates(
                into: stage, askedBy: caller.user.name, under: policy,
                given: try db.evidence(on: stored, under: policy, files: files, at: db.now))
            guard !unmet.isEmpty else { throw RegistryError.nothingToBreak(id, stage) }
            // One that was asked for before is not confirmed by mistake.
            try db.execute(
                "UPDATE broken_glass SET status = 'expired' WHERE version = ? AND status = 'asked'",
                [.integer(stored.number)])
            let glass = BreakGlass(
                id: newID(), version: id, stage: stage, reason: reason, askedBy: caller.user.name,
                askedAt: try db.registryTime(), artifactDigest: stored.version.artifactDigest)
            try db.execute(
                "INSERT INTO broken_glass (number, id, model, version, stage, reason, artifact_digest, asked_by, "
                    + "asked_at, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'asked')",
                [
                    .integer(try db.next("broken_glass")), .text(glass.id), .integer(stored.model),
                    .integer(stored.number), .text(stage.rawValue), .text(reason), .text(glass.artifactDigest),
                    .text(glass.askedBy), .integer(glass.askedAt),
                ])
            try db.act(
                .requestedTransition, on: stored, comment: reason, systemComment: "past the gates",
                from: stored.version.stage, to: stage)
            db.note("unmet", unmet.map { $0.sentence(id) }.joined(separator: "\n"))
            return glass
        }
    }

    /// Moves a version as another person asked, past its gates. What stands in the stage now is archived.
    ///
    /// - Throws: ``RegistryError/breakGlassMissing(_:)``, ``RegistryError/breakGlassOver(_:askedAt:)``,
    ///   ``RegistryError/breakGlassAlone(user:_:)``, ``RegistryError/mayNotSign(user:_:_:)``,
    ///   ``RegistryError/otherFiles(_:)`` when the files are not those that were registered.
    @discardableResult
    package func confirmBreakGlass(
        _ name: String, _ version: String, to stage: Stage, by caller: Caller
    ) async throws -> BreakGlass {
        let id = try ModelVersion.ID(name, version)
        let policy = policy(for: name)
        let parameters = ["name": name, "version": version, "stage": stage.rawValue]
        let files = try await fileFacts(of: id, under: policy, always: true)
        return try await change("break_glass", parameters, by: caller) { db in
            let stored = try db.version(id)
            guard let asked = try db.brokenGlass(of: stored, in: stage, .asked) else {
                throw RegistryError.breakGlassMissing(id)
            }
            let done = try asked.confirmed(
                by: caller.user, of: stored.version, under: policy, at: try db.registryTime())
            guard files?.digest == stored.version.artifactDigest else { throw RegistryError.otherFiles(id) }
            try db.execute(
                "UPDATE broken_glass SET status = 'done', confirmed_by = ?, confirmed_at = ? WHERE id = ?",
                [.text(caller.user.name), SQLValue(done.confirmedAt), .text(done.id)])
            db.note("reason", done.reason)
            db.note("asked_by", done.askedBy)
            db.note("from_stage", stored.version.stage.rawValue)
            try db.move(stored, to: stage, way: .breakGlass)
            try db.act(
                .systemTransition, on: stored, comment: done.reason,
                systemComment: "past the gates, asked for by \(done.askedBy)", from: stored.version.stage, to: stage)
            try db.closeRequests(of: stored, to: stage, as: .applied)
            try db.archiveOthers(than: stored, in: stage)
            db.note(before: stored.version.stateDigest, after: try db.version(id).version.stateDigest)
            return done
        }
    }

    /// Transitions past the gates of a model's versions, oldest first.
    package func brokenGlass(of name: String) async throws -> [BreakGlass] {
        try await store.read { db in
            try db.rows(
                "SELECT g.*, v.version AS version_number FROM model_versions v JOIN broken_glass g "
                    + "ON g.version = v.number WHERE v.model = ? ORDER BY g.number",
                [.integer(try db.registeredModel(name))]
            ).map { try $0.brokenGlass(.init(name: name, version: try $0.integer("version_number"))) }
        }
    }
}

extension Snapshot {
    /// The newest of a version for a stage that stands so.
    func brokenGlass(
        of stored: StoredVersion, in stage: Stage, _ status: BreakGlass.Status
    ) throws -> BreakGlass? {
        try row(
            "SELECT * FROM broken_glass WHERE version = ? AND status = ? AND stage = ? ORDER BY number DESC LIMIT 1",
            [.integer(stored.number), .text(status.rawValue), .text(stage.rawValue)])?.brokenGlass(stored.version.id)
    }
}

extension SQLRow {
    fileprivate func brokenGlass(_ id: ModelVersion.ID) throws -> BreakGlass {
        guard let stage = Stage(rawValue: try text("stage")),
            let status = BreakGlass.Status(rawValue: try text("status"))
        else { throw StoreError.unexpectedValue(column: "status") }
        return BreakGlass(
            id: try text("id"), version: id, stage: stage, reason: try text("reason"), askedBy: try text("asked_by"),
            askedAt: try integer("asked_at"), confirmedBy: try textIfPresent("confirmed_by"),
            confirmedAt: try integerIfPresent("confirmed_at"), status: status,
            artifactDigest: try text("artifact_digest"))
    }
}
