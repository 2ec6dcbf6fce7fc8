package import MartletDomain
import Metadata

extension Registry {
    package func setModelTag(_ tag: KeyedText, of name: String, by caller: Caller) async throws {
        try refuse(RegistryNames.problems(tags: [tag]))
        let parameters = ["name": name, "key": tag.key, "value": tag.value]
        try await change("set_registered_model_tag", parameters, by: caller) { db in
            let model = try db.registeredModel(name)
            try db.set(tag, in: .registered_model_tags, of: model)
            if try db.isPrompt(model: model) { try db.announce(.tag(tag.key, tag.value, ofPrompt: name)) }
        }
    }

    /// Takes a tag away; nothing changes when there is none.
    package func deleteModelTag(_ key: String, of name: String, by caller: Caller) async throws {
        try refuse(RegistryNames.problems(tagKey: key))
        try await change("delete_registered_model_tag", ["name": name, "key": key], by: caller) { db in
            let model = try db.registeredModel(name)
            try db.deleteTag(key, in: .registered_model_tags, of: model)
            if try db.isPrompt(model: model) { try db.announce(.tag(key, nil, ofPrompt: name)) }
        }
    }

    package func setVersionTag(
        _ tag: KeyedText, of name: String, _ version: String, by caller: Caller
    ) async throws {
        let id = try ModelVersion.ID(name, version)
        try refuse(RegistryNames.problems(tags: [tag]))
        let parameters = ["name": name, "version": version, "key": tag.key, "value": tag.value]
        try await changeVersion("set_model_version_tag", parameters, id, by: caller) { db, stored in
            try db.set(tag, in: .model_version_tags, of: stored.number)
            try db.announce(
                .tag(tag.key, tag.value, of: name, version, isPrompt: try db.isPrompt(model: stored.model)))
        }
    }

    /// Takes a tag away; nothing changes when there is none.
    package func deleteVersionTag(_ key: String, of name: String, _ version: String, by caller: Caller) async throws {
        let id = try ModelVersion.ID(name, version)
        try refuse(RegistryNames.problems(tagKey: key))
        let parameters = ["name": name, "version": version, "key": key]
        try await changeVersion("delete_model_version_tag", parameters, id, by: caller) { db, stored in
            try db.deleteTag(key, in: .model_version_tags, of: stored.number)
            try db.announce(.tag(key, nil, of: name, version, isPrompt: try db.isPrompt(model: stored.model)))
        }
    }

    @discardableResult
    package func updateVersion(
        _ name: String, _ version: String, description: String, by caller: Caller
    ) async throws -> ModelVersion {
        let id = try ModelVersion.ID(name, version)
        try refuse(RegistryNames.problems(text: description))
        let parameters = ["name": name, "version": version, "description": description]
        return try await changeVersion("update_model_version", parameters, id, by: caller) { db, stored in
            try db.execute(
                "UPDATE model_versions SET description = ?, updated_at = ? WHERE number = ?",
                [.text(description), .integer(db.now), .integer(stored.number)])
        }
    }

    /// Changes one version that is in use, with its digests before and after in the audit log.
    /// - Returns: The version as it is afterwards.
    @discardableResult
    func changeVersion(
        _ verb: String, _ parameters: [String: String?], _ id: ModelVersion.ID, by caller: Caller,
        _ body: @escaping @Sendable (Transaction, StoredVersion) throws -> Void
    ) async throws -> ModelVersion {
        try await change(verb, parameters, by: caller) { db in
            let stored = try db.version(id)
            try body(db, stored)
            let changed = try db.version(id).version
            db.note(before: stored.version.stateDigest, after: changed.stateDigest)
            return changed
        }
    }
}

/// Where tags are kept, by the table's name.
enum RegistryTagTable: String {
    case registered_model_tags, model_version_tags

    var owner: String { self == .registered_model_tags ? "model" : "version" }
}

extension Transaction {
    func set(_ tag: KeyedText, in table: RegistryTagTable, of number: Int64) throws {
        try execute(
            "INSERT INTO \(table.rawValue) (\(table.owner), key, value) VALUES (?, ?, ?) "
                + "ON CONFLICT (\(table.owner), key) DO UPDATE SET value = excluded.value",
            [.integer(number), .text(tag.key), .text(tag.value)])
    }

    fileprivate func deleteTag(_ key: String, in table: RegistryTagTable, of number: Int64) throws {
        try execute(
            "DELETE FROM \(table.rawValue) WHERE \(table.owner) = ? AND key = ?", [.integer(number), .text(key)])
    }
}
