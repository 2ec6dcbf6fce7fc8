/// How a model is to be watched once it serves. On record before it does.
public struct MonitoringPlan: Sendable, Hashable, Codable {
    public enum Frequency: String, Sendable, Hashable, Codable, CaseIterable { case daily, weekly, monthly }

    public enum RetrainingTrigger: String, Sendable, Hashable, Codable, CaseIterable {
        case onDrift = "on_drift"
        case onPerformance = "on_performance"
        case manual
    }

    public struct Thresholds: Sendable, Hashable, Codable {
        /// The share of columns that must have drifted for the data to have drifted, above 0 up to 1.
        public var driftShare: Double
        /// Realised quality below this calls for action; nil to watch drift alone.
        public var minimumAreaUnderROC: Double?

        public init(driftShare: Double = 0.5, minimumAreaUnderROC: Double? = nil) {
            (self.driftShare, self.minimumAreaUnderROC) = (driftShare, minimumAreaUnderROC)
        }

        enum CodingKeys: String, CodingKey {
            case driftShare = "drift_share"
            case minimumAreaUnderROC = "min_auc"
        }
    }

    public var model: String
    /// Who answers for it.
    public var owner: String
    public var frequency: Frequency
    /// What "normal" is: the training set that current data are held against.
    public var reference: TableReference
    public var thresholds: Thresholds
    public var retrainingTrigger: RetrainingTrigger

    public init(
        model: String, owner: String, frequency: Frequency, reference: TableReference, thresholds: Thresholds,
        retrainingTrigger: RetrainingTrigger
    ) {
        (self.model, self.owner, self.frequency, self.reference) = (model, owner, frequency, reference)
        (self.thresholds, self.retrainingTrigger) = (thresholds, retrainingTrigger)
    }

    enum CodingKeys: String, CodingKey {
        case model, owner, frequency, reference, thresholds
        case retrainingTrigger = "retraining_trigger"
    }

    /// What is wrong with it; empty if nothing is.
    public var problems: [String] {
        var problems: [String] = []
        if model.isEmpty { problems.append("A monitoring plan names its model.") }
        if owner.utf8.count > 500 { problems.append("The owner's name is longer than 500 bytes.") }
        if owner.allSatisfy(\.isWhitespace) { problems.append("A monitoring plan names its owner.") }
        if !(thresholds.driftShare > 0 && thresholds.driftShare <= 1) {
            problems.append("The drift share \(thresholds.driftShare) is not above 0 and up to 1.")
        }
        if let minimum = thresholds.minimumAreaUnderROC, !(minimum >= 0 && minimum <= 1) {
            problems.append("The least AUC \(minimum) is not between 0 and 1.")
        }
        return problems
    }
}
