import Crypto
import Foundation
package import MartletDomain
package import Metadata

/// Who asks: users by their tokens.
package struct Identity: Sendable {
    package let store: Store
    /// A workspace of one person, who is asked for no token.
    package let isOpen: Bool

    package init(store: Store, isOpen: Bool) { (self.store, self.isOpen) = (store, isOpen) }

    /// Who stands behind a request.
    ///
    /// In an open workspace that is ``User/anyone``, whatever the token.
    /// - Throws: ``IdentityError/unauthenticated`` when the workspace has users and the token is none of theirs.
    package func user(presenting token: String?) async throws -> User {
        if isOpen { return .anyone }
        guard let token, let user = try await authenticate(token: token) else { throw IdentityError.unauthenticated }
        return user
    }

    /// As ``user(presenting:)``, on the thread that asks: one row is read.
    package func userAtOnce(presenting token: String?) throws -> User {
        if isOpen { return .anyone }
        guard let token, AccessToken.isPossible(token),
            let user = try store.lookUp({ try Self.user(hash: AccessToken.hash(token), $0) })
        else { throw IdentityError.unauthenticated }
        return user
    }

    /// The user whose token this is; nil if it is nobody's.
    package func authenticate(token: String) async throws -> User? {
        guard AccessToken.isPossible(token) else { return nil }
        let hash = AccessToken.hash(token)
        return try await store.read { try Self.user(hash: hash, $0) }
    }

    private static func user(hash: String, _ db: Snapshot) throws -> User? {
        guard let row = try db.row("SELECT name, roles, token_hash FROM users WHERE token_hash = ?", [.text(hash)]),
            AccessToken.areEqual(try row.text("token_hash"), hash)
        else { return nil }
        return try User(row)
    }

    /// All users, by name.
    package func users() async throws -> [User] {
        try await store.read { db in
            try db.rows("SELECT name, roles FROM users ORDER BY name").map { try User($0) }
        }
    }
}

extension User {
    fileprivate init(_ row: SQLRow) throws {
        let roles = try row.text("roles").split(separator: ",").compactMap { Role(rawValue: String($0)) }
        self.init(name: try row.text("name"), roles: Set(roles))
    }
}

/// A secret that stands for a user: 256 random bits, of which only the SHA-256 is kept.
enum AccessToken {
    private static let prefix = "mlt_"

    static func random() -> String {
        let bits = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        return prefix
            + bits.base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }

    /// Whether it could be one, so that megabytes are not hashed for nothing.
    static func isPossible(_ token: String) -> Bool { token.hasPrefix(prefix) && token.utf8.count <= 100 }

    /// 64 lower-case hexadecimal digits.
    static func hash(_ token: String) -> String { SHA256.hash(data: Data(token.utf8)).hexadecimal }

    /// Takes as long for texts that differ early as for those that differ late.
    static func areEqual(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        return left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
