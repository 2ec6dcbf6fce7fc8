package import MartletDomain
import Metadata

extension Registry {
    /// Makes a registered model, without versions.
    /// - Throws: ``RegistryError/modelExists(_:)``, ``InvalidRequest`` with all that is wrong.
    @discardableResult
    package func createModel(
        _ name: String, description: String? = nil, tags: [KeyedText] = [], by caller: Caller
    ) async throws -> RegisteredModel {
        try refuse(
            RegistryNames.problems(model: name) + RegistryNames.problems(tags: tags)
                + RegistryNames.problems(text: description))
        return try await change("create_registered_model", ["name": name], by: caller) { db in
            try db.requireFree(modelName: name)
            let number = try db.next("registered_model")
            try db.execute(
                "INSERT INTO registered_models (number, name, description, last_version, created_at, updated_at, owner, "
                    + "owned_since) VALUES (?, ?, ?, 0, ?, ?, ?, ?)",
                [
                    .integer(number), .text(name), SQLValue(description), .integer(db.now), .integer(db.now),
                    .text(caller.user.name), .integer(db.now),
                ])
            for tag in tags { try db.set(tag, in: .registered_model_tags, of: number) }
            try db.announce(.created(model: name, tags: tags, description: description))
            return try db.model(numbered: number, name)
        }
    }

    @discardableResult
    package func updateModel(_ name: String, description: String?, by caller: Caller) async throws -> RegisteredModel {
        try refuse(RegistryNames.problems(text: description))
        return try await change(
            "update_registered_model", ["name": name, "description": description], by: caller
        ) { db in
            let number = try db.registeredModel(name)
            try db.execute(
                "UPDATE registered_models SET description = ?, updated_at = ? WHERE number = ?",
                [SQLValue(description), .integer(db.now), .integer(number)])
            return try db.model(numbered: number, name)
        }
    }

    /// Gives a model another name. Under a policy that is refused while callers find a version of it by stage or alias,
    /// because the new name would be a door that nobody approved.
    @discardableResult
    package func renameModel(_ name: String, to new: String, by caller: Caller) async throws -> RegisteredModel {
        try refuse(RegistryNames.problems(model: new))
        let policies = policies
        return try await change("rename_registered_model", ["name": name, "new_name": new], by: caller) { db in
            let number = try db.registeredModel(name)
            if ExactText(new) != ExactText(name) { try db.requireFree(modelName: new) }
            if !policies.policy(for: name).isOpen || !policies.policy(for: new).isOpen {
                try db.requireNotServing(number, name, "renamed")
            }
            if policies.policy(for: name) != policies.policy(for: new), try db.wasInService(number) {
                throw RegistryError.invalid([
                    "\(name) was in service under another policy than \(new) has, and what was good under the one would "
                        + "be rolled back to under the other. Register its versions anew: martlet models copy"
                ])
            }
            try db.execute(
                "UPDATE registered_models SET name = ?, updated_at = ? WHERE number = ?",
                [.text(new), .integer(db.now), .integer(number)])
            try db.execute(
                "UPDATE model_versions SET updated_at = ? WHERE model = ? AND deleted_at IS NULL",
                [.integer(db.now), .integer(number)])
            if ExactText(new) != ExactText(name) {
                try db.moveBindings(from: .registeredModel(name), to: .registeredModel(new))
                if try !db.isPrompt(model: number) {
                    try db.announce(.renamed(model: new, from: name, by: caller.user.name))
                }
            }
            return try db.model(numbered: number, new)
        }
    }

    /// Deletes a model with all its versions. What was approved of them never counts for a model that later has the name.
    package func deleteModel(_ name: String, by caller: Caller) async throws {
        let policy = policy(for: name)
        try await change("delete_registered_model", ["name": name], by: caller) { db in
            let number = try db.registeredModel(name)
            if !policy.isOpen { try db.requireNotServing(number, name, "deleted") }
            for version in try db.versions("WHERE r.model = ? AND r.deleted_at IS NULL", [.integer(number)]) {
                try db.delete(version)
            }
            if try !db.isPrompt(model: number) { try db.announce(.deleted(model: name, by: caller.user.name)) }
            try db.execute("DELETE FROM registered_model_tags WHERE model = ?", [.integer(number)])
            try db.execute(
                "UPDATE registered_models SET deleted_at = ?, updated_at = ? WHERE number = ?",
                [.integer(db.now), .integer(db.now), .integer(number)])
            try db.moveBindings(from: .registeredModel(name), to: nil)
        }
    }
}

extension Snapshot {
    fileprivate func requireFree(modelName name: String) throws {
        let taken = try row(
            "SELECT number FROM registered_models WHERE name = ? AND deleted_at IS NULL", [.text(name)])
        guard taken == nil else { throw RegistryError.modelExists(name) }
    }

    func model(numbered number: Int64, _ name: String) throws -> RegisteredModel {
        let found = try registeredModels("SELECT * FROM registered_models WHERE number = ?", [.integer(number)]).first
        guard let found else { throw RegistryError.modelMissing(name) }
        return found
    }

    fileprivate func requireNotServing(_ number: Int64, _ name: String, _ verb: String) throws {
        let serving = try versions(
            "WHERE r.model = ? AND r.deleted_at IS NULL AND (r.stage NOT IN ('None', 'Archived') OR EXISTS "
                + "(SELECT 1 FROM registered_model_aliases a WHERE a.version = r.number)) ORDER BY r.version LIMIT 20",
            [.integer(number)])
        guard serving.isEmpty else {
            throw RegistryError.serves(model: name, verb: verb, serving.map(\.version.id))
        }
    }
}

extension Snapshot {
    /// Whether callers ever found a version of a model by a stage or an alias.
    fileprivate func wasInService(_ model: Int64) throws -> Bool {
        try row(
            "SELECT number FROM stage_changes WHERE model = ? AND (alias IS NOT NULL OR "
                + "to_stage NOT IN ('None', 'Archived')) LIMIT 1", [.integer(model)]) != nil
    }
}
