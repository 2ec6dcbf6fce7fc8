public import MartletDomain

/// MLflow's registry API on the wire: requests and answers, named and spelled as MLflow spells them.
///
/// What is nil or, in an answer, an empty list is left out. Source: the exchanges in `Tests/Golden/mlflow-registry`.
public enum MLflowRegistry {
    public typealias Tag = MLflowTracking.Tag
    public typealias Empty = MLflowTracking.Empty

    public struct Alias: Codable, Sendable, Hashable {
        public var alias: String
        public var version: String

        public init(alias: String, version: String) { (self.alias, self.version) = (alias, version) }
    }

    public struct RegisteredModel: Codable, Sendable, Hashable {
        public var name: String
        public var creation_timestamp: Int64
        public var last_updated_timestamp: Int64
        public var description: String?
        public var latest_versions: [ModelVersion]?
        public var tags: [Tag]?
        public var aliases: [Alias]?

        public init(_ model: MartletDomain.RegisteredModel) {
            name = model.name
            (creation_timestamp, last_updated_timestamp) = (model.createdAt, model.updatedAt)
            description = model.text.flatMap { $0.isEmpty ? nil : $0 }
            // A version within a model does not say its aliases, which the model does.
            latest_versions = model.latestVersions.map { ModelVersion($0, withAliases: false) }.unlessEmpty
            tags = model.tags.map { Tag(key: $0.key, value: $0.value) }.unlessEmpty
            aliases = model.aliases.map { Alias(alias: $0.name, version: "\($0.version)") }.unlessEmpty
        }
    }

    public struct ModelVersion: Codable, Sendable, Hashable {
        public var name: String
        public var version: String
        public var creation_timestamp: Int64
        public var last_updated_timestamp: Int64
        public var current_stage: String
        public var description: String?
        public var source: String
        public var run_id: String?
        public var status: String
        public var run_link: String?
        public var tags: [Tag]?
        public var aliases: [String]?

        public init(_ version: MartletDomain.ModelVersion, withAliases: Bool = true) {
            (name, self.version) = (version.id.name, "\(version.id.version)")
            (creation_timestamp, last_updated_timestamp) = (version.createdAt, version.updatedAt)
            (current_stage, description, source) = (version.stage.rawValue, version.text, version.source)
            (run_id, status, run_link) = (version.runID ?? "", "READY", version.runLink ?? "")
            tags = version.tags.map { Tag(key: $0.key, value: $0.value) }.unlessEmpty
            aliases = withAliases ? version.aliases.unlessEmpty : nil
        }
    }

    public struct RegisteredModelAnswer: Codable, Sendable {
        public var registered_model: RegisteredModel

        public init(_ model: MartletDomain.RegisteredModel) { registered_model = RegisteredModel(model) }
    }

    public struct RegisteredModelsAnswer: Codable, Sendable {
        public var registered_models: [RegisteredModel]?
        public var next_page_token: String?

        public init(_ models: [MartletDomain.RegisteredModel], nextToken: String?) {
            registered_models = models.map { RegisteredModel($0) }.unlessEmpty
            next_page_token = nextToken
        }
    }

    public struct ModelVersionAnswer: Codable, Sendable {
        public var model_version: ModelVersion

        public init(_ version: MartletDomain.ModelVersion) { model_version = ModelVersion(version) }
    }

    public struct ModelVersionsAnswer: Codable, Sendable {
        public var model_versions: [ModelVersion]?
        public var next_page_token: String?

        public init(_ versions: [MartletDomain.ModelVersion], withAliases: Bool, nextToken: String? = nil) {
            model_versions = versions.map { ModelVersion($0, withAliases: withAliases) }.unlessEmpty
            next_page_token = nextToken
        }
    }

    public struct DownloadURIAnswer: Codable, Sendable {
        public var artifact_uri: String

        public init(artifact_uri: String) { self.artifact_uri = artifact_uri }
    }
}

extension Array {
    fileprivate var unlessEmpty: Self? { isEmpty ? nil : self }
}
