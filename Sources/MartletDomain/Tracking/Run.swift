/// Where a run stands. Raw values are MLflow's words on the wire.
public enum RunStatus: String, Sendable, Hashable, Codable, CaseIterable {
    case running = "RUNNING"
    case scheduled = "SCHEDULED"
    case finished = "FINISHED"
    case failed = "FAILED"
    case killed = "KILLED"
}

/// One execution of training, scoring or monitoring code.
public struct Run: Sendable, Hashable {
    public struct Info: Sendable, Hashable {
        /// 32 hexadecimal digits.
        public var id: String
        public var experimentID: String
        public var name: String
        public var userID: String
        public var status: RunStatus
        /// Milliseconds since 1970 UTC.
        public var startTime: Int64
        /// Milliseconds since 1970 UTC; nil while it runs.
        public var endTime: Int64?
        public var artifactURI: String
        public var lifecycleStage: LifecycleStage

        public init(
            id: String, experimentID: String, name: String, userID: String, status: RunStatus, startTime: Int64,
            endTime: Int64?, artifactURI: String, lifecycleStage: LifecycleStage
        ) {
            (self.id, self.experimentID, self.name, self.userID) = (id, experimentID, name, userID)
            (self.status, self.startTime, self.endTime) = (status, startTime, endTime)
            (self.artifactURI, self.lifecycleStage) = (artifactURI, lifecycleStage)
        }
    }

    public var info: Info
    /// The latest of each key, in the order of logging.
    public var metrics: [Metric]
    /// In the order of logging.
    public var params: [KeyedText]
    /// In the order of logging.
    public var tags: [KeyedText]
    public var datasets: [DatasetInput]
    /// Ids of logged models that the run read.
    public var modelInputs: [String]
    public var modelOutputs: [ModelOutput]

    public init(
        info: Info, metrics: [Metric] = [], params: [KeyedText] = [], tags: [KeyedText] = [],
        datasets: [DatasetInput] = [], modelInputs: [String] = [], modelOutputs: [ModelOutput] = []
    ) {
        (self.info, self.metrics, self.params, self.tags) = (info, metrics, params, tags)
        (self.datasets, self.modelInputs, self.modelOutputs) = (datasets, modelInputs, modelOutputs)
    }

    /// The value of a parameter, or nil.
    public func param(_ key: String) -> String? { params.first { $0.key == key }?.value }
    /// The value of a tag, or nil.
    public func tag(_ key: String) -> String? { tags.first { $0.key == key }?.value }
    /// The latest value of a metric, or nil.
    public func metric(_ key: String) -> Double? { metrics.first { $0.key == key }?.value }

    /// The tag that repeats a run's name.
    public static let nameTag = "mlflow.runName"
    /// The tag that says who started a run.
    public static let userTag = "mlflow.user"
    /// The tag that holds what `log-model` was told.
    public static let modelHistoryTag = "mlflow.log-model.history"
    /// The input tag that says what a dataset was used for: `train`, `eval`.
    public static let datasetContextTag = "mlflow.data.context"
}

/// A model that a run produced.
public struct ModelOutput: Sendable, Hashable {
    public var modelID: String
    public var step: Int64

    public init(_ modelID: String, step: Int64) { (self.modelID, self.step) = (modelID, step) }
}

/// A dataset that a run read, and what for.
public struct DatasetInput: Sendable, Hashable {
    public var name: String
    public var digest: String
    public var sourceType: String
    /// JSON that says where the data came from.
    public var source: String
    /// JSON, or nil.
    public var schema: String?
    /// JSON, or nil.
    public var profile: String?
    public var tags: [KeyedText]

    public init(
        name: String, digest: String, sourceType: String, source: String, schema: String? = nil,
        profile: String? = nil, tags: [KeyedText] = []
    ) {
        (self.name, self.digest, self.sourceType, self.source) = (name, digest, sourceType, source)
        (self.schema, self.profile, self.tags) = (schema, profile, tags)
    }
}
