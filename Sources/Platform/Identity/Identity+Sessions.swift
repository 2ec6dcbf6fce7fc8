import Crypto
import Foundation
package import MartletDomain
import Metadata

/// A browser that somebody logged in with.
package struct Session: Sendable {
    package var user: User
    /// What the pages' own requests carry, so that another site's cannot be taken for them.
    package var formToken: String
}

extension Identity {
    /// Logs a person in by name and password, or by one of their tokens as the password. Always makes a new session, so
    /// that one whose id somebody else chose is worth nothing.
    ///
    /// - Returns: The session's id, for a cookie: 256 random bits, of which only the SHA-256 is kept.
    /// - Throws: ``IdentityError/unauthenticated``, whether the name or the password is wrong;
    ///   ``IdentityError/tooManyAttempts(retryAfter:)``.
    package func logIn(
        _ name: String, password: String, requestID: String, from address: String?, userAgent: String?
    ) async throws -> String {
        let found: User?
        if AccessToken.isPossible(password) {
            found = try await authenticate(token: password)
        } else {
            found = try await user(named: name, password: password, from: address)
        }
        var caller = Caller(
            found ?? User(name: String(name.prefix(64)), roles: []), requestID: requestID, sourceAddress: address,
            userAgent: userAgent)
        caller.entrance = "identity.login"
        let action = AuditAction("identity", "login")
        // A session is good for all that its owner may: a token that is good for less opens none.
        guard let user = found, user.access?.limits == nil,
            AccessToken.isPossible(password) == false || user.name == name
        else {
            try await store.change(action, by: caller) { _ in throw IdentityError.unauthenticated }
            throw IdentityError.unauthenticated
        }
        let id = AccessToken.randomText()
        let hash = AccessToken.hash(id)
        try await store.change(action, by: caller) { db in
            try db.execute(
                "INSERT INTO sessions (id_hash, owner, created_at, last_used_at) VALUES (?, ?, ?, ?)",
                [.text(hash), .text(user.name), .integer(db.now), .integer(db.now)])
        }
        return id
    }

    /// Ends a session; nothing happens if it is none.
    package func logOut(_ id: String, by caller: Caller) async throws {
        guard id.utf8.count <= 100 else { return }
        var caller = caller
        caller.entrance = "identity.logout"
        let hash = AccessToken.hash(id)
        try await store.change(AuditAction("identity", "logout"), by: caller) { db in
            try db.execute(
                "UPDATE sessions SET ended_at = ? WHERE id_hash = ? AND ended_at IS NULL",
                [.integer(db.now), .text(hash)])
        }
    }

    /// The session of that id; nil if there is none, or it is over.
    package func session(_ id: String) async throws -> Session? {
        guard id.utf8.count <= 100 else { return nil }
        let (hash, now, settings) = (AccessToken.hash(id), store.clock.now, settings.sessions)
        let found = try await store.read { [customRoles] db -> (User, Int64)? in
            guard
                let row = try db.row(
                    "SELECT id_hash, owner, created_at, last_used_at, ended_at FROM sessions WHERE id_hash = ?",
                    [.text(hash)]), AccessToken.areEqual(try row.text("id_hash"), hash),
                try row.integerIfPresent("ended_at") == nil,
                now < (try row.integer("created_at")) + settings.hours * 3_600_000,
                let user = try db.user(named: try row.text("owner"), in: customRoles), user.isActive
            else { return nil }
            return (user, try row.integer("last_used_at"))
        }
        guard let (user, written) = found else { return nil }
        guard now < max(written, uses.last(.session(hash)) ?? 0) + settings.idleMinutes * 60_000 else { return nil }
        uses.note(.session(hash), at: now, last: written)
        return Session(user: user, formToken: Self.formToken(of: id))
    }

    /// Whether `token` is the one that pages of this session were given.
    package func isFormToken(_ token: String, of session: String) -> Bool {
        AccessToken.areEqual(token, Self.formToken(of: session))
    }

    /// Made of the session's id, which no other site's page can read.
    private static func formToken(of session: String) -> String {
        let key = SymmetricKey(data: Data(session.utf8))
        return Data(HMAC<SHA256>.authenticationCode(for: Data("martlet form token".utf8), using: key)).base64URL
    }
}
