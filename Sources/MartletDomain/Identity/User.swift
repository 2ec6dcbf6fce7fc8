/// Somebody who may ask for things, and in which capacities.
public struct User: Sendable, Hashable, Codable {
    /// Unique within a workspace: `engineer`.
    public var name: String
    public var roles: Set<Role>

    public init(name: String, roles: Set<Role>) { (self.name, self.roles) = (name, roles) }

    /// Whoever uses a workspace that has no users.
    public static let anyone = User(name: "anyone", roles: Set(Role.allCases))

    /// Martlet itself, for what no person asked for (a scheduled check, say).
    public static let martlet = User(name: "martlet", roles: [])
}

/// A capacity in which somebody acts. Raw values are the words on the wire and in `martlet.yaml`.
public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
    /// Trains, registers, scores.
    case engineer
    /// Signs for Staging.
    case reviewer
    /// Signs for Production.
    case programManager = "program_manager"
    /// Reads the log.
    case auditor
    /// Manages users and policies.
    case administrator
}

/// Who asks, and by which request: what the audit log says of every change.
public struct Caller: Sendable, Hashable {
    public var user: User
    public var requestID: String
    /// The address the request came from; nil within the process.
    public var sourceAddress: String?
    public var userAgent: String?
    /// The session that the request came in; nil for who shows a token with each request.
    public var sessionID: String?

    public init(_ user: User, requestID: String, sourceAddress: String? = nil, userAgent: String? = nil) {
        (self.user, self.requestID) = (user, requestID)
        (self.sourceAddress, self.userAgent) = (sourceAddress, userAgent)
    }
}
