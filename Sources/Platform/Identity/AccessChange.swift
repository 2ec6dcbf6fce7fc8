import MartletDomain
import Metadata

extension Identity {
    /// A change by which somebody comes to have more than before: an account, a role, a group, a token, a password.
    /// - Throws: ``IdentityError/limitedToken(user:)``: what it gave would be good for more than the token is.
    func give<Result: Sendable>(
        _ verb: String, _ parameters: [String: String?], by caller: Caller,
        _ body: @escaping @Sendable (Transaction) throws -> Result
    ) async throws -> Result {
        try await store.change(AuditAction("identity", verb, parameters), by: caller) { db in
            guard caller.user.access?.limits == nil else {
                throw IdentityError.limitedToken(user: caller.user.name)
            }
            return try body(db)
        }
    }

    /// A change by which somebody loses something.
    /// - Throws: ``IdentityError/invalid(_:)`` when nobody could give roles any more.
    func take<Result: Sendable>(
        _ verb: String, _ parameters: [String: String?], by caller: Caller,
        _ body: @escaping @Sendable (Transaction) throws -> Result
    ) async throws -> Result {
        try await store.change(AuditAction("identity", verb, parameters), by: caller) { [customRoles, issuers] db in
            let wasKept = try db.someoneGivesRoles(customRoles, hasIssuers: !issuers.isEmpty)
            let result = try body(db)
            guard try !wasKept || db.someoneGivesRoles(customRoles, hasIssuers: !issuers.isEmpty) else {
                throw IdentityError.invalid([
                    "Nothing was changed: nobody could give roles any more. Give the role to somebody else first: "
                        + "martlet roles grant user:NAME --role administrator"
                ])
            }
            return result
        }
    }
}

extension Snapshot {
    /// Whether an active account may give roles on the workspace, by a role of its own or of a group.
    /// - Parameter hasIssuers: Whether others say who is in a group, so that a group without members may have some.
    fileprivate func someoneGivesRoles(_ customRoles: CustomRoles, hasIssuers: Bool) throws -> Bool {
        let bound = try rows("SELECT DISTINCT member FROM role_bindings WHERE scope = 'workspace' ORDER BY member")
        for member in try bound.compactMap({ Member(parsing: try $0.text("member")) }) {
            for name in try principals(of: member) {
                guard let user = try user(named: name, in: customRoles), user.isActive else { continue }
                if user.may("identity.grant_role", on: .workspace) { return true }
            }
            if hasIssuers, case .group = member,
                try bindings(of: [member]).contains(where: { $0.role == "administrator" })
            {
                return true
            }
        }
        return false
    }
}
