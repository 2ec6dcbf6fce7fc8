/// Why a model predicted what it did: all that was recorded, and whether doing it again gives the same bits.
public struct PredictionExplanation: Sendable, Hashable, Codable {
    public struct FeatureValue: Sendable, Hashable, Codable {
        public var name: String
        /// As recorded; nil for a missing value.
        public var value: Double?
        /// As recomputed now from the recorded versions.
        public var replayed: Double?
        /// The exact table that it came from.
        public var table: TableReference?
        /// The declared view and its version, `carrier_performance v1`; nil for a column of the row itself.
        public var view: String?
        /// What it is: `column`, `count`, `ratio`, `latest`, …
        public var kind: String
        /// Where the value stands among the rows that the model was trained on.
        public var reference: ReferencePlace?
        /// What it added to the model's margin.
        public var contribution: Double?

        public init(
            name: String, value: Double?, replayed: Double?, table: TableReference?, view: String?, kind: String,
            reference: ReferencePlace? = nil, contribution: Double? = nil
        ) {
            (self.name, self.value, self.replayed) = (name, value, replayed)
            (self.table, self.view, self.kind) = (table, view, kind)
            (self.reference, self.contribution) = (reference, contribution)
        }

        /// Equal to the bit; two missing values are.
        public var isReplayed: Bool { value?.bitPattern == replayed?.bitPattern }
    }

    public var predictionID: String
    public var key: [String: String]
    /// The instant as of which the row's features were computed.
    public var asOf: Instant
    /// Nil where the model ran elsewhere, and only its features are on record.
    public var score: Double?
    /// What happened, once known.
    public var outcome: Bool?
    /// The work that made it.
    public var work: ScoredBy
    /// Its whole record: of a span of a table's rows, or of rows that somebody sent.
    public var scoring: ScoringRun?
    public var rowScoring: RowScoring?
    public var features: [FeatureValue]
    /// The rows behind the features, by view.
    public var sourceRows: [SourceRows] = []
    /// Nil for a model whose library does not give them, or that cannot be opened any more.
    public var contributions: Contributions?
    /// The tracking run that trained the version.
    public var trainingRunID: String
    public var code: CodeVersion?
    public var trainingSet: TableReference
    /// Digests of the training set's rows, where they were recorded.
    public var trainingContent: TableContent?
    /// The tables that the training set was computed from.
    public var trainingInputs: [TableReference]
    public var registeredBy: String
    public var seal: VersionSeal?
    public var signOffs: [SignOff]
    public var stageChanges: [StageChange]
    /// Where the version stood when it scored; nil for a version that stood nowhere on record.
    public var stage: Stage?
    /// SHA-256 of the policy in force when it scored.
    public var policyDigest: String?
    public var policyText: String?
    /// The last look at the model before the row's time, if there was one.
    public var monitoring: MonitoringCheck?
    public var replay: PredictionReplay
    /// What could not be found out, in words.
    public var gaps: [String] = []

    public init(
        predictionID: String, key: [String: String], asOf: Instant, score: Double?, outcome: Bool?,
        work: ScoredBy, features: [FeatureValue], trainingRunID: String,
        trainingSet: TableReference, trainingInputs: [TableReference], registeredBy: String, signOffs: [SignOff],
        stageChanges: [StageChange], monitoring: MonitoringCheck?, replay: PredictionReplay
    ) {
        (self.predictionID, self.key, self.asOf) = (predictionID, key, asOf)
        (self.score, self.outcome, self.replay) = (score, outcome, replay)
        (self.work, self.features, self.trainingRunID) = (work, features, trainingRunID)
        (self.trainingSet, self.trainingInputs) = (trainingSet, trainingInputs)
        (self.registeredBy, self.signOffs, self.stageChanges) = (registeredBy, signOffs, stageChanges)
        self.monitoring = monitoring
    }

    /// Whether every feature and the score came out the same, bit for bit.
    public var isReplayed: Bool { replay.outcome == .equal }

    public var replayedScore: Double? { replay.score }

    enum CodingKeys: String, CodingKey {
        case key, score, outcome, work, scoring, features, monitoring, contributions, code, seal, stage, replay, gaps
        case rowScoring = "row_scoring"
        case predictionID = "prediction_id"
        case asOf = "as_of"
        case sourceRows = "source_rows"
        case trainingRunID = "training_run_id"
        case trainingSet = "training_set"
        case trainingContent = "training_content"
        case trainingInputs = "training_inputs"
        case registeredBy = "registered_by"
        case signOffs = "sign_offs"
        case stageChanges = "stage_changes"
        case policyDigest = "policy_digest"
        case policyText = "policy_text"
    }
}

/// Which version predicted, as whom it was asked for, by whom, when and where.
public struct ScoredBy: Sendable, Hashable, Codable {
    public var model: String
    public var modelVersion: String
    /// The stage or alias that was asked for.
    public var modelURI: String
    public var artifactDigest: String
    public var scoredBy: String
    /// Milliseconds since 1970 UTC.
    public var scoredAt: Int64
    public var policyDigest: String?
    public var environment: ScoringEnvironment?

    public init(_ run: ScoringRun) {
        (model, modelVersion, modelURI) = (run.model, run.modelVersion, run.modelURI)
        (artifactDigest, scoredBy, scoredAt) = (run.artifactDigest, run.scoredBy, run.scoredAt)
        (policyDigest, environment) = (run.policyDigest, run.environment)
    }

    public init(_ rows: RowScoring) {
        (model, modelVersion, modelURI) = (rows.model, "\(rows.modelVersion)", rows.modelURI)
        (artifactDigest, scoredBy, scoredAt) = (rows.artifactDigest, rows.scoredBy, rows.scoredAt)
        (policyDigest, environment) = (rows.policyDigest, rows.environment)
    }

    enum CodingKeys: String, CodingKey {
        case model, environment
        case modelVersion = "model_version"
        case modelURI = "model_uri"
        case artifactDigest = "artifact_digest"
        case scoredBy = "scored_by"
        case scoredAt = "scored_at"
        case policyDigest = "policy_digest"
    }
}

extension [StageChange] {
    /// Where a version stood at a time, in milliseconds since 1970 UTC; nil before it was registered and after its
    /// deletion.
    public func stage(of version: ModelVersion.ID, at time: Int64) -> Stage? {
        last { $0.version == version && $0.at <= time && $0.alias == nil }?.to
    }
}
