extension [StageChange] {
    /// The version that was in Production at a time, the greatest number if there were several; nil if none was.
    ///
    /// - Parameter time: Milliseconds since 1970 UTC; a change at that very time has happened.
    /// The changes are those of one model, oldest first.
    public func production(at time: Int64) -> ModelVersion.ID? {
        var stages: [ModelVersion.ID: Stage] = [:]
        for change in self where change.at <= time && change.alias == nil { stages[change.version] = change.to }
        return stages.filter { $0.value == .production }.keys.max { $0.version < $1.version }
    }

    /// By alias, the version that callers found by it at a time.
    public func aliases(at time: Int64) -> [String: ModelVersion.ID] {
        var aliases: [String: ModelVersion.ID] = [:]
        for change in self where change.at <= time {
            guard let alias = change.alias else { continue }
            if !change.isRemoved {
                aliases[alias] = change.version
            } else if aliases[alias] == change.version {
                aliases[alias] = nil
            }
        }
        return aliases
    }
}
