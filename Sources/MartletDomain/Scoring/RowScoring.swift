/// Rows that were scored by a version's packed features: what was looked up where, as of which versions, and what was out
/// of the ordinary.
public struct RowScoring: Sendable, Hashable, Codable {
    public var id: String
    public var model: String
    public var modelVersion: Int64
    /// The stage or alias that was asked for.
    public var modelURI: String
    /// SHA-256 over the sealed artifact files.
    public var artifactDigest: String
    /// SHA-256 of the packed features.
    public var featuresDigest: String
    public var planHash: String
    /// What the rows were: a file with its SHA-256, a table at its version, or SQL.
    public var rows: String
    public var rowCount: Int64
    /// The exact version of each table that was read, by the name that the packed declaration uses.
    public var sources: [String: TableReference]
    /// What the model takes, in order. Where steps come in between, a result without predictions has these columns behind
    /// ``inputPrefix`` at its end.
    public var inputs: [String]
    /// Features that the caller's rows gave themselves, so that they were not looked up.
    public var overridden: [String]
    /// Views that had changed, and that were used as they were packed, because ``driftReason`` says so.
    public var drift: [PackedFeatures.ViewDrift]
    public var driftReason: String?
    /// What became of tables since the model was trained.
    public var warnings: [String]
    /// Whether the model itself ran elsewhere.
    public var isFeaturesOnly: Bool
    /// SHA-256 of the inputs and, where the model ran here, its predictions, row by row.
    public var contentHash: String
    /// Where the result was appended to; nil when it was handed out.
    public var predictions: TableReference?
    public var scoredBy: String
    /// Milliseconds since 1970 UTC.
    public var scoredAt: Int64
    /// SHA-256 of the policy in force then; nil in records of old.
    public var policyDigest: String?
    /// Nil in records of old.
    public var environment: ScoringEnvironment?
    /// What gave features from memory; nil when all were looked up in tables.
    public var served: [ServedState]?
    /// As of when they were given, microseconds since 1970 UTC.
    public var asOf: Int64?

    /// Before the name of a column that is what steps made of an input.
    public static let inputPrefix = "model_input."

    public init(
        id: String, model: ModelVersion.ID, modelURI: String, artifactDigest: String, featuresDigest: String,
        planHash: String, rows: String, rowCount: Int64, sources: [String: TableReference], inputs: [String],
        overridden: [String], drift: [PackedFeatures.ViewDrift], driftReason: String?, warnings: [String],
        isFeaturesOnly: Bool, contentHash: String, predictions: TableReference?, scoredBy: String, scoredAt: Int64
    ) {
        (self.id, self.model, self.modelVersion, self.modelURI) = (id, model.name, model.version, modelURI)
        (self.artifactDigest, self.featuresDigest) = (artifactDigest, featuresDigest)
        (self.planHash, self.rows, self.rowCount, self.sources) = (planHash, rows, rowCount, sources)
        (self.inputs, self.overridden, self.drift) = (inputs, overridden, drift)
        (self.driftReason, self.warnings, self.isFeaturesOnly) = (driftReason, warnings, isFeaturesOnly)
        (self.contentHash, self.predictions) = (contentHash, predictions)
        (self.scoredBy, self.scoredAt) = (scoredBy, scoredAt)
    }

    enum CodingKeys: String, CodingKey {
        case id, model, rows, sources, inputs, overridden, drift, warnings, predictions, environment, served
        case asOf = "as_of"
        case policyDigest = "policy_digest"
        case modelVersion = "model_version"
        case modelURI = "model_uri"
        case artifactDigest = "artifact_digest"
        case featuresDigest = "features_digest"
        case planHash = "plan_hash"
        case rowCount = "row_count"
        case driftReason = "drift_reason"
        case isFeaturesOnly = "features_only"
        case contentHash = "content_hash"
        case scoredBy = "scored_by"
        case scoredAt = "scored_at"
    }
}

extension RowScoring {
    /// Notes that features were given from memory.
    public mutating func take(_ states: [ServedState], asOf time: Int64) {
        let columns = Set(states.flatMap(\.columns))
        (served, asOf) = (states, time)
        overridden.removeAll { columns.contains($0) }
        for state in states {
            if let source = state.source, let table = state.table { sources[source] = table }
        }
    }

    /// The id of a row's prediction: the beginning of the scoring's own id, and the row's number from 0.
    public func predictionID(row: Int64) -> String {
        let place = String(row, radix: 16)
        return "\(id.prefix(12))-\(String(repeating: "0", count: max(0, 16 - place.count)))\(place)"
    }
}

/// Why rows were not scored by packed features.
public enum PackedFeaturesError: MartletError, Equatable {
    /// A file that is not what Martlet writes, or not what its own hashes say.
    case malformed(place: String, reason: String)
    case notPacked(model: String)
    case viewsChanged(model: String, uri: String, [PackedFeatures.ViewDrift])
    /// A model that needs its own library.
    case runsElsewhere(model: String, reason: String)
    case reasonMissing

    public var code: ErrorCode {
        switch self {
        case .malformed, .reasonMissing: .invalidParameterValue
        case .notPacked, .viewsChanged, .runsElsewhere: .invalidState
        }
    }

    public var message: String {
        switch self {
        case .malformed(let place, let reason):
            "\(place) holds a \(PackedFeatures.fileName) that was refused: \(reason). Take the file as `martlet features "
                + "pack TRAINING_SET` gives it, or leave it out; then the version is registered without features."
        case .notPacked(let model):
            "\(model) was not used: it carries no features, so they cannot be looked up for it. Log it with its training "
                + "set (`martlet features pack TRAINING_SET --into FOLDER` writes what belongs into its folder), or train "
                + "it with `martlet train`."
        case .viewsChanged(let model, let uri, let drift):
            "\(model) was not used: \(drift.count == 1 ? "a feature view" : "\(drift.count) feature views") that it was "
                + "trained on \(drift.count == 1 ? "is" : "are") not the same any more.\n"
                + drift.map { "  - " + $0.sentence }.joined(separator: "\n")
                + "\nTrain a version on the views as they are now, or score by the packed definition, on record: "
                + "martlet features score-batch \(shellWord(uri)) … --allow-drift REASON"
        case .runsElsewhere(let model, let reason):
            "\(model) cannot be run here: \(reason). Ask for its features only (--features-only), and let its own library "
                + "predict; the Python client's score_batch does both."
        case .reasonMissing:
            "Scoring by a packed definition that has changed takes a reason in words, which is kept: --allow-drift REASON"
        }
    }
}

extension PackedFeatures.ViewDrift {
    public var sentence: String {
        "\(packed.name) was version \(packed.version), \(packed.hash), "
            + (current.map { "and is version \($0.version), \($0.hash)" } ?? "and is not on record any more")
    }
}
