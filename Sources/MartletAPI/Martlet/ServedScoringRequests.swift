public import MartletDomain

/// Scores rows as of now with features from memory. Each prediction is kept with them before it is answered, and can be
/// asked why by its id.
public struct ScoreServed: MartletRequest {
    public struct Prediction: Codable, Sendable, Hashable {
        public var id: String
        public var prediction: Double

        public init(id: String, prediction: Double) { (self.id, self.prediction) = (id, prediction) }
    }

    public struct Response: Codable, Sendable {
        /// The record of the request.
        public var scoringID: String
        public var model: String
        public var modelVersion: Int64
        /// When the features were read.
        public var asOf: Instant
        /// One a row, in order.
        public var predictions: [Prediction]
        /// How each value from memory came about: one a row, by feature.
        public var statuses: [String: [ServedStatus]]

        public init(_ scoring: RowScoring, predictions: [Double], statuses: [String: [ServedStatus]]) {
            (scoringID, model, modelVersion) = (scoring.id, scoring.model, scoring.modelVersion)
            asOf = Instant(microseconds: scoring.asOf ?? scoring.scoredAt * 1_000)
            self.predictions = predictions.enumerated().map {
                Prediction(id: scoring.predictionID(row: Int64($0)), prediction: $1)
            }
            self.statuses = statuses
        }

        enum CodingKeys: String, CodingKey {
            case model, predictions, statuses
            case scoringID = "scoring_id"
            case modelVersion = "model_version"
            case asOf = "as_of"
        }
    }
    public static let path = "scoring/online"

    /// By stage or alias.
    public var modelURI: String
    /// Keys, and columns that the model takes as they are given.
    public var columns: PushedFrame
    /// Why it does not matter that views have changed. Kept on record; the packed definitions are used.
    public var allowDrift: String?
    /// Whether a version may be named by its number, because history is meant.
    public var history: Bool?

    public init(modelURI: String, columns: PushedFrame, allowDrift: String? = nil, history: Bool? = nil) {
        (self.modelURI, self.columns) = (modelURI, columns)
        (self.allowDrift, self.history) = (allowDrift, history)
    }

    enum CodingKeys: String, CodingKey {
        case columns, history
        case modelURI = "model_uri"
        case allowDrift = "allow_drift"
    }
}
