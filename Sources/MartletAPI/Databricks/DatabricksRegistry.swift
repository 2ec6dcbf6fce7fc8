public import MartletDomain

/// Databricks' workspace registry on the wire: transition requests, comments, and models with permissions, spelled as
/// Databricks spells them. Relative to `/api/2.0/mlflow/` and `/api/2.0/preview/mlflow/`.
///
/// Source: the public REST reference and what `databricks-sdk` sends and reads.
public enum DatabricksRegistry {
    /// `POST transition-requests/create|approve|reject`, `POST databricks/model-versions/transition-stage`
    public struct Transition: Codable, Sendable {
        public var name: String?
        public var version: String?
        public var stage: String?
        public var comment: String?
        public var archive_existing_versions: WireBoolean?
    }

    /// `POST comments/create`, `PATCH comments/update`
    public struct Comment: Codable, Sendable {
        public var name: String?
        public var version: String?
        public var id: String?
        public var comment: String?
    }

    public struct Activity: Codable, Sendable {
        public var id: String
        public var activity_type: String
        public var user_id: String
        public var creation_timestamp: Int64
        public var last_updated_timestamp: Int64
        public var comment: String?
        public var system_comment: String?
        public var from_stage: String?
        public var to_stage: String?
        public var available_actions: [String]?

        public init(_ activity: ModelActivity, actions: [ModelActivity.Action]? = nil) {
            (id, activity_type, user_id) = (activity.id, activity.kind.rawValue, activity.user)
            (creation_timestamp, last_updated_timestamp) = (activity.createdAt, activity.updatedAt)
            (comment, system_comment) = (activity.comment, activity.systemComment)
            (from_stage, to_stage) = (activity.from?.rawValue, activity.to?.rawValue)
            available_actions = actions?.map(\.rawValue)
        }

        public init(_ request: TransitionRequest, from: Stage?, actions: [ModelActivity.Action]) {
            (id, user_id) = (request.id, request.requestedBy)
            activity_type = ModelActivity.Kind.requestedTransition.rawValue
            (creation_timestamp, last_updated_timestamp) = (request.createdAt, request.createdAt)
            (comment, from_stage, to_stage) = (request.comment, from?.rawValue, request.stage.rawValue)
            available_actions = actions.map(\.rawValue)
        }
    }

    public struct RequestAnswer: Codable, Sendable {
        public var request: Activity
        public init(request: Activity) { self.request = request }
    }

    public struct RequestsAnswer: Codable, Sendable {
        public var requests: [Activity]
        public init(requests: [Activity]) { self.requests = requests }
    }

    public struct ActivityAnswer: Codable, Sendable {
        public var activity: Activity
        public init(activity: Activity) { self.activity = activity }
    }

    public struct CommentAnswer: Codable, Sendable {
        public var comment: Activity
        public init(comment: Activity) { self.comment = comment }
    }

    /// A model version with what the caller may do with it.
    public struct ModelVersionAnswer: Codable, Sendable {
        public struct ModelVersion: Codable, Sendable {
            public var name: String
            public var version: String
            public var creation_timestamp: Int64
            public var last_updated_timestamp: Int64
            public var user_id: String
            public var current_stage: String
            public var description: String?
            public var source: String
            public var run_id: String?
            public var run_link: String?
            public var status: String
            public var permission_level: String
            public var tags: [MLflowRegistry.Tag]?
            public var open_requests: [Activity]?

            public init(
                _ version: MartletDomain.ModelVersion, permissionLevel: String, openRequests: [Activity]
            ) {
                let plain = MLflowRegistry.ModelVersion(version)
                (name, self.version, current_stage) = (plain.name, plain.version, plain.current_stage)
                (creation_timestamp, last_updated_timestamp) = (plain.creation_timestamp, plain.last_updated_timestamp)
                (description, source, run_id) = (plain.description, plain.source, plain.run_id)
                (run_link, status, tags) = (plain.run_link, plain.status, plain.tags)
                (user_id, permission_level) = (version.registeredBy, permissionLevel)
                open_requests = openRequests.isEmpty ? nil : openRequests
            }
        }

        public var model_version_databricks: ModelVersion
        public init(_ version: ModelVersion) { model_version_databricks = version }
    }

    /// A registered model with what the caller may do with it.
    public struct RegisteredModelAnswer: Codable, Sendable {
        public struct RegisteredModel: Codable, Sendable {
            public var id: String
            public var name: String
            public var creation_timestamp: Int64
            public var last_updated_timestamp: Int64
            public var user_id: String?
            public var description: String?
            public var latest_versions: [MLflowRegistry.ModelVersion]?
            public var tags: [MLflowRegistry.Tag]?
            public var permission_level: String
            public var available_actions: [String]

            public init(
                _ model: MartletDomain.RegisteredModel, owner: String?, permissionLevel: String,
                actions: [ModelActivity.Action]
            ) {
                let plain = MLflowRegistry.RegisteredModel(model)
                (id, name, user_id) = (plain.name, plain.name, owner)
                (creation_timestamp, last_updated_timestamp) = (plain.creation_timestamp, plain.last_updated_timestamp)
                (description, latest_versions, tags) = (plain.description, plain.latest_versions, plain.tags)
                (permission_level, available_actions) = (permissionLevel, actions.map(\.rawValue))
            }
        }

        public var registered_model_databricks: RegisteredModel
        public init(_ model: RegisteredModel) { registered_model_databricks = model }
    }
}

extension User {
    /// What Databricks calls what this person may do with a registered model.
    public func databricksPermissionLevel(forModel name: String) -> String {
        let model = Scope.registeredModel(name)
        if self == .anyone || mayAdminister { return "CAN_MANAGE" }
        let roles = roles(on: model)
        if roles.contains(.programManager) { return "CAN_MANAGE_PRODUCTION_VERSIONS" }
        if roles.contains(.reviewer) { return "CAN_MANAGE_STAGING_VERSIONS" }
        return may("registry.update_registered_model", on: model) ? "CAN_EDIT" : "CAN_READ"
    }
}
