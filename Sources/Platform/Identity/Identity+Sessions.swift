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
            found = try await user(named: name, token: password, from: address)
        } else {
            found = try await user(named: name, password: password, from: address)
        }
        guard let user = found else {
            try await recordFailedLogin(name, requestID: requestID, from: address, userAgent: userAgent)
            throw IdentityError.unauthenticated
        }
        var caller = Caller(user, requestID: requestID, sourceAddress: address, userAgent: userAgent)
        caller.entrance = "identity.login"
        let id = AccessToken.randomText()
        let hash = AccessToken.hash(id)
        try await store.change(AuditAction("identity", "login"), by: caller) { db in
            try db.execute(
                "INSERT INTO sessions (id_hash, owner, created_at, last_used_at) VALUES (?, ?, ?, ?)",
                [.text(hash), .text(user.name), .integer(db.now), .integer(db.now)])
        }
        return id
    }

    /// The owner of a token that is shown instead of a password. Failures are counted by address alone: tokens are not
    /// guessed, and what is written down of them has to end somewhere.
    private func user(named name: String, token: String, from address: String?) async throws -> User? {
        let now = store.clock.now
        if let address, let wait = passwords.byAddress.wait(for: address, at: now) {
            throw IdentityError.tooManyAttempts(retryAfter: wait)
        }
        // A session is good for all that its owner may: a token that is good for less opens none.
        if let user = try await authenticate(token: token), user.access?.limits == nil, user.name == name {
            return user
        }
        if let address { passwords.byAddress.noteFailure(of: address, at: now) }
        return nil
    }

    /// Writes down that somebody was not let in by that name. How often it happens is limited by who counts attempts.
    package func recordFailedLogin(
        _ name: String, requestID: String, from address: String?, userAgent: String?
    ) async throws {
        var caller = Caller(
            User(name: String(name.prefix(64)), roles: []), requestID: requestID, sourceAddress: address,
            userAgent: userAgent)
        caller.entrance = "identity.login"
        do {
            try await store.change(AuditAction("identity", "login"), by: caller) { _ in
                throw IdentityError.unauthenticated
            }
        } catch IdentityError.unauthenticated {
            // That is what was to be written down.
        }
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

    /// What a session is called where others may read it: the first digits of the digest of its id's digest.
    package static func name(ofSession id: String) -> String {
        String(AccessToken.hash("session " + AccessToken.hash(id)).prefix(16))
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
