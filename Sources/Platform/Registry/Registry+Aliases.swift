package import MartletDomain
import Metadata

extension Registry {
    /// Lets callers find a version by an alias, which passes the same gates as Production: an alias is a door too.
    package func setAlias(_ alias: String, of name: String, to version: String, by caller: Caller) async throws {
        let id = try ModelVersion.ID(name, version)
        try refuse(RegistryNames.problems(alias: alias))
        let policy = policy(for: name)
        let parameters = ["name": name, "alias": alias, "version": version]
        try await requireSealed(id, "set_registered_model_alias", parameters, by: caller)
        let files = try await fileFacts(of: id, under: policy)
        try await changeVersion("set_registered_model_alias", parameters, id, by: caller) { db, stored in
            try stored.version.requireFit(
                for: alias, askedBy: caller.user.name, under: policy,
                given: try db.evidence(on: stored, under: policy, files: files, at: db.now))
            let isRatified = try db.ratify(stored, alias: alias)
            if isRatified { db.note("ratified", "true") }
            try db.point(alias, to: stored, way: isRatified ? .ratified : nil)
        }
    }

    /// Takes an alias away, if the policy lets a version be archived; nothing changes when there is none.
    package func deleteAlias(_ alias: String, of name: String, by caller: Caller) async throws {
        try refuse(RegistryNames.problems(knownAlias: alias))
        let policy = policy(for: name)
        try await change("delete_registered_model_alias", ["name": name, "alias": alias], by: caller) { db in
            let model = try db.registeredModel(name)
            try db.announce(.alias(alias, of: name, nil, isPrompt: try db.isPrompt(model: model)))
            guard let stored = try db.version(ofModel: model, alias: alias) else { return }
            // Who uses it finds nothing afterwards, so it is a door as well.
            try stored.version.requireRemovable(
                alias: alias, askedBy: caller.user.name, under: policy,
                given: try db.evidence(on: stored, under: policy, files: nil, at: db.now))
            db.note("version", "\(stored.version.id.version)")
            try db.execute(
                "DELETE FROM registered_model_aliases WHERE model = ? AND alias = ?", [.integer(model), .text(alias)])
            try db.remember(stored, alias: alias, isRemoved: true)
            try db.undoGlass(ofModel: model, alias: alias, but: nil)
        }
    }

    /// The version that an alias stands for; `latest`, in any case, is the one with the greatest number.
    /// - Throws: ``RegistryError/aliasMissing(model:alias:)``, ``RegistryError/noVersions(model:)``.
    package func version(_ name: String, alias: String) async throws -> ModelVersion {
        try refuse(RegistryNames.problems(knownModel: name) + RegistryNames.problems(knownAlias: alias))
        if alias.lowercased() == "latest" { return try await newestVersion(of: name) }
        return try store.lookUp { db in
            guard let stored = try db.version(ofModel: try db.registeredModel(name), alias: alias) else {
                throw RegistryError.aliasMissing(model: name, alias: alias)
            }
            return stored.version
        }
    }
}

extension Transaction {
    /// Lets callers find a version by an alias.
    func point(_ alias: String, to stored: StoredVersion, way: StageChange.Way? = nil) throws {
        try execute(
            "INSERT INTO registered_model_aliases (model, alias, version) VALUES (?, ?, ?) "
                + "ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version",
            [.integer(stored.model), .text(alias), .integer(stored.number)])
        try remember(stored, alias: alias, way: way)
        try undoGlass(ofModel: stored.model, alias: alias, but: stored)
        let id = stored.version.id
        try announce(.alias(alias, of: id.name, "\(id.version)", isPrompt: try isPrompt(model: stored.model)))
    }

    /// Whoever has an alias no more, for which glass was broken, needs no ratifying any more.
    fileprivate func undoGlass(ofModel model: Int64, alias: String, but stored: StoredVersion?) throws {
        try execute(
            "UPDATE broken_glass SET status = 'undone' WHERE model = ? AND status = 'done' AND alias = ? AND version <> ?",
            [.integer(model), .text(alias), .integer(stored?.number ?? -1)])
    }

    /// Marks a move past the gates as made good, now that they are met.
    /// - Returns: Whether there was one.
    fileprivate func ratify(_ stored: StoredVersion, alias: String) throws -> Bool {
        try execute(
            "UPDATE broken_glass SET status = 'ratified' WHERE version = ? AND status = 'done' AND alias = ?",
            [.integer(stored.number), .text(alias)]) > 0
    }
}

extension Snapshot {
    func version(ofModel model: Int64, alias: String) throws -> StoredVersion? {
        try versions(
            "JOIN registered_model_aliases a ON a.version = r.number WHERE a.model = ? AND a.alias = ?",
            [.integer(model), .text(alias)]
        ).first
    }
}
