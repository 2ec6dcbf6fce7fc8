/// MLflow's tracking API on the wire: requests and answers, named and spelled as MLflow spells them.
///
/// What is nil or, in an answer, an empty list is left out. Source: the exchanges in `Tests/Golden/mlflow`.
public enum MLflowTracking {
    /// An answer that says nothing but "done".
    public struct Empty: Codable, Sendable {
        public init() {}
    }

    public struct Tag: Codable, Sendable, Hashable {
        public var key: String?
        public var value: String?

        public init(key: String, value: String) { (self.key, self.value) = (key, value) }
    }

    public struct Metric: Codable, Sendable, Hashable {
        public var key: String?
        public var value: WireNumber?
        public var timestamp: WireInteger?
        public var step: WireInteger?
        public var dataset_name: String?
        public var dataset_digest: String?
        public var model_id: String?
        public var run_id: String?

        public init(
            key: String, value: Double, timestamp: Int64, step: Int64, dataset_name: String? = nil,
            dataset_digest: String? = nil, model_id: String? = nil, run_id: String? = nil
        ) {
            (self.key, self.value) = (key, WireNumber(value))
            (self.timestamp, self.step) = (WireInteger(timestamp), WireInteger(step))
            (self.dataset_name, self.dataset_digest) = (dataset_name, dataset_digest)
            (self.model_id, self.run_id) = (model_id, run_id)
        }
    }

    public struct Experiment: Codable, Sendable {
        public var experiment_id: String
        public var name: String
        public var artifact_location: String
        public var lifecycle_stage: String
        public var last_update_time: Int64
        public var creation_time: Int64
        public var tags: [Tag]?
        public var workspace: String?
    }

    public struct RunInfo: Codable, Sendable {
        public var run_uuid: String
        public var experiment_id: String
        public var run_name: String
        public var user_id: String
        public var status: String
        public var start_time: Int64
        public var end_time: Int64?
        public var artifact_uri: String
        public var lifecycle_stage: String
        public var run_id: String
    }

    public struct RunData: Codable, Sendable {
        public var metrics: [Metric]?
        public var params: [Tag]?
        public var tags: [Tag]?
    }

    public struct Dataset: Codable, Sendable {
        public var name: String?
        public var digest: String?
        public var source_type: String?
        public var source: String?
        public var schema: String?
        public var profile: String?

        public init(
            name: String, digest: String, source_type: String, source: String, schema: String? = nil,
            profile: String? = nil
        ) {
            (self.name, self.digest, self.source_type, self.source) = (name, digest, source_type, source)
            (self.schema, self.profile) = (schema, profile)
        }
    }

    public struct DatasetInput: Codable, Sendable {
        public var tags: [Tag]?
        public var dataset: Dataset?

        public init(tags: [Tag]? = nil, dataset: Dataset) { (self.tags, self.dataset) = (tags, dataset) }
    }

    public struct ModelInput: Codable, Sendable {
        public var model_id: String?

        public init(model_id: String) { self.model_id = model_id }
    }

    public struct ModelOutput: Codable, Sendable {
        public var model_id: String?
        public var step: WireInteger?

        public init(model_id: String, step: Int64) { (self.model_id, self.step) = (model_id, WireInteger(step)) }
    }

    public struct RunInputs: Codable, Sendable {
        public var dataset_inputs: [DatasetInput]?
        public var model_inputs: [ModelInput]?
    }

    public struct RunOutputs: Codable, Sendable {
        public var model_outputs: [ModelOutput]?
    }

    public struct Run: Codable, Sendable {
        public var info: RunInfo
        public var data: RunData
        public var inputs: RunInputs?
        public var outputs: RunOutputs?
    }

    public struct LoggedModelInfo: Codable, Sendable {
        public var model_id: String
        public var experiment_id: String
        public var name: String
        public var creation_timestamp_ms: Int64
        public var last_updated_timestamp_ms: Int64
        public var artifact_uri: String
        public var status: String
        public var model_type: String
        public var source_run_id: String
        public var tags: [Tag]?
    }

    public struct LoggedModelData: Codable, Sendable {
        public var params: [Tag]?
        public var metrics: [Metric]?
    }

    public struct LoggedModel: Codable, Sendable {
        public var info: LoggedModelInfo
        public var data: LoggedModelData
    }

    public struct FileInfo: Codable, Sendable {
        public var path: String
        public var is_dir: Bool
        public var file_size: Int64?

        public init(path: String, is_dir: Bool, file_size: Int64?) {
            (self.path, self.is_dir, self.file_size) = (path, is_dir, file_size)
        }
    }
}
