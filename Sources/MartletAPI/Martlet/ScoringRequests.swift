public import MartletDomain

/// Scores a span of rows and appends the predictions to a table. Asked again for the same rows, version and table, it
/// answers what it did the first time.
public struct ScoreBatch: MartletRequest {
    public typealias Response = ScoringRun
    public static let path = "scoring/batch"

    /// `models:/flight-delay/Production` or `models:/flight-delay@champion`.
    public var modelURI: String
    public var from: Instant
    public var to: Instant
    /// Where the predictions go.
    public var predictions: TableName
    /// Why it does not matter that feature views have changed since the model was trained; nil if it does.
    public var allowDrift: String?
    /// Whether a version may be named by its number, `models:/flight-delay/3`, because history is meant.
    public var history: Bool?

    public init(
        modelURI: String, from: Instant, to: Instant, predictions: TableName, allowDrift: String? = nil,
        history: Bool? = nil
    ) {
        (self.modelURI, self.from, self.to, self.predictions) = (modelURI, from, to, predictions)
        (self.allowDrift, self.history) = (allowDrift, history)
    }

    enum CodingKeys: String, CodingKey {
        case from, to, predictions, history
        case allowDrift = "allow_drift"
        case modelURI = "model_uri"
    }
}

/// Finds predictions of a model, those that were most confident first.
public struct FindPredictions: MartletRequest {
    public struct Response: Codable, Sendable {
        public struct Prediction: Codable, Sendable {
            public var id: String
            public var asOf: Instant
            public var score: Double

            public init(id: String, asOf: Instant, score: Double) {
                (self.id, self.asOf, self.score) = (id, asOf, score)
            }

            enum CodingKeys: String, CodingKey {
                case id, score
                case asOf = "as_of"
            }
        }
        public var predictions: [Prediction]

        public init(predictions: [Prediction]) { self.predictions = predictions }
    }
    public static let path = "scoring/predictions"

    public var table: TableName
    public var from: Instant
    public var to: Instant
    /// 1,000 at most.
    public var limit: Int

    public init(table: TableName, from: Instant, to: Instant, limit: Int = 10) {
        (self.table, self.from, self.to, self.limit) = (table, from, to, limit)
    }
}

/// Why was this predicted?
public struct ExplainPrediction: MartletRequest {
    public typealias Response = PredictionExplanation
    public static let path = "scoring/why"
    /// Asked the same, the answer is an HTML page that needs nothing else.
    public static let pagePath = "scoring/why/page"

    public var predictionID: String

    public init(predictionID: String) { self.predictionID = predictionID }

    enum CodingKeys: String, CodingKey { case predictionID = "prediction_id" }
}
