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

        public init(
            name: String, value: Double?, replayed: Double?, table: TableReference?, view: String?, kind: String
        ) {
            (self.name, self.value, self.replayed) = (name, value, replayed)
            (self.table, self.view, self.kind) = (table, view, kind)
        }

        /// Equal to the bit; two missing values are.
        public var isReplayed: Bool { value?.bitPattern == replayed?.bitPattern }
    }

    public var predictionID: String
    public var key: [String: String]
    /// The instant as of which the row's features were computed.
    public var asOf: Instant
    public var score: Double
    public var replayedScore: Double
    /// What happened, once known.
    public var outcome: Bool?
    public var scoring: ScoringRun
    public var features: [FeatureValue]
    /// The tracking run that trained the version.
    public var trainingRunID: String
    public var trainingSet: TableReference
    /// The tables that the training set was computed from.
    public var trainingInputs: [TableReference]
    public var registeredBy: String
    public var signOffs: [SignOff]
    public var stageChanges: [StageChange]
    /// The last look at the model before the row's time, if there was one.
    public var monitoring: MonitoringCheck?

    public init(
        predictionID: String, key: [String: String], asOf: Instant, score: Double, replayedScore: Double,
        outcome: Bool?, scoring: ScoringRun, features: [FeatureValue], trainingRunID: String,
        trainingSet: TableReference, trainingInputs: [TableReference], registeredBy: String, signOffs: [SignOff],
        stageChanges: [StageChange], monitoring: MonitoringCheck?
    ) {
        (self.predictionID, self.key, self.asOf) = (predictionID, key, asOf)
        (self.score, self.replayedScore, self.outcome) = (score, replayedScore, outcome)
        (self.scoring, self.features, self.trainingRunID) = (scoring, features, trainingRunID)
        (self.trainingSet, self.trainingInputs) = (trainingSet, trainingInputs)
        (self.registeredBy, self.signOffs, self.stageChanges) = (registeredBy, signOffs, stageChanges)
        self.monitoring = monitoring
    }

    /// Whether every feature and the score came out the same, bit for bit.
    public var isReplayed: Bool {
        score.bitPattern == replayedScore.bitPattern && features.allSatisfy(\.isReplayed)
    }

    enum CodingKeys: String, CodingKey {
        case key, score, outcome, scoring, features, monitoring
        case predictionID = "prediction_id"
        case asOf = "as_of"
        case replayedScore = "replayed_score"
        case trainingRunID = "training_run_id"
        case trainingSet = "training_set"
        case trainingInputs = "training_inputs"
        case registeredBy = "registered_by"
        case signOffs = "sign_offs"
        case stageChanges = "stage_changes"
    }
}
