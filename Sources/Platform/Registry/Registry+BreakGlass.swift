package import MartletDomain
import Metadata

extension Registry {
    /// Asks to move a version past gates that it does not meet, because something cannot wait: to a stage, to be called
    /// by an alias, or out of service. Nothing moves before a second person has confirmed it.
    ///
    /// - Throws: ``RegistryError/nothingToBreak(_:_:)`` when no gate keeps the version.
    @discardableResult
    package func askBreakGlass(
        _ name: String, _ version: String, to target: BreakGlass.Target, reason: String, by caller: Caller
    ) async throws -> BreakGlass {
        let id = try ModelVersion.ID(name, version)
        let policy = policy(for: name)
        let (stage, alias) = try Self.place(target, under: policy)
        guard !reason.allSatisfy(\.isWhitespace) else {
            throw RegistryError.invalid(["Who breaks glass says why: --reason WHY."])
        }
        try refuse(RegistryNames.problems(text: reason))
        let parameters = [
            "name": name, "version": version, "stage": stage.rawValue, "alias": alias, "reason": reason,
        ]
        let files = try await fileFacts(of: id, under: policy)
        return try await change("ask_break_glass", parameters, by: caller) { db in
            let stored = try db.version(id)
            // Out of service is a way only from within it.
            if stage == .archived, !stored.version.stage.isInService {
                throw RegistryError.nothingToBreak(id, target)
            }
            guard policy.order.contains(stage), stage.isInService || stage == .archived else {
                let known = policy.order.filter { $0.isInService || $0 == .archived }
                throw RegistryError.gatesUnmet(id, into: .stage(stage), [.unknownStage(stage, known: known)])
            }
            guard stored.version.artifactCount > 0 || !stage.isInService else {
                throw RegistryError.nothingToSign(id)
            }
            let evidence = try db.evidence(on: stored, under: policy, files: files, at: db.now)
            var unmet = stored.version.unmetGates(
                into: stage, askedBy: caller.user.name, under: policy, given: evidence, isAlias: alias != nil)
            if alias != nil { unmet += policy.freeze(of: [stage], at: evidence.moment) }
            guard !unmet.isEmpty else { throw RegistryError.nothingToBreak(id, target) }
            // One that was asked for before is not confirmed by mistake.
            try db.execute(
                "UPDATE broken_glass SET status = 'expired' WHERE version = ? AND status = 'asked'",
                [.integer(stored.number)])
            let glass = BreakGlass(
                id: newID(), version: id, stage: stage, alias: alias, reason: reason, askedBy: caller.user.name,
                askedAt: try db.registryTime(), artifactDigest: stored.version.artifactDigest)
            try db.insert(glass, of: stored)
            try db.act(
                .requestedTransition, on: stored, comment: reason,
                systemComment: "past the gates" + (alias.map { ", by the alias \($0)" } ?? ""),
                from: stored.version.stage, to: alias == nil ? stage : nil,
                telling: .asked(glass, from: stored.version.stage, unmet: unmet.map { $0.sentence(id) }))
            db.note("unmet", unmet.map { $0.sentence(id) }.joined(separator: "\n"))
            return glass
        }
    }

