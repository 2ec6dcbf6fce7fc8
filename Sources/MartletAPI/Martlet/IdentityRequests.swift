public import MartletDomain

/// Who the server takes the asker for.
public struct WhoAmI: MartletRequest {
    public typealias Response = User
    public static let path = "identity/me"

    public init() {}
}

/// All users, by name.
public struct ListUsers: MartletRequest {
    public struct Response: Codable, Sendable {
        public var users: [User]
        public init(users: [User]) { self.users = users }
    }
    public static let path = "identity/users"

    public init() {}
}

/// Makes a user.
public struct CreateUser: MartletRequest {
    public typealias Response = IssuedToken
    public static let path = "identity/users/create"

    public var name: String
    public var roles: [Role]
    /// Nil for a person.
    public var kind: PrincipalKind?

    public init(name: String, roles: [Role], kind: PrincipalKind? = nil) {
        (self.name, self.roles, self.kind) = (name, roles, kind)
    }
}

/// Gives a user another token; the one before is worth nothing from then on.
public struct RenewToken: MartletRequest {
    public typealias Response = IssuedToken
    public static let path = "identity/users/renew-token"

    public var name: String

    public init(name: String) { self.name = name }
}

/// A user's token, shown this once.
public struct IssuedToken: Codable, Sendable {
    public var name: String
    public var token: String

    public init(name: String, token: String) { (self.name, self.token) = (name, token) }
}
