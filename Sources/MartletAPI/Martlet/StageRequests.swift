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
