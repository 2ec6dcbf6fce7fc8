/// What a caller was given, as their account, groups and token have it.
public struct Access: Sendable, Hashable {
    /// The roles that are theirs, directly or by a group.
    public var bindings: [RoleBinding]
    public var customRoles: CustomRoles
    /// What the token they came with is good for; nil for all that they may.
    public var limits: TokenLimits?

    public init(bindings: [RoleBinding], customRoles: CustomRoles = [:], limits: TokenLimits? = nil) {
        (self.bindings, self.customRoles, self.limits) = (bindings, customRoles, limits)
    }
}

/// What a token is good for, of what its owner may do.
public struct TokenLimits: Sendable, Hashable, Codable {
    /// Empty for every verb.
    public var verbs: [VerbPattern]
    /// Empty for everything.
    public var scopes: [Scope]

    public init(verbs: [VerbPattern] = [], scopes: [Scope] = []) { (self.verbs, self.scopes) = (verbs, scopes) }

    public var isEmpty: Bool { verbs.isEmpty && scopes.isEmpty }

    func allows(_ verb: Verb) -> Bool { verbs.isEmpty || verbs.contains { $0.matches(verb) } }
    func allows(_ resource: Scope) -> Bool { scopes.isEmpty || scopes.contains { $0.covers(resource) } }
}

/// Which things of a kind somebody may see.
public enum Visibility: Sendable, Hashable {
    case all
    /// Those of these names.
    case only(Set<String>)

    public func contains(_ name: String) -> Bool {
        switch self {
        case .all: true
        case .only(let names): names.contains { ExactText($0) == ExactText(name) }
        }
    }
}

extension User {
    /// Whether this caller may do `verb` on `resource`.
    public func may(_ verb: Verb, on resource: Scope) -> Bool {
        if isUnbounded { return true }
        guard let access else {
            // Roles on the workspace, and nothing besides.
            return roles.contains { role in role.verbs.contains { $0.matches(verb) } }
        }
        if let limits = access.limits, !limits.allows(verb) || !limits.allows(resource) { return false }
        return Decision.on(
            verb, of: resource, by: name, in: groups, access.bindings, customRoles: access.customRoles
        ).isAllowed
    }

    /// Whether there may be something that this caller may do `verb` on.
    public func mayAnywhere(_ verb: Verb) -> Bool {
        guard let access, !isUnbounded else { return may(verb, on: .workspace) }
        if let limits = access.limits, !limits.allows(verb) { return false }
        return access.bindings.contains { binding in
            Decision.verbs(of: binding.role, access.customRoles).contains { $0.matches(verb) }
        }
    }

    /// The things of a kind that this caller may do `verb` on.
    public func visible(_ kind: Scope.Kind, by verb: Verb) -> Visibility {
        if may(verb, on: .workspace) { return .all }
        guard let access else { return .only([]) }
        // Either side may name it: a role on one model, or a token for one.
        let named = access.bindings.map(\.scope) + (access.limits?.scopes ?? [])
        return .only(Set(named.filter { $0.kind == kind && may(verb, on: $0) }.flatMap(\.spellings).map(\.name)))
    }

    /// The built-in roles that are this caller's on `resource`.
    public func roles(on resource: Scope) -> Set<Role> {
        guard let access, !isUnbounded else { return roles }
        return roles.union(access.bindings.filter { $0.scope.covers(resource) }.compactMap { Role(word: $0.role) })
    }

    /// Who is asked for nothing: Martlet itself, and whoever uses a workspace without users.
    public var isUnbounded: Bool { self == .martlet || self == .anyone }
}
