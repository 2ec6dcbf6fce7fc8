/// Whether something is in use or in the bin. Raw values are MLflow's words on the wire.
public enum LifecycleStage: String, Sendable, Hashable, Codable {
    case active, deleted
}

/// Which lifecycle stages a search shows. Raw values are MLflow's words on the wire.
public enum ViewType: String, Sendable, Hashable, Codable, CaseIterable {
    case activeOnly = "ACTIVE_ONLY"
    case deletedOnly = "DELETED_ONLY"
    case all = "ALL"

    public var stages: [LifecycleStage] {
        switch self {
        case .activeOnly: [.active]
        case .deletedOnly: [.deleted]
        case .all: [.active, .deleted]
        }
    }
}

/// A name and a text: a run's parameter, or a tag of anything.
public struct KeyedText: Sendable, Hashable, Codable {
    public var key: String
    public var value: String

    public init(_ key: String, _ value: String) { (self.key, self.value) = (key, value) }
}

/// What runs and logged models belong to.
public struct Experiment: Sendable, Hashable {
    /// A number in decimal; `0` is the experiment that always exists.
    public var id: String
    /// Unique in the workspace, deleted experiments included.
    public var name: String
    /// Where its runs' files go: `mlflow-artifacts:/1`.
    public var artifactLocation: String
    public var lifecycleStage: LifecycleStage
    /// Milliseconds since 1970 UTC.
    public var creationTime: Int64
    /// Milliseconds since 1970 UTC.
    public var lastUpdateTime: Int64
    /// By key.
    public var tags: [KeyedText]

    public init(
        id: String, name: String, artifactLocation: String, lifecycleStage: LifecycleStage, creationTime: Int64,
        lastUpdateTime: Int64, tags: [KeyedText]
    ) {
        (self.id, self.name, self.artifactLocation) = (id, name, artifactLocation)
        (self.lifecycleStage, self.creationTime, self.lastUpdateTime) = (lifecycleStage, creationTime, lastUpdateTime)
        self.tags = tags
    }

    /// The experiment that runs go to when none is named.
    public static let defaultID = "0"

    /// The number of an experiment id.
    /// - Throws: ``InvalidRequest`` when the id is not a whole number.
    public static func number(of id: String) throws(InvalidRequest) -> Int64 {
        // MLflow's server takes blanks around it.
        var digits = Substring(id)
        while digits.first?.isWhitespace == true { digits.removeFirst() }
        while digits.last?.isWhitespace == true { digits.removeLast() }
        guard let number = Int64(digits) else {
            throw InvalidRequest("Invalid experiment ID '\(id.prefix(300))'. Experiment ID must be a valid integer.")
        }
        return number
    }
}
