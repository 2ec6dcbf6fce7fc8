package import MartletDomain
import Metadata

extension Registry {
    /// What was said and done about a version, oldest first.
    package func activities(of name: String, _ version: String) async throws -> [ModelActivity] {
        let id = try ModelVersion.ID(name, version)
        return try await store.read { db in try db.activities(of: try db.version(id)) }
    }

    /// Says something about a version.
    package func comment(_ text: String, on name: String, _ version: String, by caller: Caller) async throws
        -> ModelActivity
    {
        let id = try ModelVersion.ID(name, version)
        try requireComment(text)
        return try await change("create_comment", ["name": name, "version": version, "comment": text], by: caller) {
            try $0.act(.newComment, on: try $0.version(id), comment: text)
        }
    }

    /// Says something else in place of a comment of the caller's own.
    package func updateComment(_ comment: String, to text: String, by caller: Caller) async throws -> ModelActivity {
        try requireComment(text)
        return try await change("update_comment", ["id": comment, "comment": text], by: caller) { db in
            var found = try db.ownComment(comment)
            (found.comment, found.updatedAt) = (text, db.now)
            try db.execute(
                "UPDATE model_activities SET comment = ?, updated_at = ? WHERE id = ?",
                [.text(text), .integer(db.now), .text(comment)])
            return found
        }
    }

    /// Takes back a comment of the caller's own. What it said stays in the audit log.
    package func deleteComment(_ comment: String, by caller: Caller) async throws {
        try await change("delete_comment", ["id": comment], by: caller) { db in
            let found = try db.ownComment(comment)
            db.note("name", found.version.name)
            db.note("version", "\(found.version.version)")
            try db.execute(
                "UPDATE model_activities SET deleted_at = ? WHERE id = ?", [.integer(db.now), .text(comment)])
        }
    }

    private func requireComment(_ text: String) throws {
        guard !text.allSatisfy(\.isWhitespace) else { throw RegistryError.invalid(["A comment says something."]) }
        try refuse(RegistryNames.problems(text: text))
    }
}

extension Snapshot {
    func activities(of stored: StoredVersion) throws -> [ModelActivity] {
        try rows(
            "SELECT * FROM model_activities WHERE version = ? AND deleted_at IS NULL ORDER BY number",
            [.integer(stored.number)]
        ).map { try $0.activity(of: stored.version.id) }
    }
}

extension SQLRow {
    func activity(of id: ModelVersion.ID) throws -> ModelActivity {
        guard let kind = ModelActivity.Kind(rawValue: try text("kind")) else {
            throw StoreError.unexpectedValue(column: "kind")
        }
        return ModelActivity(
            id: try text("id"), version: id, kind: kind, user: try text("by_user"),
            comment: try textIfPresent("comment"), systemComment: try textIfPresent("system_comment"),
            from: try textIfPresent("from_stage").flatMap(Stage.init(rawValue:)),
            to: try textIfPresent("to_stage").flatMap(Stage.init(rawValue:)),
            createdAt: try integer("created_at"), updatedAt: try integer("updated_at"))
    }
}

extension Transaction {
    /// Puts something on a version's list of activities, as done by the caller, and tells of it.
    /// - Parameter payload: What webhooks are told; nil for the activity itself, if that is an event.
    @discardableResult
    func act(
        _ kind: ModelActivity.Kind, on stored: StoredVersion, comment: String? = nil, systemComment: String? = nil,
        from: Stage? = nil, to: Stage? = nil, telling payload: WebhookPayload? = nil
    ) throws -> ModelActivity {
        let activity = ModelActivity(
            id: newID(), version: stored.version.id, kind: kind, user: caller.user.name, comment: comment,
            systemComment: systemComment, from: from, to: to, createdAt: now, updatedAt: now)
        try execute(
            "INSERT INTO model_activities (number, id, version, kind, by_user, comment, system_comment, from_stage, "
                + "to_stage, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .integer(try next("model_activity")), .text(activity.id), .integer(stored.number), .text(kind.rawValue),
                .text(activity.user), SQLValue(comment), SQLValue(systemComment), SQLValue(from?.rawValue),
                SQLValue(to?.rawValue), .integer(now), .integer(now),
            ])
        if let payload = payload ?? WebhookPayload(activity) { try announce(payload) }
        return activity
    }

    fileprivate func ownComment(_ id: String) throws -> ModelActivity {
        let row = try row(
            "SELECT a.*, v.version AS version_number, m.name AS model_name FROM model_activities a "
                + "JOIN model_versions v ON v.number = a.version JOIN registered_models m ON m.number = v.model "
                + "WHERE a.id = ? AND a.kind = 'NEW_COMMENT' AND a.deleted_at IS NULL", [.text(id)])
        guard let row else { throw RegistryError.commentMissing(id) }
        let version = ModelVersion.ID(
            name: try row.text("model_name"), version: try row.integer("version_number"))
        let comment = try row.activity(of: version)
        guard comment.user == caller.user.name else { throw RegistryError.notCommenter(user: caller.user.name) }
        return comment
    }
}
