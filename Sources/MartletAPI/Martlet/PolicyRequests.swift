public import MartletDomain

/// Asks for a version to move to a stage; others decide.
public struct RequestTransition: MartletRequest {
    public typealias Response = TransitionRequest
    public static let path = "registry/requests/create"

    public var model: String
    public var version: String
    public var stage: String
    public var comment: String?

    public init(model: String, version: String, stage: Stage, comment: String? = nil) {
        (self.model, self.version, self.stage, self.comment) = (model, version, stage.rawValue, comment)
    }
}

/// Approves, rejects or takes back what was asked for.
public struct DecideTransition: MartletRequest {
    public enum Decision: String, Codable, Sendable, CaseIterable { case approve, reject, cancel }

    public struct Response: Codable, Sendable {
        public var activity: ModelActivity
        /// Where the version stands afterwards.
        public var stage: Stage

        public init(activity: ModelActivity, stage: Stage) { (self.activity, self.stage) = (activity, stage) }
    }
    public static let path = "registry/requests/decide"

    public var model: String
    public var version: String
    public var stage: String
    public var decision: Decision
    public var comment: String?
    /// Whether other versions in the stage are archived when it is applied.
    public var archiveExisting: Bool?
    /// The files that were looked at: when the version has others, nothing is recorded. Nil for whatever it has.
    public var artifactDigest: String?

    public init(
        _ decision: Decision, model: String, version: String, stage: Stage, comment: String? = nil,
        archiveExisting: Bool = false, artifactDigest: String? = nil
    ) {
        (self.decision, self.model, self.version, self.stage) = (decision, model, version, stage.rawValue)
        (self.comment, self.archiveExisting, self.artifactDigest) = (comment, archiveExisting, artifactDigest)
    }

    enum CodingKeys: String, CodingKey {
        case model, version, stage, decision, comment
        case archiveExisting = "archive_existing"
        case artifactDigest = "artifact_digest"
    }
}

/// The open requests for versions of a model, oldest first.
public struct ListTransitionRequests: MartletRequest {
    public struct Response: Codable, Sendable {
        public var requests: [TransitionRequest]
        public init(requests: [TransitionRequest]) { self.requests = requests }
    }
    public static let path = "registry/requests/list"

    public var model: String

    public init(model: String) { self.model = model }
}

/// Says something about a version.
public struct CommentOnVersion: MartletRequest {
    public typealias Response = ModelActivity
    public static let path = "registry/comments/create"

    public var model: String
    public var version: String
    public var comment: String

    public init(model: String, version: String, comment: String) {
        (self.model, self.version, self.comment) = (model, version, comment)
    }
}

/// What was said and done about a version, oldest first.
public struct ListActivities: MartletRequest {
    public struct Response: Codable, Sendable {
        public var activities: [ModelActivity]
        public init(activities: [ModelActivity]) { self.activities = activities }
    }
    public static let path = "registry/activities"

    public var model: String
    public var version: String

    public init(model: String, version: String) { (self.model, self.version) = (model, version) }
}

/// Asks to move a version past gates that it does not meet.
public struct AskBreakGlass: MartletRequest {
    public typealias Response = BreakGlass
    public static let path = "registry/break-glass/ask"

    public var model: String
    public var version: String
    /// Or an alias.
    public var stage: String?
    public var alias: String?
    public var reason: String

    public init(model: String, version: String, stage: Stage? = nil, alias: String? = nil, reason: String) {
        (self.model, self.version, self.stage, self.alias) = (model, version, stage?.rawValue, alias)
        self.reason = reason
    }
}

/// Moves a version past its gates, as another person asked.
public struct ConfirmBreakGlass: MartletRequest {
    public typealias Response = BreakGlass
    public static let path = "registry/break-glass/confirm"

    public var model: String
    public var version: String
    /// Or an alias.
    public var stage: String?
    public var alias: String?

    public init(model: String, version: String, stage: Stage? = nil, alias: String? = nil) {
        (self.model, self.version, self.stage, self.alias) = (model, version, stage?.rawValue, alias)
    }
}

/// Puts the last good version back into Production.
public struct RollBackModel: MartletRequest {
    public struct Response: Codable, Sendable {
        /// What is in Production now.
        public var version: String
        /// What was there before.
        public var archived: [String]
        /// Aliases that mean the version again.
        public var aliasesMoved: [String]?
        /// Aliases that still mean a version that was rolled back.
        public var aliasesLeft: [String]

        public init(version: String, archived: [String], aliasesMoved: [String] = [], aliasesLeft: [String]) {
            (self.version, self.archived, self.aliasesLeft) = (version, archived, aliasesLeft)
            self.aliasesMoved = aliasesMoved
        }

        enum CodingKeys: String, CodingKey {
            case version, archived
            case aliasesMoved = "aliases_moved"
            case aliasesLeft = "aliases_left"
        }
    }
    public static let path = "registry/rollback"

    public var model: String
    /// The alias to move back, instead of Production.
    public var alias: String?
    public var reason: String?

    public init(model: String, alias: String? = nil, reason: String? = nil) {
        (self.model, self.alias, self.reason) = (model, alias, reason)
    }
}

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

/// How models in service are looked after, or one model.
public struct GetModelHealth: MartletRequest {
    public struct Response: Codable, Sendable {
        public var models: [ModelHealth]
        public init(models: [ModelHealth]) { self.models = models }
    }
    public static let path = "registry/health"

    /// Nil for every model in service.
    public var model: String?

    public init(model: String? = nil) { self.model = model }
}

/// Moves all that one person answers for to another.
public struct HandOver: MartletRequest {
    public typealias Response = HandoverDossier
    public static let path = "registry/handover"

    public var from: String
    public var to: String

    public init(from: String, to: String) { (self.from, self.to) = (from, to) }
}

/// What callers of a model got at a moment, who had vouched for it, and under which policy.
public struct GetModelAsOf: MartletRequest {
    public typealias Response = ModelAsOf
    public static let path = "registry/as-of"

    public var model: String
    /// Milliseconds since 1970 UTC.
    public var at: Int64

    public init(model: String, at time: Int64) { (self.model, at) = (model, time) }
}

/// What time it is for the registry, which never goes back.
public struct GetRegistryClock: MartletRequest {
    public typealias Response = RegistryClock
    public static let path = "registry/clock"

    public init() {}
}

/// Sets the registry's time back to that of the clock, which had been set ahead. For administrators.
public struct ResetRegistryClock: MartletRequest {
    public typealias Response = RegistryClock
    public static let path = "registry/clock/reset"

    public var reason: String

    public init(reason: String) { self.reason = reason }
}

/// Every policy that was ever in force, oldest first.
public struct ListPolicies: MartletRequest {
    public struct Response: Codable, Sendable {
        public struct Period: Codable, Sendable {
            /// SHA-256 of the text.
            public var digest: String
            /// Canonical JSON.
            public var text: String
            /// From when, milliseconds since 1970 UTC.
            public var from: Int64
            public var by: String
            /// Where in the audit log it is told of.
            public var auditPosition: Int64

            public init(digest: String, text: String, from: Int64, by: String, auditPosition: Int64) {
                (self.digest, self.text, self.from, self.by) = (digest, text, from, by)
                self.auditPosition = auditPosition
            }

            enum CodingKeys: String, CodingKey {
                case digest, text, from, by
                case auditPosition = "audit_position"
            }
        }
        public var policies: [Period]
        public init(policies: [Period]) { self.policies = policies }
    }
    public static let path = "registry/policies"

    public init() {}
}
