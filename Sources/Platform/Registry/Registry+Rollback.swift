package import MartletDomain
import Metadata

extension Registry {
    /// What a rollback did.
    package struct Rollback: Sendable {
        package var version: ModelVersion
        /// What was in Production before and is archived now.
        package var archived: [ModelVersion.ID]
        /// Aliases that mean the version again.
        package var aliasesMoved: [String]
        /// Aliases that still mean a version that was rolled back.
        package var aliasesLeft: [String]
    }

    /// Puts the newest version back into Production that was there by the gates before, is not there now, and has the
    /// files that it was registered with.
    ///
    /// Aliases go back with it that the policy names for Production, or that meant this version before they meant the
    /// one that is rolled back; the others are listed. The policy may ask for less than on the way there: what it says
    /// under `rollback:`.
    /// - Throws: ``RegistryError/noGoodVersion(model:alias:)``, ``RegistryError/gatesUnmet(_:into:_:)``.
    @discardableResult
    package func rollBack(_ name: String, reason: String? = nil, by caller: Caller) async throws -> Rollback {
        let policy = policy(for: name)
        try refuse(RegistryNames.problems(text: reason))
        let good = try await goodFormer(under: policy) { db in
            try db.formerProduction(ofModel: try db.registeredModel(name))
        }
        return try await change("roll_back", ["name": name, "reason": reason], by: caller) { db in
            let model = try db.registeredModel(name)
            guard let good,
                let stored = try db.formerProduction(ofModel: model).first(where: { good.is($0.version) })
            else { throw RegistryError.noGoodVersion(model: name) }
            let evidence = try db.evidence(on: stored, under: policy, files: good.files, at: db.now)
            let unmet = stored.version.unmetGatesOfRollback(
                askedBy: caller.user.name, under: policy, given: evidence)
            guard unmet.isEmpty else { throw RegistryError.gatesUnmet(good.id, into: .rollback, unmet) }
            let current = try db.versions(
                "WHERE r.model = ? AND r.stage = 'Production' AND r.deleted_at IS NULL ORDER BY r.version",
                [.integer(model)])
            let aliases = current.flatMap(\.version.aliases).sorted()
            let moved = try aliases.filter { alias in
                try policy.namesProduction(alias) || db.wasCalled(alias, stored)
            }
            try db.move(stored, to: .production, way: .rollback, told: .rollback)
            try db.act(
                .appliedTransition, on: stored, comment: reason, systemComment: "rolled back",
                from: stored.version.stage, to: .production,
                telling: .rolledBack(
                    to: good.id, archived: current.map(\.version.id), aliases: moved, reason: reason,
                    by: caller.user.name))
            try db.archiveOthers(than: stored, in: .production)
            for alias in moved { try db.point(alias, to: stored, way: .rollback) }
            if !moved.isEmpty { db.note("aliases", moved.joined(separator: " ")) }
            let after = try db.version(good.id).version
            db.note("version", "\(good.id.version)")
            db.note(before: stored.version.stateDigest, after: after.stateDigest)
            return Rollback(
                version: after, archived: current.map(\.version.id), aliasesMoved: moved,
                aliasesLeft: aliases.filter { !moved.contains($0) })
        }
    }

    /// Lets an alias mean the newest version again that it meant by the gates before, and that has the files that it
    /// was registered with: the rollback of who tells callers an alias and no stage.
    ///
    /// - Throws: ``RegistryError/aliasMissing(model:alias:)``, ``RegistryError/noGoodVersion(model:alias:)``,
    ///   ``RegistryError/gatesUnmet(_:into:_:)``.
    @discardableResult
    package func rollBack(
        _ name: String, alias: String, reason: String? = nil, by caller: Caller
    ) async throws -> Rollback {
        let policy = policy(for: name)
        try refuse(RegistryNames.problems(knownAlias: alias) + RegistryNames.problems(text: reason))
        let good = try await goodFormer(under: policy) { db in
            try db.formerlyCalled(alias, ofModel: try db.registeredModel(name))
        }
        return try await change("roll_back", ["name": name, "alias": alias, "reason": reason], by: caller) { db in
            let model = try db.registeredModel(name)
            guard let current = try db.version(ofModel: model, alias: alias) else {
                throw RegistryError.aliasMissing(model: name, alias: alias)
            }
            guard let good,
                let stored = try db.formerlyCalled(alias, ofModel: model).first(where: { good.is($0.version) })
            else { throw RegistryError.noGoodVersion(model: name, alias: alias) }
            let evidence = try db.evidence(on: stored, under: policy, files: good.files, at: db.now)
            let unmet = stored.version.unmetGatesOfRollback(
                into: policy.stage(forAlias: alias), askedBy: caller.user.name, under: policy, given: evidence)
            guard unmet.isEmpty else { throw RegistryError.gatesUnmet(good.id, into: .alias(alias), unmet) }
            try db.point(alias, to: stored, way: .rollback)
            try db.act(
                .appliedTransition, on: stored, comment: reason,
                systemComment: "the alias \(alias) was rolled back from version \(current.version.id.version)",
                telling: .rolledBack(to: good.id, aliases: [alias], reason: reason, by: caller.user.name))
            let after = try db.version(good.id).version
            db.note("version", "\(good.id.version)")
            db.note(before: stored.version.stateDigest, after: after.stateDigest)
            return Rollback(version: after, archived: [], aliasesMoved: [alias], aliasesLeft: [])
        }
    }

