package import MartletDomain
import Metadata

extension Registry {
    /// What a rollback did.
    package struct Rollback: Sendable {
        package var version: ModelVersion
        /// What was in Production before and is archived now.
        package var archived: [ModelVersion.ID]
        /// Aliases that still mean a version that was rolled back.
        package var aliasesLeft: [String]
    }

    /// Puts the newest version back into Production that was there by the gates before, is not there now, and has the files
    /// that it was registered with.
    ///
    /// The policy may ask for less than on the way there: what it says under `rollback:`.
    /// - Throws: ``RegistryError/noGoodVersion(model:)``, ``RegistryError/gatesUnmet(_:into:_:)``.
    @discardableResult
    package func rollBack(_ name: String, reason: String? = nil, by caller: Caller) async throws -> Rollback {
        let policy = policy(for: name)
        try refuse(RegistryNames.problems(text: reason))
        let candidates = try await store.read { db in
            try db.formerProduction(ofModel: try db.registeredModel(name)).map(\.version)
        }
        // The bytes are read before the transaction, which checks that the version is still the same.
        var good: (id: ModelVersion.ID, digest: String, files: FileFacts)?
        for version in candidates {
            guard let files = try await fileFacts(of: version.id, under: policy, always: true),
                files.digest == version.artifactDigest
            else { continue }
            good = (version.id, version.artifactDigest, files)
            break
        }
        let chosen = good
        return try await change("roll_back", ["name": name, "reason": reason], by: caller) { db in
            let model = try db.registeredModel(name)
            guard let chosen,
                let stored = try db.formerProduction(ofModel: model).first(where: {
                    $0.version.id == chosen.id && $0.version.artifactDigest == chosen.digest
                })
            else { throw RegistryError.noGoodVersion(model: name) }
            let evidence = try db.evidence(on: stored, under: policy, files: chosen.files, at: db.now)
            let unmet = stored.version.unmetGatesOfRollback(
                askedBy: caller.user.name, under: policy, given: evidence)
            guard unmet.isEmpty else { throw RegistryError.gatesUnmet(chosen.id, into: .rollback, unmet) }
            let current = try db.versions(
                "WHERE r.model = ? AND r.stage = 'Production' AND r.deleted_at IS NULL ORDER BY r.version",
                [.integer(model)])
            try db.move(stored, to: .production, way: .rollback)
            try db.act(
                .appliedTransition, on: stored, comment: reason, systemComment: "rolled back",
                from: stored.version.stage, to: .production)
            try db.archiveOthers(than: stored, in: .production)
            let after = try db.version(chosen.id).version
            db.note("version", "\(chosen.id.version)")
            db.note(before: stored.version.stateDigest, after: after.stateDigest)
            return Rollback(
                version: after, archived: current.map(\.version.id),
                aliasesLeft: current.flatMap(\.version.aliases).sorted())
        }
    }
}

extension Snapshot {
    /// Versions that were in Production by the gates, are not there now and are not deleted; the one that came there last
    /// first, at most 50.
    fileprivate func formerProduction(ofModel model: Int64) throws -> [StoredVersion] {
        try versions(
            "JOIN (SELECT version, MAX(number) AS last FROM stage_changes WHERE model = ? AND to_stage = 'Production' "
                + "GROUP BY version) c ON c.version = r.number "
                + "WHERE r.model = ? AND r.deleted_at IS NULL AND r.stage <> 'Production' AND NOT EXISTS "
                + "(SELECT 1 FROM broken_glass g WHERE g.version = r.number AND g.stage = 'Production' "
                + "AND g.status IN ('done', 'undone')) ORDER BY c.last DESC LIMIT 50",
            [.integer(model), .integer(model)])
    }
}
