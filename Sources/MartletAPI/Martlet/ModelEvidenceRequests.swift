public import MartletDomain

/// Records how a version's own tests went, with the files that they were run with.
public struct RecordTests: MartletRequest {
    public typealias Response = TestResult
    public static let path = "registry/evidence/tests"

    public var result: TestResult

    public init(_ result: TestResult) { self.result = result }
}

/// Records a figure that somebody else than Martlet measured. It counts where a gate says so.
public struct ReportEvaluation: MartletRequest {
    public typealias Response = Evaluation
    public static let path = "registry/evidence/report"

    public var model: String
    public var version: String
    public var metric: String
    public var value: Double
    public var on: TableReference
    /// The files that were measured.
    public var artifactDigest: String

    public init(
        model: String, version: String, metric: String, value: Double, on table: TableReference,
        artifactDigest: String
    ) {
        (self.model, self.version, self.metric, self.value) = (model, version, metric, value)
        (on, self.artifactDigest) = (table, artifactDigest)
    }

    enum CodingKeys: String, CodingKey {
        case model, version, metric, value, on
        case artifactDigest = "artifact_digest"
    }
}

/// Measures a version on rows that it has not seen.
public struct EvaluateVersion: MartletRequest {
    public struct Response: Codable, Sendable {
        public var evaluations: [Evaluation]
        public init(evaluations: [Evaluation]) { self.evaluations = evaluations }
    }
    public static let path = "registry/evidence/evaluate"

    /// `models:/NAME/VERSION`, `models:/NAME/STAGE` or `models:/NAME@ALIAS`.
    public var uri: String
    public var on: TableReference

    public init(_ uri: String, on table: TableReference) { (self.uri, on) = (uri, table) }
}

/// Compares what a version was trained on with the reference in force.
public struct CompareTraining: MartletRequest {
    public typealias Response = TrainingDrift
    public static let path = "registry/evidence/training-drift"

    public var model: String
    public var version: String

    public init(model: String, version: String) { (self.model, self.version) = (model, version) }
}

/// What was measured, tested and compared of a version, oldest first.
public struct ListEvidence: MartletRequest {
    public struct Response: Codable, Sendable {
        public var evaluations: [Evaluation]
        public var tests: [TestResult]
        public var drifts: [TrainingDrift]

        public init(evaluations: [Evaluation], tests: [TestResult], drifts: [TrainingDrift]) {
            (self.evaluations, self.tests, self.drifts) = (evaluations, tests, drifts)
        }
    }
    public static let path = "registry/evidence/list"

    public var model: String
    public var version: String

    public init(model: String, version: String) { (self.model, self.version) = (model, version) }
}