    /// The first of some versions that has the files that it was registered with. The bytes are read before the
    /// transaction, which looks whether the version still is the same.
    private func goodFormer(
        under policy: Policy, _ candidates: @escaping @Sendable (Snapshot) throws -> [StoredVersion]
    ) async throws -> GoodVersion? {
        for version in try await store.read({ db in try candidates(db).map(\.version) }) {
            if let files = try await fileFacts(of: version.id, under: policy, always: true),
                files.digest == version.artifactDigest
            {
                return GoodVersion(id: version.id, digest: version.artifactDigest, files: files)
            }
        }
        return nil
    }
}

/// A version whose files were found to be those that were registered.
private struct GoodVersion: Sendable {
    var id: ModelVersion.ID
    var digest: String
    var files: FileFacts

    func `is`(_ version: ModelVersion) -> Bool { version.id == id && version.artifactDigest == digest }
}

extension Policy {
    /// Whether an alias is named for Production in so many words.
    fileprivate func namesProduction(_ alias: String) -> Bool {
        aliases.contains { $0.pattern.matches(alias) } && stage(forAlias: alias) == .production
    }
}

extension Snapshot {
    /// Versions that were in Production by the gates, left it because another took their place, and are not deleted; the
    /// one that came there last first, at most 50. One that was taken out of service by itself is not good any more.
    fileprivate func formerProduction(ofModel model: Int64) throws -> [StoredVersion] {
        try versions(
            "JOIN (SELECT version, MAX(number) AS last FROM stage_changes WHERE model = ? AND to_stage = 'Production' "
                + "GROUP BY version) c ON c.version = r.number "
                + "WHERE r.model = ? AND r.deleted_at IS NULL AND r.stage <> 'Production' AND NOT EXISTS "
                + "(SELECT 1 FROM broken_glass g WHERE g.version = r.number AND g.stage = 'Production' "
                + "AND g.status IN ('done', 'undone')) AND EXISTS (SELECT 1 FROM stage_changes o WHERE o.number = "
                + "(SELECT MAX(number) FROM stage_changes WHERE version = r.number AND from_stage = 'Production') "
                + "AND (o.audit_position IS NULL OR EXISTS (SELECT 1 FROM stage_changes p WHERE p.model = o.model "
                + "AND p.to_stage = 'Production' AND p.version <> o.version AND p.audit_position = o.audit_position))) "
                + "ORDER BY c.last DESC LIMIT 50",
            [.integer(model), .integer(model)])
    }

    /// Whether callers found a version by an alias before, and not past the gates alone.
    fileprivate func wasCalled(_ alias: String, _ stored: StoredVersion) throws -> Bool {
        try row(
            "SELECT number FROM stage_changes WHERE version = ? AND alias = ? AND is_removed = ? "
                + "AND (way IS NULL OR way <> 'break_glass') LIMIT 1",
            [.integer(stored.number), .text(alias), SQLValue(false)]) != nil
    }

    /// Versions that an alias meant by the gates, does not mean now and that are not deleted; the one that it meant
    /// last first, at most 50.
    fileprivate func formerlyCalled(_ alias: String, ofModel model: Int64) throws -> [StoredVersion] {
        try versions(
            "JOIN (SELECT version, MAX(number) AS last FROM stage_changes WHERE model = ? AND alias = ? "
                + "AND is_removed = ? GROUP BY version) c ON c.version = r.number "
                + "WHERE r.model = ? AND r.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM registered_model_aliases a "
                + "WHERE a.version = r.number AND a.alias = ?) AND NOT EXISTS (SELECT 1 FROM broken_glass g "
                + "WHERE g.version = r.number AND g.alias = ? AND g.status IN ('done', 'undone')) "
                + "ORDER BY c.last DESC LIMIT 50",
            [.integer(model), .text(alias), SQLValue(false), .integer(model), .text(alias), .text(alias)])
    }
}
