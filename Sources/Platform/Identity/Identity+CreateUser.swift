package import MartletDomain
import Metadata

extension Identity {
    /// Makes a user.
    /// - Returns: The user's token. It is shown this once; only its hash is kept.
    /// - Throws: ``IdentityError`` when the caller may not, the name is taken, or name or roles make no sense.
    package func createUser(_ name: String, roles: Set<Role>, by caller: Caller) async throws -> String {
        let token = AccessToken.random()
        let hash = AccessToken.hash(token)
        let words = roles.map(\.rawValue).sorted().joined(separator: ",")
        try await store.change(
            AuditAction("identity", "create_user", ["name": name, "roles": words]), by: caller
        ) { db in
            try caller.user.requireAdministration()
            let problems = User.problems(name: name, roles: roles)
            guard problems.isEmpty else { throw IdentityError.invalid(problems) }
            guard try db.row("SELECT name FROM users WHERE name = ?", [.text(name)]) == nil else {
                throw IdentityError.userExists(name)
            }
            try db.execute(
                "INSERT INTO users (name, roles, token_hash, created_by, created_at) VALUES (?, ?, ?, ?, ?)",
                [.text(name), .text(words), .text(hash), .text(caller.user.name), .integer(db.now)])
        }
        return token
    }

    /// Gives a user another token; the one before is worth nothing from then on.
    package func renewToken(of name: String, by caller: Caller) async throws -> String {
        let token = AccessToken.random()
        let hash = AccessToken.hash(token)
        try await store.change(AuditAction("identity", "renew_token", ["name": name]), by: caller) { db in
            try caller.user.requireAdministration()
            let changed = try db.execute(
                "UPDATE users SET token_hash = ? WHERE name = ?", [.text(hash), .text(name)])
            guard changed > 0 else { throw IdentityError.userMissing(name) }
        }
        return token
    }
}

extension User {
    func requireAdministration() throws(IdentityError) {
        guard mayAdminister else { throw .mayNotAdminister(user: name) }
    }

    /// Asked by every capability before it changes something for somebody.
    func requireChange() throws(IdentityError) {
        guard mayChange else { throw .mayNotChange(user: name) }
    }
}
