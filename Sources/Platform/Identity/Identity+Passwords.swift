package import MartletDomain
import Metadata

extension Identity {
    /// Sets a person's password: one's own, or anybody's when the caller manages users. Their sessions end.
    /// - Throws: ``IdentityError``. A token that is limited sets no password: it would be good for more.
    package func setPassword(_ password: String, of name: String, by caller: Caller) async throws {
        let verb = name == caller.user.name ? "set_own_password" : "set_password"
        try caller.authorize(AuditAction("identity", verb))
        let problems = Password.problems(password, of: name)
        guard problems.isEmpty else { throw IdentityError.invalid(problems) }
        let digest = try await offTheCooperativePool { try Password.digest(password) }
        try await give(verb, ["name": name], by: caller) { db in
            guard let row = try db.row("SELECT kind FROM users WHERE name = ?", [.text(name)]) else {
                throw IdentityError.userMissing(name)
            }
            guard try row.text("kind") == PrincipalKind.user.rawValue else {
                throw IdentityError.invalid(["\(name) is a service account: it has tokens, and no password."])
            }
            try db.execute("UPDATE users SET password = ? WHERE name = ?", [.text(digest), .text(name)])
            try db.execute(
                "UPDATE sessions SET ended_at = ? WHERE owner = ? AND ended_at IS NULL",
                [.integer(db.now), .text(name)])
        }
    }
}
