extension User {
    /// What kind of caller this is, as the audit log spells it.
    public var auditKind: String {
        switch self {
        case .martlet: "system"
        case .anyone: "anonymous"
        default: kind.rawValue
        }
    }
}
