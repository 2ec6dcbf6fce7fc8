import Foundation
package import MartletDomain
package import Metadata

/// Who asks, and what they may.
package struct Identity: Sendable {
    package let store: Store
    /// A workspace of one person, who is asked for no token.
    package let isOpen: Bool
    package let settings: AuthenticationSettings
    /// Roles that `martlet.yaml` has besides the built-in ones.
    let customRoles: CustomRoles
    let passwords = PasswordDoor()
    let uses = NotedUses()
    let issuers: [TokenIssuer]

    package init(
        store: Store, isOpen: Bool, settings: AuthenticationSettings = AuthenticationSettings(),
        customRoles: CustomRoles = [:]
    ) {
        (self.store, self.isOpen, self.settings, self.customRoles) = (store, isOpen, settings, customRoles)
        issuers = settings.oidc.map { TokenIssuer($0) }
    }

    /// Who stands behind a request.
    ///
    /// In an open workspace that is ``User/anyone``, whatever they show.
    /// - Parameter address: Where the request came from; attempts with passwords are counted by it.
    /// - Throws: ``IdentityError/unauthenticated`` when the workspace has users and this is none of them;
    ///   ``IdentityError/tooManyAttempts(retryAfter:)``.
    package func user(showing credentials: Credentials, from address: String? = nil) async throws -> User {
        if isOpen { return .anyone }
        switch credentials {
        case .nothing: break
        case .token(let token) where AccessToken.isPossible(token):
            if let user = try await authenticate(token: token) { return user }
        case .token(let token):
            if let user = try await userOfIssuedToken(token) { return user }
        case .password(_, let secret) where AccessToken.isPossible(secret):
            if let user = try await authenticate(token: secret) { return user }
        case .password(let name, let secret):
            if let user = try await user(named: name, password: secret, from: address) { return user }
        case .session(let id):
            if let session = try await session(id) { return session.user }
        case .vouched(let name, let groups):
            if let user = try await store.read({ try $0.user(named: name, groups: groups, in: customRoles) }) {
                return user
            }
        }
        throw IdentityError.unauthenticated
    }

    /// As ``user(showing:from:)`` with a token.
    package func user(presenting token: String?) async throws -> User {
        try await user(showing: token.map { .token($0) } ?? .nothing)
    }

    /// As ``user(showing:from:)`` for our own tokens, on the thread that asks: a few rows are read.
    package func userAtOnce(presenting token: String?) throws -> User {
        if isOpen { return .anyone }
        guard let token, AccessToken.isPossible(token),
            let user = try store.lookUp({ try self.user(hash: AccessToken.hash(token), $0) })
        else { throw IdentityError.unauthenticated }
        return user
    }

    /// The user whose token this is; nil if it is nobody's, or worth nothing any more.
    package func authenticate(token: String) async throws -> User? {
        guard AccessToken.isPossible(token) else { return nil }
        let hash = AccessToken.hash(token)
        return try await store.read { try user(hash: hash, $0) }
    }

    private func user(hash: String, _ db: Snapshot) throws -> User? {
        guard
            let row = try db.row(
                "SELECT id, owner, token_hash, limits, expires_at, last_used_at, revoked_at FROM access_tokens "
                    + "WHERE token_hash = ?", [.text(hash)]),
            AccessToken.areEqual(try row.text("token_hash"), hash), try row.integerIfPresent("revoked_at") == nil
        else { return nil }
        let now = store.clock.now
        if let end = try row.integerIfPresent("expires_at"), end <= now { return nil }
        let limits = try row.textIfPresent("limits").map { try decodeStored(TokenLimits.self, $0) }
        guard let user = try db.user(named: try row.text("owner"), limits: limits, in: customRoles), user.isActive
        else { return nil }
        uses.note(.token(try row.text("id")), at: now, last: try row.integerIfPresent("last_used_at"))
        return user
    }

    /// Whether `secret` is what that proxy shows. Takes as long for one that differs early as for one that differs
    /// late.
    package func isSecret(_ secret: String, of proxy: AuthenticationSettings.TrustedProxy) -> Bool {
        AccessToken.areEqual(AccessToken.hash(secret), AccessToken.hash(proxy.secret))
    }

    /// All accounts, by name.
    package func users() async throws -> [User] {
        try await store.read { db in
            try db.rows("SELECT name FROM users ORDER BY name").compactMap {
                try db.user(named: try $0.text("name"), in: customRoles)
            }
        }
    }
}

/// What a request shows to say who asks.
package enum Credentials: Sendable, Hashable {
    case nothing
    /// One of our tokens, or a signed one of an issuer that is trusted.
    case token(String)
    case password(user: String, String)
    /// The id in a browser's cookie.
    case session(String)
    /// A name that a trusted proxy or a certificate vouches for, and groups.
    case vouched(user: String, groups: Set<String>)
}
