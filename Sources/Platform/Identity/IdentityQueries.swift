import Foundation
import MartletDomain
import Metadata

extension Snapshot {
    /// An account with what it was given; nil if there is none of that name.
    func user(named name: String, limits: TokenLimits? = nil, in customRoles: CustomRoles) throws -> User? {
        guard let row = try self.row("SELECT name, kind, deactivated_at FROM users WHERE name = ?", [.text(name)])
        else {
            return nil
        }
        var user = try self.user(named: name, inGroups: try groups(of: name), limits, customRoles)
        user.kind = PrincipalKind(rawValue: try row.text("kind")) ?? .user
        user.isActive = try row.integerIfPresent("deactivated_at") == nil
        return user
    }

    /// Somebody whom others vouch for, with what their account was given, if they have one, and their groups were.
    /// - Returns: Nil for a deactivated account, or a name that nobody may have.
    func user(named name: String, groups: Set<String>, in customRoles: CustomRoles) throws -> User? {
        if let user = try self.user(named: name, in: customRoles) {
            guard user.isActive else { return nil }
            guard !groups.isEmpty else { return user }
            return try self.user(named: name, inGroups: user.groups.union(groups), nil, customRoles)
        }
        guard !groups.isEmpty, User.problems(name: name, roles: [.viewer]).isEmpty else { return nil }
        // Somebody's account in other letters is not a newcomer: a deactivated one would be back by that.
        guard try row("SELECT name FROM users WHERE lower(name) = lower(?)", [.text(name)]) == nil else { return nil }
        let user = try self.user(named: name, inGroups: groups, nil, customRoles)
        // Groups that nothing was given to are groups of somewhere else.
        return user.roles.isEmpty && user.access == nil ? nil : user
    }

    func groups(of name: String) throws -> Set<String> {
        Set(
            try rows("SELECT group_name FROM group_members WHERE member = ?", [.text(name)]).map {
                try $0.text("group_name")
            })
    }

    /// What members were given.
    func bindings(of members: [Member]) throws -> [RoleBinding] {
        var found: [RoleBinding] = []
        for member in members {
            found += try rows(
                "SELECT role, scope FROM role_bindings WHERE member = ? ORDER BY role, scope", [.text("\(member)")]
            ).compactMap { row in
                // One on something that this version does not know gives nothing.
                guard let scope = Scope(parsing: try row.text("scope")) else { return nil }
                return RoleBinding(member, try row.text("role"), on: scope)
            }
        }
        return found
    }

    private func user(
        named name: String, inGroups groups: Set<String>, _ limits: TokenLimits?, _ fixed: CustomRoles
    ) throws -> User {
        let bindings = try bindings(of: [.principal(name)] + groups.sorted().map { .group($0) })
        let plain = bindings.filter { $0.scope == .workspace }.compactMap { Role(word: $0.role) }
        var user = User(name: name, roles: Set(plain), groups: groups)
        if plain.count < bindings.count || limits != nil {
            user.access = Access(
                bindings: bindings, customRoles: try roles(named: bindings.map(\.role), fixed), limits: limits)
        }
        return user
    }

    /// The custom roles of these names. Those of `martlet.yaml` come before those that were made by requests.
    private func roles(named names: [String], _ fixed: CustomRoles) throws -> CustomRoles {
        var found: CustomRoles = [:]
        for name in Set(names) where Role(word: name) == nil {
            if let verbs = fixed[name] {
                found[name] = verbs
            } else if let row = try self.row("SELECT verbs FROM custom_roles WHERE name = ?", [.text(name)]) {
                found[name] = verbPatterns(try row.text("verbs"))
            }
        }
        return found
    }
}

/// Verbs as they are stored: with spaces between.
func verbPatterns(_ text: String) -> [VerbPattern] { text.split(separator: " ").compactMap { VerbPattern(String($0)) } }

func decodeStored<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    do {
        return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    } catch {
        throw StoreError.unexpectedValue(column: "limits")
    }
}
