/// Where a model version stands. Raw values are MLflow's words on the wire.
public enum Stage: String, Codable, Sendable, CaseIterable {
    case unstaged = "None"  // `none` would be read as Optional.none
    case staging = "Staging"
    case production = "Production"
    case archived = "Archived"

    /// MLflow takes the words in any case.
    public init?(word: String) {
        guard let stage = Self.allCases.first(where: { $0.rawValue.lowercased() == word.lowercased() }) else {
            return nil
        }
        self = stage
    }
}
