/// One batch of predictions: what made them, from which tables, as of which versions. Enough to make them again.
public struct ScoringRun: Sendable, Hashable, Codable {
    public var id: String
    public var model: String
    public var modelVersion: String
    /// The stage or alias that was asked for, as `models:/name/Production`.
    public var modelURI: String
    /// SHA-256 over the sealed artifact files.
    public var artifactDigest: String
    public var recipe: FeatureRecipe
    public var spine: TableReference
    public var window: TimeWindow
    /// The exact version of each table that a feature was computed from.
    public var sources: [TableReference]
    public var predictions: TableReference
    public var rowCount: Int64
    public var scoredBy: String
    /// Milliseconds since 1970 UTC.
    public var scoredAt: Int64
    /// Views that had changed, and that were used as the model was trained with them, because ``driftReason`` says so.
    public var drift: [PackedFeatures.ViewDrift]?
    public var driftReason: String?
    /// SHA-256 of the policy in force then; nil in records of old.
    public var policyDigest: String?
    /// Nil in records of old.
    public var environment: ScoringEnvironment?

    public init(
        id: String, model: String, modelVersion: String, modelURI: String, artifactDigest: String,
        recipe: FeatureRecipe, spine: TableReference, window: TimeWindow, sources: [TableReference],
        predictions: TableReference, rowCount: Int64, scoredBy: String, scoredAt: Int64
    ) {
        (self.id, self.model, self.modelVersion, self.modelURI) = (id, model, modelVersion, modelURI)
        (self.artifactDigest, self.recipe, self.spine, self.window) = (artifactDigest, recipe, spine, window)
        (self.sources, self.predictions, self.rowCount) = (sources, predictions, rowCount)
        (self.scoredBy, self.scoredAt) = (scoredBy, scoredAt)
    }

    enum CodingKeys: String, CodingKey {
        case id, model, recipe, spine, window, sources, predictions, drift, environment
        case policyDigest = "policy_digest"
        case modelVersion = "model_version"
        case modelURI = "model_uri"
        case artifactDigest = "artifact_digest"
        case rowCount = "row_count"
        case scoredBy = "scored_by"
        case scoredAt = "scored_at"
        case driftReason = "drift_reason"
    }
}

/// Why rows could not be scored, or a prediction not be explained.
public enum ScoringError: MartletError, Equatable {
    case otherFeatures(model: String, expected: String, found: String)
    case notTrainedHere(model: String)
    /// Nothing on record says which rows a model's files have seen.
    case trainingUnknown(model: String)
    case noRows(table: String, window: String)
    case unknownPrediction(String)
    case notInService(String)
    case artifactChanged(model: String, expected: String, found: String)

    public var code: ErrorCode {
        switch self {
        case .unknownPrediction: .resourceDoesNotExist
        case .artifactChanged: .dataLoss
        default: .invalidState
        }
    }

    public var message: String {
        switch self {
        case .otherFeatures(let model, let expected, let found):
            "\(model) was not used: it was trained on the feature set \(expected), and these rows are made by \(found). "
                + "Train a version on the new definition, or build the rows with the old one."
        case .notTrainedHere(let model):
            "\(model) was not used: it carries no feature recipe, so its input cannot be put together here. "
                + "Train it with `martlet train`, which packs one."
        case .trainingUnknown(let model):
            "\(model) was not measured: no training on record made its files, so nothing says which rows they have seen. "
                + "Register what `martlet train` logs, as it is."
        case .noRows(let table, let window): "\(table) has no rows in \(window), so nothing was scored."
        case .notInService(let uri):
            "Nothing was scored: \(uri) does not name a version by a stage in service or an alias, so it would walk around "
                + "the gates. Ask for models:/NAME/Production, models:/NAME/Staging or models:/NAME@ALIAS. "
                + "Where one version is meant for the sake of history, say so: --history"
        case .unknownPrediction(let id):
            "There is no prediction \(id). `martlet predictions TABLE --from DAY --to DAY` lists some."
        case .artifactChanged(let model, let expected, let found):
            "\(model) was not used: its files have the digest \(found), and \(expected) was registered. "
                + "Restore the files from a copy; Who registered them: martlet audit log --object \(model)"
        }
    }
}
