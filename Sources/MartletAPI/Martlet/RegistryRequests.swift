public import MartletDomain

/// Vouches for a version's files to stand in a stage, in the roles of whoever asks.
public struct SignOffVersion: MartletRequest {
    public struct Response: Codable, Sendable {
        public var signOffs: [SignOff]
        public init(signOffs: [SignOff]) { self.signOffs = signOffs }

        enum CodingKeys: String, CodingKey { case signOffs = "sign_offs" }
    }
    public static let path = "registry/sign-off"

    public var model: String
    public var version: String
    public var stage: String
    public var comment: String?
    /// The files that were looked at: when the version has others, nothing is recorded. Nil for whatever it has.
    public var artifactDigest: String?

    public init(
        model: String, version: String, stage: Stage, comment: String? = nil, artifactDigest: String? = nil
    ) {
        (self.model, self.version, self.stage, self.comment) = (model, version, stage.rawValue, comment)
        self.artifactDigest = artifactDigest
    }

    enum CodingKeys: String, CodingKey {
        case model, version, stage, comment
        case artifactDigest = "artifact_digest"
    }
}

/// What is on record about a version: sign-offs and gate results, oldest first.
public struct ListSignOffs: MartletRequest {
    public struct Response: Codable, Sendable {
        public var signOffs: [SignOff]
        public var gateResults: [GateResult]

        public init(signOffs: [SignOff], gateResults: [GateResult]) {
            (self.signOffs, self.gateResults) = (signOffs, gateResults)
        }

        enum CodingKeys: String, CodingKey {
            case signOffs = "sign_offs"
            case gateResults = "gate_results"
        }
    }
    public static let path = "registry/sign-offs"

    public var model: String
    public var version: String

    public init(model: String, version: String) { (self.model, self.version) = (model, version) }
}

/// What stands between a version and a stage for whoever asks.
public struct ListUnmetGates: MartletRequest {
    public struct Response: Codable, Sendable {
        /// Each says what is missing and the command that brings it; empty when the version may go.
        public var unmet: [String]
        public init(unmet: [String]) { self.unmet = unmet }
    }
    public static let path = "registry/gates"

    public var model: String
    public var version: String
    public var stage: String

    public init(model: String, version: String, stage: Stage) {
        (self.model, self.version, self.stage) = (model, version, stage.rawValue)
    }
}

/// Everything that happened to a model's versions, oldest first.
public struct RegistryHistory: MartletRequest {
    public struct Response: Codable, Sendable {
        public var changes: [StageChange]
        /// The version that was in Production at the time asked for; nil if none was, or no time was given.
        public var production: String?

        public init(changes: [StageChange], production: String? = nil) {
            (self.changes, self.production) = (changes, production)
        }
    }
    public static let path = "registry/history"

    public var model: String
    /// Milliseconds since 1970 UTC.
    public var at: Int64?

    public init(model: String, at time: Int64? = nil) { (self.model, self.at) = (model, time) }
}

/// Puts a model's monitoring plan on record.
public struct SetMonitoringPlan: MartletRequest {
    public typealias Response = MonitoringPlan
    public static let path = "monitoring/plan"

    public var plan: MonitoringPlan

    public init(_ plan: MonitoringPlan) { self.plan = plan }
}

/// The monitoring plan in force.
public struct GetMonitoringPlan: MartletRequest {
    public typealias Response = MonitoringPlan
    public static let path = "monitoring/plan/get"

    public var model: String

    public init(model: String) { self.model = model }
}
