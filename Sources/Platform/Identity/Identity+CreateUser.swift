package import MartletDomain
import Metadata

extension Identity {
    /// Makes a user, or an account for a program, with roles on the workspace.
    /// - Returns: The account's first token, which does not end. It is shown this once; only its hash is kept.
    /// - Throws: ``IdentityError`` when the caller may not, the name is taken, or name or roles make no sense.
    package func createUser(
        _ name: String, roles: Set<Role>, kind: PrincipalKind = .user, by caller: Caller
    ) async throws -> String {
        let token = AccessToken.random()
        let hash = AccessToken.hash(token)
        let words = roles.map(\.rawValue).sorted()
        let parameters = ["name": name, "roles": words.joined(separator: ","), "kind": kind.rawValue]
        try await give("create_user", parameters, by: caller) { db in
            // An account for a program may get its roles on single things later.
            let problems = User.problems(name: name, roles: kind == .serviceAccount ? roles.union([.viewer]) : roles)
            guard problems.isEmpty else { throw IdentityError.invalid(problems) }
            guard try db.row("SELECT name FROM users WHERE name = ?", [.text(name)]) == nil else {
                throw IdentityError.userExists(name)
            }
            try db.execute(
                "INSERT INTO users (name, roles, token_hash, kind, created_by, created_at) VALUES (?, '', ?, ?, ?, ?)",
                [
                    .text(name), .text("none-" + name), .text(kind.rawValue), .text(caller.user.name),
                    .integer(db.now),
                ])
            for word in words { try db.insert(RoleBinding(.principal(name), word), by: caller.user.name) }
            try db.insertToken("first-" + name, of: name, named: "first", hash: hash, by: caller.user.name)
        }
        return token
    }

    /// Gives a user another first token; the one before is worth nothing from then on.
    package func renewToken(of name: String, by caller: Caller) async throws -> String {
        let token = AccessToken.random()
        let (hash, id) = (AccessToken.hash(token), Self.tokenID())
        try await give("renew_token", ["name": name], by: caller) { db in
            try db.requireUser(name)
            try db.execute(
                "UPDATE access_tokens SET revoked_at = ? WHERE owner = ? AND name = 'first' AND revoked_at IS NULL",
                [.integer(db.now), .text(name)])
            try db.insertToken(id, of: name, named: "first", hash: hash, by: caller.user.name)
        }
        return token
    }

    /// Shuts an account: its tokens, password and sessions let nobody in from then on. What it was given stays on
    /// record.
    package func deactivate(_ name: String, by caller: Caller) async throws {
        try await take("deactivate_user", ["name": name], by: caller) { db in
            try db.requireUser(name)
            try db.execute(
                "UPDATE users SET deactivated_at = ? WHERE name = ? AND deactivated_at IS NULL",
                [.integer(db.now), .text(name)])
            try db.execute(
                "UPDATE sessions SET ended_at = ? WHERE owner = ? AND ended_at IS NULL",
                [.integer(db.now), .text(name)])
        }
    }

    /// Opens a shut account again.
    package func activate(_ name: String, by caller: Caller) async throws {
        try await give("activate_user", ["name": name], by: caller) { db in
            try db.requireUser(name)
            try db.execute("UPDATE users SET deactivated_at = NULL WHERE name = ?", [.text(name)])
        }
    }
}

extension Snapshot {
    /// - Throws: ``IdentityError/userMissing(_:)``.
    func requireUser(_ name: String) throws {
        guard try row("SELECT name FROM users WHERE name = ?", [.text(name)]) != nil else {
            throw IdentityError.userMissing(name)
        }
    }
}

extension Transaction {
    func insert(_ binding: RoleBinding, by creator: String) throws {
        try execute(
            "INSERT INTO role_bindings (member, role, scope, created_by, created_at) VALUES (?, ?, ?, ?, ?)",
            [
                .text("\(binding.member)"), .text(binding.role), .text("\(binding.scope)"), .text(creator),
                .integer(now),
            ])
    }

    func insertToken(
        _ id: String, of owner: String, named name: String, hash: String, limits: String? = nil,
        expiresAt: Int64? = nil,
        by creator: String
    ) throws {
        try execute(
            "INSERT INTO access_tokens (id, owner, name, token_hash, limits, created_by, created_at, expires_at) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .text(id), .text(owner), .text(name), .text(hash), SQLValue(limits), .text(creator), .integer(now),
                SQLValue(expiresAt),
            ])
    }
}
