/// Somebody who may be given roles: a person or program with an account, or a group of such.
public enum Member: Sendable, Hashable {
    case principal(String)
    case group(String)

    public var name: String {
        switch self {
        case .principal(let name), .group(let name): name
        }
    }

    public var isGroup: Bool { if case .group = self { true } else { false } }
}

extension Member: CustomStringConvertible, Codable {
    /// `user:bo`, `group:risk`. A service account is a `user`, too.
    public var description: String { (isGroup ? "group:" : "user:") + name }

    public init?(parsing text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "user", "service_account": self = .principal(parts[1])
        case "group": self = .group(parts[1])
        default: return nil
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let member = Member(parsing: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a member is written user:NAME or group:NAME")
        }
        self = member
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A role given to somebody on something.
public struct RoleBinding: Sendable, Hashable, Codable {
    public var member: Member
    /// A built-in role's word, or a custom role's name.
    public var role: String
    public var scope: Scope

    public init(_ member: Member, _ role: String, on scope: Scope = .workspace) {
        (self.member, self.role, self.scope) = (member, role, scope)
    }
}

/// Custom roles: their names, and the verbs that each has.
public typealias CustomRoles = [String: [VerbPattern]]

/// The answer to "may somebody do this": by which role, or not.
public enum Decision: Sendable, Hashable {
    case allowed(by: RoleBinding)
    case denied

    public var isAllowed: Bool { self != .denied }
}

extension Decision {
    /// Whether `bindings` let `principal`, who is in `groups`, do `verb` on `resource`. What nothing allows is denied,
    /// and a role that is not known allows nothing.
    public static func on(
        _ verb: Verb, of resource: Scope, by principal: String, in groups: Set<String>, _ bindings: [RoleBinding],
        customRoles: CustomRoles = [:]
    ) -> Decision {
        for binding in bindings where binding.scope.covers(resource) {
            switch binding.member {
            case .principal(let name): guard name == principal else { continue }
            case .group(let name): guard groups.contains(name) else { continue }
            }
            if verbs(of: binding.role, customRoles).contains(where: { $0.matches(verb) }) {
                return .allowed(by: binding)
            }
        }
        return .denied
    }

    /// A role's verbs; none for a role that there is not. A built-in role cannot be redefined.
    public static func verbs(of role: String, _ customRoles: CustomRoles) -> [VerbPattern] {
        Role(word: role)?.verbs ?? customRoles[role] ?? []
    }
}
