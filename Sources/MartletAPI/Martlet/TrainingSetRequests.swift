public import MartletDomain

/// Joins features to rows as of each row's own time, and keeps the result as a table.
public struct CreateTrainingSet: MartletRequest {
    public typealias Response = TrainingSetRecord
    public static let path = "features/training-sets/create"

    /// The table to write.
    public var table: TableName
    /// What it is made of, YAML.
    public var specification: String
    /// The rows that features are joined to.
    public var spine: FeatureRowsSource
    /// The tracking run that asks.
    public var runID: String?
    /// Whether features that hold what was not known, as far as the declaration tells, are refused.
    public var strict: Bool?

    public init(
        table: TableName, specification: String, spine: FeatureRowsSource, runID: String? = nil, strict: Bool? = nil
    ) {
        (self.table, self.specification, self.spine, self.runID) = (table, specification, spine, runID)
        self.strict = strict
    }

    enum CodingKeys: String, CodingKey {
        case table, specification, spine, strict
        case runID = "run_id"
    }
}

/// Looks for ways by which the future, or the label itself, gets into a training set's features.
public struct LintTrainingSet: MartletRequest {
    public struct Response: Codable, Sendable {
        /// In the order of the declaration, sources first.
        public var findings: [FeatureLint.Finding]
        public init(findings: [FeatureLint.Finding]) { self.findings = findings }
    }
    public static let path = "features/training-sets/lint"

    /// What it is made of, YAML.
    public var specification: String

    public init(specification: String) { self.specification = specification }
}

/// Shows how a training set was made, and, if asked for, computes it again.
public struct ShowTrainingSet: MartletRequest {
    public struct Response: Codable, Sendable {
        public var record: TrainingSetRecord
        public var check: Check?
        public init(record: TrainingSetRecord, check: Check?) { (self.record, self.check) = (record, check) }
    }

    /// What became of the rows, and what comes out of the same computation now. Both are empty when nothing has changed.
    public struct Check: Codable, Sendable {
        /// How the rows that lie there differ from those that were written.
        public var stored: [String]
        /// How the rows that are computed again differ from those that were written.
        public var recomputed: [String]
        public init(stored: [String], recomputed: [String]) { (self.stored, self.recomputed) = (stored, recomputed) }
    }
    public static let path = "features/training-sets/show"

    public var table: TableName
    /// Nil for the newest.
    public var version: Int64?
    public var check: Bool?

    public init(table: TableName, version: Int64? = nil, check: Bool? = nil) {
        (self.table, self.version, self.check) = (table, version, check)
    }
}

public struct ListTrainingSets: MartletRequest {
    public struct Response: Codable, Sendable {
        /// By name, newest version first.
        public var trainingSets: [TrainingSetRecord]
        public init(trainingSets: [TrainingSetRecord]) { self.trainingSets = trainingSets }

        enum CodingKeys: String, CodingKey { case trainingSets = "training_sets" }
    }
    public static let path = "features/training-sets/list"

    /// Nil for all.
    public var table: TableName?

    public init(table: TableName? = nil) { self.table = table }
}

/// Lists feature views on record.
public struct ListFeatureViews: MartletRequest {
    public struct Response: Codable, Sendable {
        /// By name, newest version first.
        public var views: [FeatureViewRecord]
        public init(views: [FeatureViewRecord]) { self.views = views }
    }
    public static let path = "features/views/list"

    /// All versions of this one; nil for all.
    public var name: String?

    public init(name: String? = nil) { self.name = name }
}

public struct ShowFeatureView: MartletRequest {
    public typealias Response = FeatureViewRecord
    public static let path = "features/views/show"

    public var name: String
    /// Nil for the newest.
    public var version: Int64?

    public init(name: String, version: Int64? = nil) { (self.name, self.version) = (name, version) }
}
