extension AuditAction {
    /// Whether this put a version in front of callers, by whichever door. A checkpoint leaves the database after it.
    public var isPromotion: Bool {
        guard service == "registry" else { return false }
        let isProduction = parameters["stage"] == Stage.production.rawValue
        switch name {
        case "set_registered_model_alias", "roll_back", "break_glass": return true
        case "approve_transition_request": return isProduction && parameters["applied"] == "true"
        case "transition_stage": return isProduction
        default: return false
        }
    }
}
