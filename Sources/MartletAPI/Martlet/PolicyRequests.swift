public import MartletDomain

/// What callers of a model got at a moment, who had vouched for it, and under which policy.
public struct GetModelAsOf: MartletRequest {
    public typealias Response = ModelAsOf
    public static let path = "registry/as-of"

    public var model: String
    /// Milliseconds since 1970 UTC.
    public var at: Int64

    public init(model: String, at time: Int64) { (self.model, at) = (model, time) }
}

/// What time it is for the registry, which never goes back.
public struct GetRegistryClock: MartletRequest {
    public typealias Response = RegistryClock
    public static let path = "registry/clock"

    public init() {}
}

/// Sets the registry's time back to that of the clock, which had been set ahead. For administrators.
public struct ResetRegistryClock: MartletRequest {
    public typealias Response = RegistryClock
    public static let path = "registry/clock/reset"

    public var reason: String

    public init(reason: String) { self.reason = reason }
}

/// Every policy that was ever in force, oldest first.
public struct ListPolicies: MartletRequest {
    public struct Response: Codable, Sendable {
        public struct Period: Codable, Sendable {
            /// SHA-256 of the text.
            public var digest: String
            /// Canonical JSON.
            public var text: String
            /// From when, milliseconds since 1970 UTC.
            public var from: Int64
            public var by: String
            /// Where in the audit log it is told of.
            public var auditPosition: Int64

            public init(digest: String, text: String, from: Int64, by: String, auditPosition: Int64) {
                (self.digest, self.text, self.from, self.by) = (digest, text, from, by)
                self.auditPosition = auditPosition
            }

            enum CodingKeys: String, CodingKey {
                case digest, text, from, by
                case auditPosition = "audit_position"
            }
        }
        public var policies: [Period]
        public init(policies: [Period]) { self.policies = policies }
    }
    public static let path = "registry/policies"

    public init() {}
}
