/// Somebody vouched for a version's files to stand in a stage.
public struct SignOff: Sendable, Hashable, Codable {
    public var version: ModelVersion.ID
    public var stage: Stage
    public var role: Role
    public var user: String
    public var comment: String?
    /// The files that it is about: a sign-off of other files counts for nothing.
    public var artifactDigest: String
    /// Milliseconds since 1970 UTC.
    public var at: Int64
    /// Where in the audit log it is told of; nil in histories of old.
    public var auditPosition: Int64?

    public init(
        version: ModelVersion.ID, stage: Stage, role: Role, user: String, comment: String?, artifactDigest: String,
        at: Int64, auditPosition: Int64? = nil
    ) {
        (self.version, self.stage, self.role, self.user) = (version, stage, role, user)
        (self.comment, self.artifactDigest, self.at) = (comment, artifactDigest, at)
        self.auditPosition = auditPosition
    }

    enum CodingKeys: String, CodingKey {
        case version, stage, role, user, comment, at
        case artifactDigest = "artifact_digest"
        case auditPosition = "audit_position"
    }
}

/// What a version's measured quality was held against. Only Martlet itself records one, from the sealed files.
public struct GateResult: Sendable, Hashable, Codable {
    public enum Outcome: String, Sendable, Hashable, Codable {
        case passed, failed
        case couldNotBeEvaluated = "could_not_be_evaluated"
    }

    /// The metric of the performance gate.
    public static let areaUnderROC = "auc"

    public var version: ModelVersion.ID
    /// `auc`.
    public var metric: String
    public var minimum: Double
    /// Nil when it could not be evaluated.
    public var value: Double?
    public var outcome: Outcome
    /// Why it could not be evaluated.
    public var reason: String?
    /// The exact rows that it was measured on.
    public var table: TableReference
    public var artifactDigest: String
    public var by: String
    /// Milliseconds since 1970 UTC.
    public var at: Int64

    public init(
        version: ModelVersion.ID, metric: String, minimum: Double, value: Double?, outcome: Outcome, reason: String?,
        table: TableReference, artifactDigest: String, by: String, at: Int64
    ) {
        (self.version, self.metric, self.minimum, self.value) = (version, metric, minimum, value)
        (self.outcome, self.reason, self.table) = (outcome, reason, table)
        (self.artifactDigest, self.by, self.at) = (artifactDigest, by, at)
    }

    enum CodingKeys: String, CodingKey {
        case version, metric, minimum, value, outcome, reason, table, by, at
        case artifactDigest = "artifact_digest"
    }
}

extension GateResult {
    /// What makes this no result; empty if nothing does. Passed and failed are what the numbers say.
    public var problems: [String] {
        switch outcome {
        case .couldNotBeEvaluated:
            return (reason ?? "").isEmpty ? ["A gate that could not be evaluated says why."] : []
        case .passed, .failed:
            guard let value, value.isFinite, minimum.isFinite else {
                return ["A gate that \(outcome.rawValue) has a finite value and minimum."]
            }
            guard (value >= minimum) == (outcome == .passed) else {
                return ["A value of \(value) against a minimum of \(minimum) has not \(outcome.rawValue)."]
            }
            return []
        }
    }
}
