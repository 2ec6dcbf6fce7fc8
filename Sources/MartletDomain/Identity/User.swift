/// Somebody who may ask for things, and in which capacities: a person, or a program that acts for itself.
public struct User: Sendable, Hashable {
    /// Unique within a workspace: `trainer`.
    public var name: String
    /// The built-in roles on the whole workspace, directly or by a group.
    public var roles: Set<Role>
    public var kind: PrincipalKind
    /// The groups that they are in.
    public var groups: Set<String>
    /// Deactivated accounts are kept for their history, and let nobody in.
    public var isActive: Bool
    /// What they were given besides ``roles``; nil for nothing.
    public var access: Access?

    public init(
        name: String, roles: Set<Role>, kind: PrincipalKind = .user, groups: Set<String> = [], isActive: Bool = true,
        access: Access? = nil
    ) {
        (self.name, self.roles, self.kind, self.groups) = (name, roles, kind, groups)
        (self.isActive, self.access) = (isActive, access)
    }

    /// Whoever uses a workspace that has no users.
    public static let anyone = User(name: "anyone", roles: Set(Role.allCases))

    /// Martlet itself, for what no person asked for (a scheduled check, say).
    public static let martlet = User(name: "martlet", roles: [])
}

/// Who has an account.
public enum PrincipalKind: String, Sendable, Hashable, Codable, CaseIterable {
    case user
    /// A program: it has tokens, and no password.
    case serviceAccount = "service_account"
}

extension User: Codable {
    enum CodingKeys: String, CodingKey { case name, roles, kind, groups, active }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            roles: try container.decode(Set<Role>.self, forKey: .roles),
            kind: try container.decodeIfPresent(PrincipalKind.self, forKey: .kind) ?? .user,
            groups: try container.decodeIfPresent(Set<String>.self, forKey: .groups) ?? [],
            isActive: try container.decodeIfPresent(Bool.self, forKey: .active) ?? true)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(roles.sorted { $0.rawValue < $1.rawValue }, forKey: .roles)
        try container.encode(kind, forKey: .kind)
        if !groups.isEmpty { try container.encode(groups.sorted(), forKey: .groups) }
        if !isActive { try container.encode(false, forKey: .active) }
    }
}

/// Who asks, and by which request: what the audit log says of every change.
public struct Caller: Sendable, Hashable {
    public var user: User
    public var requestID: String
    /// The address the request came from; nil within the process.
    public var sourceAddress: String?
    public var userAgent: String?
    /// What the door that they came by has let them do: what follows from it is not asked for again.
    public var entrance: Verb?
    /// The session that the request came in; nil for who shows a token with each request.
    public var sessionID: String?

    public init(_ user: User, requestID: String, sourceAddress: String? = nil, userAgent: String? = nil) {
        (self.user, self.requestID) = (user, requestID)
        (self.sourceAddress, self.userAgent) = (sourceAddress, userAgent)
    }
}

extension Caller {
    /// Whether the caller may do this anywhere, or came by a door that leads to it.
    public func may(_ verb: Verb) -> Bool {
        if let entrance, entrance == verb || entrance.consequences.contains(where: { $0.matches(verb) }) { return true }
        return user.mayAnywhere(verb)
    }

    /// Asked before every change.
    /// - Throws: ``IdentityError/mayNotAdminister(user:)``, ``IdentityError/mayNotChange(user:)``,
    ///   ``IdentityError/denied(user:_:)``.
    public func authorize(_ action: AuditAction) throws(IdentityError) {
        let verb = Verb(action)
        guard !may(verb) else { return }
        throw IdentityError.refusal(of: verb, to: user)
    }
}