    /// Moves a version as another person asked, past its gates. What stands in the stage now is archived; what had the
    /// alias loses it.
    ///
    /// - Throws: ``RegistryError/breakGlassMissing(_:_:)``, ``RegistryError/breakGlassOver(_:_:askedAt:)``,
    ///   ``RegistryError/breakGlassAlone(user:_:_:)``, ``RegistryError/mayNotSign(user:_:_:)``,
    ///   ``RegistryError/otherFiles(_:)`` when the files are not those that were registered.
    @discardableResult
    package func confirmBreakGlass(
        _ name: String, _ version: String, to target: BreakGlass.Target, by caller: Caller
    ) async throws -> BreakGlass {
        let id = try ModelVersion.ID(name, version)
        let policy = policy(for: name)
        let (stage, alias) = try Self.place(target, under: policy)
        let parameters = ["name": name, "version": version, "stage": stage.rawValue, "alias": alias]
        let files = try await fileFacts(of: id, under: policy, always: true)
        return try await change("break_glass", parameters, by: caller) { db in
            let stored = try db.version(id)
            guard let asked = try db.brokenGlass(of: stored, .asked), asked.target == target else {
                throw RegistryError.breakGlassMissing(id, target)
            }
            let done = try asked.confirmed(
                by: caller.user, of: stored.version, under: policy, at: try db.registryTime())
            // What is taken out of service may be so because of its files.
            guard files?.digest == stored.version.artifactDigest || !stage.isInService else {
                throw RegistryError.otherFiles(id)
            }
            try db.execute(
                "UPDATE broken_glass SET status = 'done', confirmed_by = ?, confirmed_at = ? WHERE id = ?",
                [.text(caller.user.name), SQLValue(done.confirmedAt), .text(done.id)])
            db.note("reason", done.reason)
            db.note("asked_by", done.askedBy)
            db.note("from_stage", stored.version.stage.rawValue)
            try db.act(
                .systemTransition, on: stored, comment: done.reason,
                systemComment: "past the gates, asked for by \(done.askedBy)"
                    + (alias.map { ", by the alias \($0)" } ?? ""),
                from: stored.version.stage, to: alias == nil ? stage : nil,
                telling: .done(done, from: stored.version.stage))
            if let alias {
                try db.point(alias, to: stored, way: .breakGlass)
            } else {
                try db.move(stored, to: stage, way: .breakGlass, told: .breakGlass)
                try db.closeRequests(of: stored, to: stage, as: .applied)
                if stage.isInService { try db.archiveOthers(than: stored, in: stage) }
            }
            db.note(before: stored.version.stateDigest, after: try db.version(id).version.stateDigest)
            return done
        }
    }

    /// The stage whose gates a target has, and the alias that it is.
    private static func place(
        _ target: BreakGlass.Target, under policy: Policy
    ) throws -> (stage: Stage, alias: String?) {
        switch target {
        case .stage(let stage): return (stage, nil)
        case .alias(let alias):
            let problems = RegistryNames.problems(alias: alias)
            guard problems.isEmpty else { throw RegistryError.invalid(problems) }
            return (policy.stage(forAlias: alias), alias)
        }
    }

    /// Moves past the gates of a model's versions, oldest first.
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
    /// The newest of a version that stands so.
    fileprivate func brokenGlass(of stored: StoredVersion, _ status: BreakGlass.Status) throws -> BreakGlass? {
        try row(
            "SELECT * FROM broken_glass WHERE version = ? AND status = ? ORDER BY number DESC LIMIT 1",
            [.integer(stored.number), .text(status.rawValue)])?.brokenGlass(stored.version.id)
    }

    /// The newest move past the gates of a model's versions that nobody has ratified.
    func brokenGlass(ofModel model: Int64, _ name: String) throws -> BreakGlass? {
        try row(
            "SELECT g.*, v.version AS version_number FROM broken_glass g JOIN model_versions v ON v.number = g.version "
                + "WHERE g.model = ? AND g.status = 'done' ORDER BY g.number DESC LIMIT 1", [.integer(model)]
        ).map { try $0.brokenGlass(.init(name: name, version: try $0.integer("version_number"))) }
    }
}

extension Transaction {
    fileprivate func insert(_ glass: BreakGlass, of stored: StoredVersion) throws {
        try execute(
            "INSERT INTO broken_glass (number, id, model, version, stage, alias, reason, artifact_digest, asked_by, "
                + "asked_at, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'asked')",
            [
                .integer(try next("broken_glass")), .text(glass.id), .integer(stored.model), .integer(stored.number),
                .text(glass.stage.rawValue), SQLValue(glass.alias), .text(glass.reason), .text(glass.artifactDigest),
                .text(glass.askedBy), .integer(glass.askedAt),
            ])
    }
}

extension SQLRow {
    fileprivate func brokenGlass(_ id: ModelVersion.ID) throws -> BreakGlass {
        guard let stage = Stage(rawValue: try text("stage")),
            let status = BreakGlass.Status(rawValue: try text("status"))
        else { throw StoreError.unexpectedValue(column: "status") }
        return BreakGlass(
            id: try text("id"), version: id, stage: stage, alias: try textIfPresent("alias"),
            reason: try text("reason"), askedBy: try text("asked_by"), askedAt: try integer("asked_at"),
            confirmedBy: try textIfPresent("confirmed_by"),
            confirmedAt: try integerIfPresent("confirmed_at"), status: status,
            artifactDigest: try text("artifact_digest"))
    }
}
