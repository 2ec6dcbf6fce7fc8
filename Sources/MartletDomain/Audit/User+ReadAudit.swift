extension User {
    /// Whether this person may read the audit log's own files: auditors, and who manages the workspace.
    public var mayReadAudit: Bool {
        self == .martlet || roles.contains(.auditor) || roles.contains(.administrator)
    }
}
