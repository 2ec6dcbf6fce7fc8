/// How far a logged model's upload got. Raw values are MLflow's words on the wire.
public enum LoggedModelStatus: String, Sendable, Hashable, Codable, CaseIterable {
    case pending = "LOGGED_MODEL_PENDING"
    case ready = "LOGGED_MODEL_READY"
    case uploadFailed = "LOGGED_MODEL_UPLOAD_FAILED"

    /// MLflow's number for this status.
    public var number: Int64 {
        switch self {
        case .pending: 1
        case .ready: 2
        case .uploadFailed: 3
        }
    }
}

/// A model as a run left it, before anybody registers it.
public struct LoggedModel: Sendable, Hashable {
    /// `m-` and 32 hexadecimal digits.
    public var id: String
    public var experimentID: String
    public var name: String
    /// Milliseconds since 1970 UTC.
    public var creationTime: Int64
    /// Milliseconds since 1970 UTC.
    public var lastUpdateTime: Int64
    public var artifactURI: String
    public var status: LoggedModelStatus
    public var modelType: String
    public var sourceRunID: String
    /// By key.
    public var params: [KeyedText]
    /// By key.
    public var tags: [KeyedText]
    /// In the order of logging.
    public var metrics: [Metric]

    public init(
        id: String, experimentID: String, name: String, creationTime: Int64, lastUpdateTime: Int64, artifactURI: String,
        status: LoggedModelStatus, modelType: String, sourceRunID: String, params: [KeyedText] = [],
        tags: [KeyedText] = [], metrics: [Metric] = []
    ) {
        (self.id, self.experimentID, self.name) = (id, experimentID, name)
        (self.creationTime, self.lastUpdateTime, self.artifactURI) = (creationTime, lastUpdateTime, artifactURI)
        (self.status, self.modelType, self.sourceRunID) = (status, modelType, sourceRunID)
        (self.params, self.tags, self.metrics) = (params, tags, metrics)
    }
}
