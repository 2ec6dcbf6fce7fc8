extension Policy {
    /// What one stage asks for.
    public struct Requirements: Sendable, Hashable {
        /// One sign-off by somebody of each role; a role that stands twice takes two people.
        public var signOffs: [Role]
        /// How long a sign-off counts; nil for ever.
        public var signOffsExpireAfter: TimeSpan?
        public var monitoringPlan: Bool
        /// Whether the plan must name everything that one can: see ``MonitoringPlan/missing``.
        public var completeMonitoringPlan: Bool
        /// The least area under the ROC curve on rows the model has not seen; nil to ask for none.
        public var minimumAreaUnderROC: Double?
        public var metrics: [MetricGate]
        /// What must have been found good in the data that the version was trained on; nil to ask for nothing.
        public var dataQuality: DataQualityGate?
        /// How well what is served of its features must have compared with batches; nil to ask for nothing.
        public var featureConsistency: FeatureConsistency?
        /// How far the training data may be from the reference in force; nil to ask for nothing.
        public var trainingDrift: TrainingDriftGate?
        public var unitTests: UnitTestGate?
        /// Fields of the model card that must be filled in.
        public var modelCard: [String]
        /// Whether the model's files must say what goes in and comes out.
        public var signature: Bool
        /// Whether the files must be sealed with the digest that the version was registered with.
        public var sealed: Bool
        /// How long a request must have been open before it is applied; nil to ask for no request.
        public var waitingPeriod: TimeSpan?

        public init(
            signOffs: [Role] = [], monitoringPlan: Bool = false, minimumAreaUnderROC: Double? = nil,
            featureConsistency: FeatureConsistency? = nil
        ) {
            (self.signOffs, self.monitoringPlan) = (signOffs, monitoringPlan)
            (self.minimumAreaUnderROC, self.featureConsistency) = (minimumAreaUnderROC, featureConsistency)
            (signOffsExpireAfter, completeMonitoringPlan, metrics, dataQuality) = (nil, false, [], nil)
            (trainingDrift, unitTests, modelCard, signature, sealed) = (nil, nil, [], false, false)
            waitingPeriod = nil
        }

        public var isEmpty: Bool { self == Requirements() }
    }
}

/// A figure that a version must reach on a named evaluation dataset.
public struct MetricGate: Sendable, Hashable {
    /// As it is recorded: `auc`, `f1`, `log_loss`.
    public var metric: String
    /// The table that it is measured on, of whatever version; the version is on record with the figure.
    public var dataset: String
    public var minimum: Double?
    public var maximum: Double?
    /// By how much it must be better than the version in Production, on the same version of the dataset; nil to compare
    /// nothing. Below zero it may be worse by that much.
    public var betterThanProductionBy: Double?
    /// Whether smaller is better.
    public var lowerIsBetter: Bool
    /// Whether a figure counts that somebody else than Martlet measured.
    public var reported: Bool

    public init(
        _ metric: String, on dataset: String, minimum: Double? = nil, maximum: Double? = nil,
        betterThanProductionBy: Double? = nil, lowerIsBetter: Bool? = nil, reported: Bool = false
    ) {
        (self.metric, self.dataset, self.minimum, self.maximum) = (metric, dataset, minimum, maximum)
        (self.betterThanProductionBy, self.reported) = (betterThanProductionBy, reported)
        self.lowerIsBetter = lowerIsBetter ?? Self.areBetterSmall(metric)
    }

    static func areBetterSmall(_ metric: String) -> Bool {
        ["log_loss", "loss", "rmse", "mse", "mae", "mape", "brier"].contains { metric.lowercased().hasSuffix($0) }
    }
}

/// What must have been found good in the very versions of the tables that a version was trained on.
public struct DataQualityGate: Sendable, Hashable {
    /// The suites that must have passed, by name, or as `name@digest` with 12 digits or more of what they ask for, so that
    /// no other passes under that name. None for whatever was run, of which there must be some.
    public var suites: [String]

    public init(suites: [String] = []) { self.suites = suites }

    /// Whether a run was of the suite that an entry of ``suites`` names.
    func means(_ run: Evidence.TrainingData.Run, by entry: String) -> Bool {
        guard let at = entry.lastIndex(of: "@") else { return run.suite == entry }
        let digits = entry[entry.index(after: at)...]
        guard digits.utf8.count >= 12, digits.allSatisfy(\.isHexDigit) else { return run.suite == entry }
        return run.suite == entry[..<at] && run.digest?.hasPrefix(digits.lowercased()) == true
    }
}

/// How far a version's training data may have moved from the reference of the monitoring plan in force.
public struct TrainingDriftGate: Sendable, Hashable {
    /// The greatest share of columns that may have drifted, 0 to 1.
    public var maximumShare: Double

    public init(maximumShare: Double) { self.maximumShare = maximumShare }
}

/// Results of a model's own tests, recorded for its exact files.
public struct UnitTestGate: Sendable, Hashable {
    /// The suites that must have passed; none for whatever was recorded, of which there must be some.
    public var suites: [String]
    /// The fewest tests that count as having tested.
    public var minimum: Int64
    /// How old a result may be; nil for ever.
    public var within: TimeSpan?

    public init(suites: [String] = [], minimum: Int64 = 1, within: TimeSpan? = nil) {
        (self.suites, self.minimum, self.within) = (suites, minimum, within)
    }
}
