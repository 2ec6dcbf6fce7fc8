/// What a change is called in the audit log, and what it was asked to do.
public struct AuditAction: Sendable, Hashable {
    /// The capability: `registry`.
    public var service: String
    /// The verb: `transition_stage`.
    public var name: String
    /// The request in words; long values are logged by digest.
    public var parameters: [String: String]

    public init(_ service: String, _ name: String, _ parameters: [String: String?] = [:]) {
        (self.service, self.name, self.parameters) = (service, name, parameters.compactMapValues { $0 })
    }
}
