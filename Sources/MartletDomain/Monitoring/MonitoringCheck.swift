/// One look at a model in service: did its input and output move away from what it was trained on, and is it still right?
public struct MonitoringCheck: Sendable, Hashable, Codable {
    public var id: String
    public var model: String
    public var modelVersion: String
    public var window: TimeWindow
    /// What "normal" is: the rows that the version was trained on.
    public var reference: TableReference
    public var predictions: TableReference
    /// The table that the outcomes were read from, and the moment after which none was used.
    public var outcomes: TableReference
    public var outcomesKnownAt: Instant
    /// The tracking run that holds the report.
    public var runID: String
    public var datasetDrift: Bool
    public var driftedFeatures: [String]
    public var featureCount: Int
    public var driftShare: Double
    /// Rows of the window whose outcome was known when it was looked at.
    public var labelledRows: Int
    /// Nil while too few outcomes are known, or all are the same.
    public var areaUnderROC: Double?
    public var f1: Double?
    /// The tracking run of the retraining that it set off.
    public var retrainingRunID: String?
    /// Milliseconds since 1970 UTC.
    public var checkedAt: Int64

    public init(
        id: String, model: String, modelVersion: String, window: TimeWindow, reference: TableReference,
        predictions: TableReference, outcomes: TableReference, outcomesKnownAt: Instant, runID: String,
        datasetDrift: Bool, driftedFeatures: [String], featureCount: Int,
        driftShare: Double, labelledRows: Int, areaUnderROC: Double?, f1: Double?, retrainingRunID: String?,
        checkedAt: Int64
    ) {
        (self.id, self.model, self.modelVersion, self.window) = (id, model, modelVersion, window)
        (self.reference, self.predictions, self.runID) = (reference, predictions, runID)
        (self.outcomes, self.outcomesKnownAt) = (outcomes, outcomesKnownAt)
        (self.datasetDrift, self.driftedFeatures, self.featureCount) = (datasetDrift, driftedFeatures, featureCount)
        (self.driftShare, self.labelledRows, self.areaUnderROC, self.f1) = (driftShare, labelledRows, areaUnderROC, f1)
        (self.retrainingRunID, self.checkedAt) = (retrainingRunID, checkedAt)
    }

    enum CodingKeys: String, CodingKey {
        case id, model, window, reference, predictions, f1
        case modelVersion = "model_version"
        case outcomes
        case outcomesKnownAt = "outcomes_known_at"
        case runID = "run_id"
        case datasetDrift = "dataset_drift"
        case driftedFeatures = "drifted_features"
        case featureCount = "feature_count"
        case driftShare = "drift_share"
        case labelledRows = "labelled_rows"
        case areaUnderROC = "auc"
        case retrainingRunID = "retraining_run_id"
        case checkedAt = "checked_at"
    }
}
