public import MartletDomain

/// The answer to what is only done.
public struct Done: Codable, Sendable, Hashable {
    public init() {}
}

/// Shuts an account, or opens it again. What it was given stays on record.
public struct SetUserActive: MartletRequest {
    public typealias Response = Done
    public static let path = "identity/users/set-active"

    public var name: String
    public var active: Bool

    public init(name: String, active: Bool) { (self.name, self.active) = (name, active) }
}

/// Sets a password: one's own, or anybody's when one manages users.
public struct SetPassword: MartletRequest {
    public typealias Response = Done
    public static let path = "identity/users/set-password"

    /// Nil for one's own.
    public var name: String?
    public var password: String

    public init(name: String? = nil, password: String) { (self.name, self.password) = (name, password) }
}

/// Makes a token; it is shown this once.
public struct CreateToken: MartletRequest {
    public struct Response: Codable, Sendable {
        public var token: String
        public var info: AccessTokenInfo
        public init(token: String, info: AccessTokenInfo) { (self.token, self.info) = (token, info) }
    }
    public static let path = "identity/tokens/create"

    public var name: String
    /// Whose; nil for one's own.
    public var owner: String?
    /// Seconds from now; nil for one that does not end.
    public var lifetimeSeconds: Int64?
    /// What it is good for; nil for all that its owner may.
    public var verbs: [VerbPattern]?
    /// On what; nil for everything.
    public var scopes: [Scope]?

    public init(
        name: String, owner: String? = nil, lifetimeSeconds: Int64? = nil, verbs: [VerbPattern]? = nil,
        scopes: [Scope]? = nil
    ) {
        (self.name, self.owner, self.lifetimeSeconds) = (name, owner, lifetimeSeconds)
        (self.verbs, self.scopes) = (verbs, scopes)
    }

    enum CodingKeys: String, CodingKey {
        case name, owner, verbs, scopes
        case lifetimeSeconds = "lifetime_seconds"
    }
}

/// Tokens that are neither revoked nor over.
public struct ListTokens: MartletRequest {
    public struct Response: Codable, Sendable {
        public var tokens: [AccessTokenInfo]
        public init(tokens: [AccessTokenInfo]) { self.tokens = tokens }
    }
    public static let path = "identity/tokens/list"

    /// Everybody's, which takes somebody who manages users or reads the log; else one's own.
    public var all: Bool?

    public init(all: Bool? = nil) { self.all = all }
}

/// Makes a token worthless.
public struct RevokeToken: MartletRequest {
    public typealias Response = Done
    public static let path = "identity/tokens/revoke"

    public var id: String

    public init(id: String) { self.id = id }
}

/// A token as it is listed: everything but the secret. Times are milliseconds since 1970 UTC.
public struct AccessTokenInfo: Codable, Sendable, Hashable {
    public var id: String
    public var owner: String
    public var name: String
    public var verbs: [VerbPattern]?
    public var scopes: [Scope]?
    public var createdAt: Int64
    public var expiresAt: Int64?
    public var lastUsedAt: Int64?

    public init(
        id: String, owner: String, name: String, verbs: [VerbPattern]?, scopes: [Scope]?, createdAt: Int64,
        expiresAt: Int64?, lastUsedAt: Int64?
    ) {
        (self.id, self.owner, self.name, self.verbs, self.scopes) = (id, owner, name, verbs, scopes)
        (self.createdAt, self.expiresAt, self.lastUsedAt) = (createdAt, expiresAt, lastUsedAt)
    }

    enum CodingKeys: String, CodingKey {
        case id, owner, name, verbs, scopes
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case lastUsedAt = "last_used_at"
    }
}

/// All groups with their members.
public struct ListGroups: MartletRequest {
    public struct Response: Codable, Sendable {
        public var groups: [Group]
        public init(groups: [Group]) { self.groups = groups }
    }
    public struct Group: Codable, Sendable, Hashable {
        public var name: String
        public var members: [String]
        public init(name: String, members: [String]) { (self.name, self.members) = (name, members) }
    }
    public static let path = "identity/groups/list"

    public init() {}
}

/// Makes a group, or removes one.
public struct ChangeGroup: MartletRequest {
    public typealias Response = Done
    public static let path = "identity/groups/change"

    public var name: String
    public var delete: Bool?

    public init(name: String, delete: Bool? = nil) { (self.name, self.delete) = (name, delete) }
}

/// Puts an account into a group, or takes it out.
public struct ChangeMember: MartletRequest {
    public typealias Response = Done
    public static let path = "identity/groups/members/change"

    public var group: String
    public var member: String
    public var remove: Bool?

    public init(group: String, member: String, remove: Bool? = nil) {
        (self.group, self.member, self.remove) = (group, member, remove)
    }
}

/// All roles with their verbs, and who was given which on what.
public struct ListRoles: MartletRequest {
    public struct Response: Codable, Sendable {
        public var roles: [RoleInfo]
        public var bindings: [RoleBinding]
        public init(roles: [RoleInfo], bindings: [RoleBinding]) { (self.roles, self.bindings) = (roles, bindings) }
    }
    public struct RoleInfo: Codable, Sendable, Hashable {
        public var name: String
        public var verbs: [VerbPattern]
        public var custom: Bool
        public init(name: String, verbs: [VerbPattern], custom: Bool) {
            (self.name, self.verbs, self.custom) = (name, verbs, custom)
        }
    }
    public static let path = "identity/roles/list"

    public init() {}
}

/// Makes a role of verbs.
public struct CreateRole: MartletRequest {
    public typealias Response = Done
    public static let path = "identity/roles/create"

    public var name: String
    public var verbs: [VerbPattern]

    public init(name: String, verbs: [VerbPattern]) { (self.name, self.verbs) = (name, verbs) }
}

/// Removes a custom role.
public struct DeleteRole: MartletRequest {
    public typealias Response = Done
    public static let path = "identity/roles/delete"

    public var name: String

    public init(name: String) { self.name = name }
}

/// Gives somebody a role on something.
public struct GrantRole: MartletRequest {
    public typealias Response = Done
    public static let path = "identity/roles/grant"

    public var binding: RoleBinding

    public init(_ binding: RoleBinding) { self.binding = binding }
}

/// Takes a role back.
public struct RevokeRole: MartletRequest {
    public typealias Response = Done
    public static let path = "identity/roles/revoke"

    public var binding: RoleBinding

    public init(_ binding: RoleBinding) { self.binding = binding }
}
