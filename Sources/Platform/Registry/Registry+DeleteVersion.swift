package import MartletDomain
import Metadata

extension Registry {
    /// Deletes a version; its number is never used again, and its history stays.
    ///
    /// Under a policy, one that callers find by its stage or by an alias is not deleted.
    package func deleteVersion(_ name: String, _ version: String, by caller: Caller) async throws {
        let id = try ModelVersion.ID(name, version)
        let policy = policy(for: name)
        try await change("delete_model_version", ["name": name, "version": version], by: caller) { db in
            let stored = try db.version(id)
            if !policy.isOpen {
                let stage = stored.version.stage
                guard !stage.isInService || (stage == .staging && policy[.archived].isEmpty) else {
                    throw RegistryError.inService(id, stage)
                }
                let frozen = policy.freeze(of: [stage], at: try db.registryTime())
                guard frozen.isEmpty else { throw RegistryError.gatesUnmet(id, into: .stage(.archived), frozen) }
                guard stored.version.aliases.isEmpty else {
                    throw RegistryError.hasAliases(id, stored.version.aliases)
                }
            }
            try db.delete(stored)
            try db.touch(registeredModel: stored.model)
            db.note(before: stored.version.stateDigest, after: nil)
        }
    }
}

extension Transaction {
    /// Takes a version out of use, and tells of it. Its row, and what was said about it, stay.
    func delete(_ stored: StoredVersion) throws {
        if try !isPrompt(model: stored.model) {
            try announce(.deleted(version: stored.version.id, by: caller.user.name))
        }
        for alias in stored.version.aliases { try remember(stored, alias: alias, isRemoved: true) }
        try remember(stored, from: stored.version.stage, isRemoved: true)
        try execute("DELETE FROM registered_model_aliases WHERE version = ?", [.integer(stored.number)])
        try execute("DELETE FROM model_version_tags WHERE version = ?", [.integer(stored.number)])
        try execute(
            "UPDATE broken_glass SET status = 'undone' WHERE version = ? AND status = 'done'", [.integer(stored.number)]
        )
        try execute(
            "UPDATE model_versions SET deleted_at = ?, updated_at = ? WHERE number = ?",
            [.integer(now), .integer(now), .integer(stored.number)])
    }
}
