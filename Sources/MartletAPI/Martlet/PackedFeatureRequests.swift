public import MartletDomain

/// Asks what belongs into the folder of a model that was trained on a training set, so that its features can be looked up
/// for it.
public struct PackFeatures: MartletRequest {
    public struct Response: Codable, Sendable {
        /// Texts by file name: ``PackedFeatures/fileName`` and ``PackedFeatures/featureSpecName``.
        public var files: [String: String]
        public var features: PackedFeatures

        public init(files: [String: String], features: PackedFeatures) {
            (self.files, self.features) = (files, features)
        }
    }
    public static let path = "features/pack"

    public var table: TableName
    /// Nil for the newest.
    public var version: Int64?

    public init(table: TableName, version: Int64? = nil) { (self.table, self.version) = (table, version) }
}

/// Asks for a training set's rows as a model is to see them, its steps applied; the answer is a Parquet file.
public struct ReadModelRows: Codable, Sendable {
    public static let path = "features/training-sets/rows"

    public var table: TableName
    /// Nil for the newest.
    public var version: Int64?

    public init(table: TableName, version: Int64? = nil) { (self.table, self.version) = (table, version) }
}

/// Asks which features a model version was registered with.
public struct ShowPackedFeatures: MartletRequest {
    public struct Response: Codable, Sendable {
        public var model: String
        public var version: Int64
        /// Nil when its files say nothing of features.
        public var features: PackedFeaturesSummary?

        public init(model: String, version: Int64, features: PackedFeaturesSummary?) {
            (self.model, self.version, self.features) = (model, version, features)
        }
    }
    public static let path = "registry/features"

    /// `models:/NAME/3`, `models:/NAME/Production` or `models:/NAME@ALIAS`.
    public var modelURI: String

    public init(modelURI: String) { self.modelURI = modelURI }

    enum CodingKeys: String, CodingKey { case modelURI = "model_uri" }
}

/// Looks features up for rows as a version was packed with them, scores them, and answers the result as a Parquet file. The
/// header ``scoringHeader`` names the record of it.
public struct ScoreRows: Codable, Sendable {
    public static let path = "scoring/rows"
    public static let scoringHeader = "Martlet-Row-Scoring"

    /// By stage or alias.
    public var modelURI: String
    public var rows: FeatureRowsSource
    /// Whether the answer ends with the model's inputs, because it runs elsewhere.
    public var featuresOnly: Bool?
    /// Why it does not matter that views have changed. Kept on record; the packed definitions are used.
    public var allowDrift: String?
    /// Whether a version may be named by its number, because history is meant.
    public var history: Bool?

    public init(
        modelURI: String, rows: FeatureRowsSource, featuresOnly: Bool = false, allowDrift: String? = nil,
        history: Bool? = nil
    ) {
        (self.modelURI, self.rows, self.featuresOnly, self.allowDrift) = (modelURI, rows, featuresOnly, allowDrift)
        self.history = history
    }

    enum CodingKeys: String, CodingKey {
        case rows, history
        case modelURI = "model_uri"
        case featuresOnly = "features_only"
        case allowDrift = "allow_drift"
    }
}

/// As ``ScoreRows``, and appends the result to a table.
public struct ScoreRowsInto: MartletRequest {
    public typealias Response = RowScoring
    public static let path = "scoring/rows/into"

    public var predictions: TableName
    public var score: ScoreRows

    public init(_ predictions: TableName, _ score: ScoreRows) { (self.predictions, self.score) = (predictions, score) }
}

/// Asks for the record of rows that were scored.
public struct ShowRowScoring: MartletRequest {
    public typealias Response = RowScoring
    public static let path = "scoring/rows/show"

    public var id: String

    public init(id: String) { self.id = id }
}
