extension MLflowRegistry {
    /// `POST registered-models/create`
    public struct CreateRegisteredModel: Codable, Sendable {
        public var name: String?
        public var description: String?
        public var tags: [Tag]?

        public init(name: String, description: String? = nil, tags: [Tag]? = nil) {
            (self.name, self.description, self.tags) = (name, description, tags)
        }
    }

    /// `PATCH registered-models/update`, `DELETE registered-models/delete`
    public struct NamedModel: Codable, Sendable {
        public var name: String?
        public var description: String?

        public init(name: String, description: String? = nil) { (self.name, self.description) = (name, description) }
    }

    /// `POST registered-models/rename`
    public struct RenameRegisteredModel: Codable, Sendable {
        public var name: String?
        public var new_name: String?

        public init(name: String, new_name: String) { (self.name, self.new_name) = (name, new_name) }
    }

    /// `POST registered-models/set-tag`, `DELETE registered-models/delete-tag` and the same of model versions.
    public struct SetTag: Codable, Sendable {
        public var name: String?
        public var version: String?
        public var key: String?
        public var value: String?

        public init(name: String, version: String? = nil, key: String, value: String? = nil) {
            (self.name, self.version, self.key, self.value) = (name, version, key, value)
        }
    }

    /// `POST` and `DELETE registered-models/alias`
    public struct SetAlias: Codable, Sendable {
        public var name: String?
        public var alias: String?
        public var version: String?

        public init(name: String, alias: String, version: String? = nil) {
            (self.name, self.alias, self.version) = (name, alias, version)
        }
    }

    /// `POST registered-models/get-latest-versions`
    public struct LatestVersions: Codable, Sendable {
        public var name: String?
        public var stages: [String]?

        public init(name: String, stages: [String]? = nil) { (self.name, self.stages) = (name, stages) }
    }

    /// `POST model-versions/create`
    public struct CreateModelVersion: Codable, Sendable {
        public var name: String?
        public var source: String?
        public var run_id: String?
        public var run_link: String?
        public var description: String?
        public var model_id: String?
        public var tags: [Tag]?

        public init(
            name: String, source: String, run_id: String? = nil, run_link: String? = nil, description: String? = nil,
            model_id: String? = nil, tags: [Tag]? = nil
        ) {
            (self.name, self.source, self.run_id, self.run_link) = (name, source, run_id, run_link)
            (self.description, self.model_id, self.tags) = (description, model_id, tags)
        }
    }

    /// `PATCH model-versions/update`, `DELETE model-versions/delete`
    public struct NamedVersion: Codable, Sendable {
        public var name: String?
        public var version: String?
        public var description: String?

        public init(name: String, version: String, description: String? = nil) {
            (self.name, self.version, self.description) = (name, version, description)
        }
    }

    /// `POST model-versions/transition-stage`
    public struct TransitionStage: Codable, Sendable {
        public var name: String?
        public var version: String?
        public var stage: String?
        public var archive_existing_versions: WireBoolean?

        public init(name: String, version: String, stage: String, archive_existing_versions: Bool) {
            (self.name, self.version, self.stage) = (name, version, stage)
            self.archive_existing_versions = WireBoolean(archive_existing_versions)
        }
    }
}

/// True or false, which may arrive as a word.
public struct WireBoolean: Codable, Sendable, Hashable {
    public var value: Bool

    public init(_ value: Bool) { self.value = value }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self.value = value
            return
        }
        switch try? container.decode(String.self).lowercased() {
        case "true": value = true
        case "false": value = false
        default:
            throw DecodingError.typeMismatch(
                Bool.self, .init(codingPath: decoder.codingPath, debugDescription: "expected true or false"))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}
