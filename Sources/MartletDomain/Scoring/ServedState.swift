/// What gave a row's features from memory: a view by its plan, at a version of its table and the pushes after it.
public struct ServedState: Sendable, Hashable, Codable {
    /// The name by which it was served: a view's, or a feature table's.
    public var view: String
    public var planHash: String
    /// What the packed declaration calls the table; nil for a view that reads none.
    public var source: String?
    /// The version of the table that was in memory whole.
    public var table: TableReference?
    /// What was in memory, to the last push.
    public var reach: OnlineReach
    /// The columns of the rows that the view was asked by, in the order of its own keys and inputs.
    public var keys: [String]
    /// What the view calls its features, and what they are called among the rows.
    public var features: [String]
    public var columns: [String]

    public init(
        view: String, planHash: String, source: String?, table: TableReference?, reach: OnlineReach, keys: [String],
        features: [String], columns: [String]
    ) {
        (self.view, self.planHash, self.source, self.table) = (view, planHash, source, table)
        (self.reach, self.keys, self.features, self.columns) = (reach, keys, features, columns)
    }

    enum CodingKeys: String, CodingKey {
        case view, source, table, reach, keys, features, columns
        case planHash = "plan_hash"
    }
}

/// Why rows were not scored by features from memory.
public enum ServedScoringError: MartletError, Equatable {
    /// A feature that nothing serves by the plan that the model was trained on.
    case otherPlan(model: String, view: String, packed: String, served: String)
    case notServable(model: String, feature: String, reason: String)
    /// What was in memory when it answered cannot be had again.
    case pastIsGone(view: String, reason: String)

    public var code: ErrorCode { .invalidState }

    public var message: String {
        switch self {
        case .otherPlan(let model, let view, let packed, let served):
            "\(model) was not used: it was trained on \(view) by the plan \(packed.prefix(12)), and \(view) is served by the "
                + "plan \(served.prefix(12)). Serve the newest version with `martlet features serve \(view)`, or train "
                + "a model on it."
        case .notServable(let model, let feature, let reason):
            "\(model) was not used: \(feature) cannot come from memory, because \(reason). Score rows from the tables with "
                + "`martlet features score-batch`."
        case .pastIsGone(let view, let reason):
            "What \(view) had in memory when it answered cannot be had again: \(reason)."
        }
    }
}
