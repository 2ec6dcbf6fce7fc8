import Foundation
package import MartletDomain
import Metadata

/// A token as it is listed: everything but the secret. Times are milliseconds since 1970.
package struct TokenRecord: Sendable, Hashable {
    package var id: String
    package var owner: String
    package var name: String
    package var limits: TokenLimits?
    package var createdAt: Int64
    package var expiresAt: Int64?
    package var lastUsedAt: Int64?
    package var revokedAt: Int64?
}

extension Identity {
    /// Makes a token for the caller, or for another account when the caller manages users.
    ///
    /// - Parameters:
    ///   - lifetime: Milliseconds from now; nil for one that does not end.
    ///   - limits: What it is good for, of what its owner may do.
    /// - Returns: What is listed of it, and the token itself, which is shown this once.
    /// - Throws: ``IdentityError``. A token that is limited makes no tokens: they would be good for more than it is.
    package func createToken(
        named name: String, for owner: String? = nil, lifetime: Int64?, limits: TokenLimits = TokenLimits(),
        by caller: Caller
    ) async throws -> (record: TokenRecord, token: String) {
        let owner = owner ?? caller.user.name
        let token = AccessToken.random()
        let (hash, id) = (AccessToken.hash(token), Self.tokenID())
        let text = limits.isEmpty ? nil : try canonicalText(limits)
        let verb = owner == caller.user.name ? "create_own_token" : "create_token"
        let parameters = ["owner": owner, "name": name, "token_id": id, "limits": text]
        let record = try await give(verb, parameters, by: caller) { db in
            guard name.utf8.count <= 200, !name.utf8.contains(0) else {
                throw IdentityError.invalid(["A token's comment has at most 200 bytes."])
            }
            if let lifetime, !(1...Self.longestLifetime).contains(lifetime) {
                throw IdentityError.invalid(["A token lasts from a second to ten years."])
            }
            guard limits.verbs.count <= 100, limits.scopes.count <= 100 else {
                throw IdentityError.invalid(["A token is limited to at most 100 verbs and 100 things."])
            }
            try db.requireUser(owner)
            let end = lifetime.map { db.now + $0 }
            try db.insertToken(
                id, of: owner, named: name, hash: hash, limits: text, expiresAt: end, by: caller.user.name)
            return TokenRecord(
                id: id, owner: owner, name: name, limits: limits.isEmpty ? nil : limits, createdAt: db.now,
                expiresAt: end, lastUsedAt: nil, revokedAt: nil)
        }
        return (record, token)
    }

    /// Tokens that are neither revoked nor over, the oldest first.
    /// - Parameter owner: Whose; nil for everybody's.
    package func tokens(of owner: String?) async throws -> [TokenRecord] {
        let now = store.clock.now
        return try await store.read { db in
            let rows =
                if let owner {
                    try db.rows(
                        "SELECT * FROM access_tokens WHERE owner = ? ORDER BY created_at, id", [.text(owner)])
                } else {
                    try db.rows("SELECT * FROM access_tokens ORDER BY owner, created_at, id")
                }
            return try rows.map { try TokenRecord($0, uses) }.filter {
                $0.revokedAt == nil && ($0.expiresAt ?? .max) > now
            }
        }
    }

    /// Makes a token worthless from now on: one's own, or anybody's when the caller manages users.
    package func revokeToken(_ id: String, by caller: Caller) async throws {
        let owner = try await store.read { db in
            try db.row("SELECT owner FROM access_tokens WHERE id = ?", [.text(id)])?.text("owner")
        }
        let isOwn = owner == caller.user.name
        // Who may not manage users is not told which tokens there are.
        guard isOwn || (owner != nil && caller.may("identity.revoke_token")) || caller.user.mayAdminister else {
            throw IdentityError.tokenMissing(id)
        }
        let verb = isOwn ? "revoke_own_token" : "revoke_token"
        try await store.change(AuditAction("identity", verb, ["token_id": id]), by: caller) { db in
            let changed = try db.execute(
                "UPDATE access_tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
                [.integer(db.now), .text(id)])
            guard changed > 0 else { throw IdentityError.tokenMissing(id) }
        }
    }

    /// Ten years, in milliseconds.
    private static let longestLifetime: Int64 = 3_653 * 86_400_000

    static func tokenID() -> String { UUID().uuidString.lowercased() }
}

extension TokenRecord {
    fileprivate init(_ row: SQLRow, _ uses: NotedUses) throws {
        let id = try row.text("id")
        let noted = uses.last(.token(id)) ?? 0
        let written = try row.integerIfPresent("last_used_at") ?? 0
        self.init(
            id: id, owner: try row.text("owner"), name: try row.text("name"),
            limits: try row.textIfPresent("limits").map { try decodeStored(TokenLimits.self, $0) },
            createdAt: try row.integer("created_at"), expiresAt: try row.integerIfPresent("expires_at"),
            lastUsedAt: max(noted, written) > 0 ? max(noted, written) : nil,
            revokedAt: try row.integerIfPresent("revoked_at"))
    }
}
