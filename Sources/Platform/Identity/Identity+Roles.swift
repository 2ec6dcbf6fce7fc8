package import MartletDomain
import Metadata

extension Identity {
    /// Gives a role to somebody on something.
    /// - Throws: ``IdentityError``: there is no such member or role, or who gives roles would sign.
    package func grant(_ binding: RoleBinding, by caller: Caller) async throws {
        try await give("grant_role", binding.facts, by: caller) { [customRoles] db in
            try db.require(binding.member)
            let known = try db.row("SELECT name FROM custom_roles WHERE name = ?", [.text(binding.role)]) != nil
            guard Role(word: binding.role) != nil || customRoles[binding.role] != nil || known else {
                throw IdentityError.roleMissing(binding.role)
            }
            let isThere = try db.row(
                "SELECT member FROM role_bindings WHERE member = ? AND role = ? AND scope = ?", binding.values)
            guard isThere == nil else { return }
            var stored = binding
            stored.role = Role(word: binding.role)?.rawValue ?? binding.role
            try db.insert(stored, by: caller.user.name)
            try db.refuseConflicts(in: db.principals(of: binding.member))
        }
    }

    /// Takes a role back.
    package func revoke(_ binding: RoleBinding, by caller: Caller) async throws {
        try await take("revoke_role", binding.facts, by: caller) { db in
            let changed = try db.execute(
                "DELETE FROM role_bindings WHERE member = ? AND role = ? AND scope = ?", binding.values)
            guard changed > 0 else { throw IdentityError.bindingMissing(binding) }
        }
    }

    /// Who was given what: by member, then by role.
    package func bindings() async throws -> [RoleBinding] {
        try await store.read { db in
            try db.rows("SELECT member, role, scope FROM role_bindings ORDER BY member, role, scope").compactMap {
                guard let member = Member(parsing: try $0.text("member")),
                    let scope = Scope(parsing: try $0.text("scope"))
                else { return nil }
                return RoleBinding(member, try $0.text("role"), on: scope)
            }
        }
    }

    /// Makes a role of verbs.
    package func createRole(_ name: String, verbs: [VerbPattern], by caller: Caller) async throws {
        let words = verbs.map(\.description).joined(separator: " ")
        try await give("create_role", ["name": name, "verbs": words], by: caller) { [customRoles] db in
            var problems = User.problems(name: name, roles: [.viewer])
            if Role(word: name) != nil { problems.append("\(name) is a built-in role, and stays as it is.") }
            if verbs.isEmpty || verbs.count > 500 { problems.append("A role has 1 to 500 verbs.") }
            let isThere = try db.row("SELECT name FROM custom_roles WHERE name = ?", [.text(name)]) != nil
            if isThere || customRoles[name] != nil { problems.append("There is a role \(name) already.") }
            guard problems.isEmpty else { throw IdentityError.invalid(problems) }
            try db.execute(
                "INSERT INTO custom_roles (name, verbs, created_by, created_at) VALUES (?, ?, ?, ?)",
                [.text(name), .text(words), .text(caller.user.name), .integer(db.now)])
        }
    }

    /// Removes a custom role, which takes it from whoever had it.
    package func deleteRole(_ name: String, by caller: Caller) async throws {
        try await take("delete_role", ["name": name], by: caller) { db in
            guard try db.execute("DELETE FROM custom_roles WHERE name = ?", [.text(name)]) > 0 else {
                throw IdentityError.roleMissing(name)
            }
            try db.execute("DELETE FROM role_bindings WHERE role = ?", [.text(name)])
        }
    }

    /// The custom roles, by name; those of `martlet.yaml` among them.
    package func allCustomRoles() async throws -> CustomRoles {
        try await store.read { db in
            var found = customRoles
            for row in try db.rows("SELECT name, verbs FROM custom_roles") where found[try row.text("name")] == nil {
                found[try row.text("name")] = verbPatterns(try row.text("verbs"))
            }
            return found
        }
    }
}

extension RoleBinding {
    fileprivate var facts: [String: String?] { ["member": "\(member)", "role": role, "scope": "\(scope)"] }
    fileprivate var values: [SQLValue] {
        [.text("\(member)"), .text(Role(word: role)?.rawValue ?? role), .text("\(scope)")]
    }
}

extension Snapshot {
    /// - Throws: ``IdentityError/userMissing(_:)``, ``IdentityError/groupMissing(_:)``.
    func require(_ member: Member) throws {
        switch member {
        case .principal(let name): try requireUser(name)
        case .group(let name):
            guard try row("SELECT name FROM principal_groups WHERE name = ?", [.text(name)]) != nil else {
                throw IdentityError.groupMissing(name)
            }
        }
    }

    /// The accounts behind a member.
    func principals(of member: Member) throws -> [String] {
        switch member {
        case .principal(let name): [name]
        case .group(let name):
            try rows("SELECT member FROM group_members WHERE group_name = ? ORDER BY member", [.text(name)]).map {
                try $0.text("member")
            }
        }
    }

    /// - Throws: ``IdentityError/invalid(_:)`` when one of them both gives roles and signs, wherever that may be.
    func refuseConflicts(in principals: [String]) throws {
        for name in principals {
            let members: [Member] = [.principal(name)] + (try groups(of: name)).sorted().map { .group($0) }
            let roles = Set(try bindings(of: members).compactMap { Role(word: $0.role) })
            let problems = User.conflicts(roles)
            guard problems.isEmpty else { throw IdentityError.invalid(problems.map { "\(name): \($0)" }) }
        }
    }
}

extension Transaction {
    /// Lets what was given on a thing follow it to its new name; with nil, ends it: another thing of the old name is
    /// another.
    func moveBindings(from old: Scope, to new: Scope?) throws {
        // Whatever had been given on a thing of the new name before is not for this one.
        for scope in new.map(\.spellings) ?? [] {
            try execute("DELETE FROM role_bindings WHERE scope = ?", [.text("\(scope)")])
        }
        for scope in old.spellings {
            if let new {
                try execute(
                    "UPDATE role_bindings SET scope = ? WHERE scope = ?", [.text("\(new)"), .text("\(scope)")])
            } else {
                try execute("DELETE FROM role_bindings WHERE scope = ?", [.text("\(scope)")])
            }
        }
    }
}
