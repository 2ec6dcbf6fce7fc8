extension AuditAction {
    /// Whether this puts a version in front of callers, by whichever door. A checkpoint leaves the database after it.
    public var isPromotion: Bool {
        guard service == "registry" else { return false }
        if ["stage", "to", "to_stage"].contains(where: { parameters[$0] == Stage.production.rawValue }) { return true }
        return ["set_registered_model_alias", "rollback", "break_glass"].contains { name.hasPrefix($0) }
    }
}
