/// What is on record about a version when it is to move.
public struct Evidence: Sendable, Hashable {
    public var signOffs: [SignOff]
    public var monitoringPlan: MonitoringPlan?
    /// Newest last.
    public var gateResults: [GateResult]
    /// The feature views that the version takes.
    public var features: [FeatureEvidence]
    /// The time that ages are counted to, milliseconds since 1970 UTC: now, or the newest time on record if the clock
    /// has been turned back since.
    public var moment: Int64 = 0
    /// When the monitoring plan in force was set, milliseconds since 1970 UTC; 0 where there is none.
    public var planSetAt: Int64 = 0
    /// Who registered the same files, here or as any other version.
    public var authors: Set<String> = []
    /// Requests for this version that nobody has closed.
    public var requests: [OpenRequest] = []
    /// Figures of this version's files, newest last.
    public var evaluations: [Evaluation] = []
    /// Figures of the version in Production, newest last; nil when there is none, or it is this one.
    public var productionEvaluations: [Evaluation]?
    public var trainingData = TrainingData()
    /// How the training data compared with references, newest last.
    public var trainingDrift: [TrainingDrift] = []
    /// Newest last.
    public var testResults: [TestResult] = []
    /// The fields of the model card that are filled in.
    public var cardFields: Set<String> = []
    public var hasSignature = false
    public var isSealed = false

    /// Somebody's request to move the version to a stage.
    public struct OpenRequest: Sendable, Hashable {
        public var stage: Stage
        public var by: String
        /// Milliseconds since 1970 UTC.
        public var at: Int64

        public init(_ stage: Stage, by: String, at: Int64) { (self.stage, self.by, self.at) = (stage, by, at) }
    }

    /// The tables that a version was trained on, and what was found in these very versions of them.
    public struct TrainingData: Sendable, Hashable {
        public var tables: [TableReference] = []
        /// Newest last.
        public var runs: [Run] = []

        public struct Run: Sendable, Hashable {
            public var suite: String
            /// Of what it asked for; nil for one from before that was kept.
            public var digest: String?
            public var table: TableReference
            public var passed: Bool

            public init(suite: String, digest: String? = nil, table: TableReference, passed: Bool) {
                (self.suite, self.digest, self.table, self.passed) = (suite, digest, table, passed)
            }
        }

        public init(tables: [TableReference] = [], runs: [Run] = []) { (self.tables, self.runs) = (tables, runs) }
    }

    /// How far the clocks of several servers may be apart, milliseconds.
    public static let clockTolerance: Int64 = 300_000

    /// Whether something that was recorded at a time still counts. What bears a time to come was recorded with a clock
    /// that was wrong, so that nobody knows how old it is.
    public func isFresh(_ time: Int64, for span: TimeSpan) -> Bool {
        let (age, isOver) = moment.subtractingReportingOverflow(time)
        return !isOver && age >= -Self.clockTolerance && age <= span.milliseconds
    }

    public init(
        signOffs: [SignOff] = [], monitoringPlan: MonitoringPlan? = nil, gateResults: [GateResult] = [],
        features: [FeatureEvidence] = []
    ) {
        (self.signOffs, self.monitoringPlan, self.gateResults) = (signOffs, monitoringPlan, gateResults)
        self.features = features
    }
}

/// A figure of a version's exact files on an exact version of a dataset.
public struct Evaluation: Sendable, Hashable, Codable {
    public var version: ModelVersion.ID
    public var metric: String
    public var value: Double
    public var table: TableReference
    public var artifactDigest: String
    /// Whether somebody else than Martlet measured it.
    public var isReported: Bool
    public var by: String
    /// Milliseconds since 1970 UTC.
    public var at: Int64

    public init(
        version: ModelVersion.ID, metric: String, value: Double, table: TableReference, artifactDigest: String,
        isReported: Bool, by: String = "", at: Int64 = 0
    ) {
        (self.version, self.metric, self.value, self.table) = (version, metric, value, table)
        (self.artifactDigest, self.isReported, self.by, self.at) = (artifactDigest, isReported, by, at)
    }

    enum CodingKeys: String, CodingKey {
        case version, metric, value, table, by, at
        case artifactDigest = "artifact_digest"
        case isReported = "reported"
    }

    /// What makes this no figure; empty if nothing does.
    public var problems: [String] {
        var problems: [String] = []
        if metric.isEmpty || metric.utf8.count > 250 { problems.append("A metric's name is 1 to 250 bytes.") }
        if !value.isFinite { problems.append("The value of \(metric) is not finite.") }
        return problems
    }
}

/// How a model's own tests went, with its exact files.
public struct TestResult: Sendable, Hashable, Codable {
    public var version: ModelVersion.ID
    public var suite: String
    public var passed: Int64
    public var failed: Int64
    public var artifactDigest: String
    public var by: String
    /// Milliseconds since 1970 UTC.
    public var at: Int64

    public init(
        version: ModelVersion.ID, suite: String, passed: Int64, failed: Int64, artifactDigest: String, by: String = "",
        at: Int64 = 0
    ) {
        (self.version, self.suite, self.passed, self.failed) = (version, suite, passed, failed)
        (self.artifactDigest, self.by, self.at) = (artifactDigest, by, at)
    }

    enum CodingKeys: String, CodingKey {
        case version, suite, passed, failed, by, at
        case artifactDigest = "artifact_digest"
    }

    public var problems: [String] {
        var problems: [String] = []
        if suite.isEmpty || suite.utf8.count > 250 { problems.append("A test suite's name is 1 to 250 bytes.") }
        if passed < 0 || failed < 0 || passed > 1_000_000_000 || failed > 1_000_000_000 {
            problems.append("Tests are counted from 0 to a thousand million.")
        }
        return problems
    }
}

/// How a version's training data compared with a reference.
public struct TrainingDrift: Sendable, Hashable, Codable {
    public var version: ModelVersion.ID
    public var training: TableReference
    public var reference: TableReference
    /// The share of columns that drifted, 0 to 1.
    public var share: Double
    public var driftedColumns: [String]
    public var artifactDigest: String
    public var by: String
    /// Milliseconds since 1970 UTC.
    public var at: Int64

    public init(
        version: ModelVersion.ID, training: TableReference, reference: TableReference, share: Double,
        driftedColumns: [String], artifactDigest: String, by: String = "", at: Int64 = 0
    ) {
        (self.version, self.training, self.reference, self.share) = (version, training, reference, share)
        (self.driftedColumns, self.artifactDigest, self.by, self.at) = (driftedColumns, artifactDigest, by, at)
    }

    enum CodingKeys: String, CodingKey {
        case version, training, reference, share, by, at
        case driftedColumns = "drifted_columns"
        case artifactDigest = "artifact_digest"
    }
}
