/// An address that is told of changes in the registry.
public struct Webhook: Sendable, Hashable {
    /// A UUID.
    public var id: String
    public var name: String
    /// In whose words and under whose signature it is told.
    public var dialect: WebhookDialect
    /// The registered model that it is told of; nil for all.
    public var model: String?
    public var text: String?
    public var url: String
    public var events: [WebhookEvent]
    public var status: WebhookStatus
    /// Whether requests are signed. The secret itself is told to nobody.
    public var isSigned: Bool
    /// Whether requests have an `Authorization` header that was given with it. It is told to its receiver alone.
    public var isAuthorized: Bool
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64
    public var updatedAt: Int64

    public init(
        id: String, name: String, dialect: WebhookDialect = .mlflow, model: String? = nil, text: String? = nil,
        url: String, events: [WebhookEvent], status: WebhookStatus = .active, isSigned: Bool = false,
        isAuthorized: Bool = false, createdAt: Int64, updatedAt: Int64
    ) {
        (self.id, self.name, self.dialect, self.model) = (id, name, dialect, model)
        (self.text, self.url, self.events) = (text, url, events)
        (self.status, self.isSigned, self.isAuthorized) = (status, isSigned, isAuthorized)
        (self.createdAt, self.updatedAt) = (createdAt, updatedAt)
    }
}

/// Whether a webhook is told anything. Raw values are MLflow's and Databricks' words on the wire.
public enum WebhookStatus: String, Sendable, Hashable, CaseIterable {
    case active = "ACTIVE"
    case disabled = "DISABLED"
    /// Told of nothing but tests: Databricks' word, which MLflow lacks.
    case testing = "TEST_MODE"
}

/// One telling of one event to one webhook.
public struct WebhookDelivery: Sendable, Hashable {
    public enum Outcome: String, Sendable, Hashable, Codable {
        case delivered
        /// The receiver did not take it, and it is not tried again.
        case failed
        /// Not sent: the webhook was disabled or deleted meanwhile, or too many waited already.
        case dropped
    }

    /// A UUID, the same for every attempt, also after a restart.
    public var id: String
    public var webhookID: String
    public var event: WebhookEvent
    /// JSON.
    public var body: String
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64
    /// When the next attempt may be made.
    public var dueAt: Int64
    /// Oldest first.
    public var attempts: [WebhookAttempt]
    /// Nil while it waits.
    public var outcome: Outcome?
    public var finishedAt: Int64?

    public init(
        id: String, webhookID: String, event: WebhookEvent, body: String, createdAt: Int64, dueAt: Int64,
        attempts: [WebhookAttempt] = [], outcome: Outcome? = nil, finishedAt: Int64? = nil
    ) {
        (self.id, self.webhookID, self.event, self.body) = (id, webhookID, event, body)
        (self.createdAt, self.dueAt, self.attempts) = (createdAt, dueAt, attempts)
        (self.outcome, self.finishedAt) = (outcome, finishedAt)
    }
}

/// One request to a receiver, and what came of it.
public struct WebhookAttempt: Sendable, Hashable, Codable {
    /// Milliseconds since 1970 UTC.
    public var at: Int64
    /// The HTTP status; nil when no answer came.
    public var status: Int?
    /// Why no answer came, or why it counts for none.
    public var error: String?

    public init(at: Int64, status: Int? = nil, error: String? = nil) {
        (self.at, self.status, self.error) = (at, status, error)
    }
}

/// What came back from a receiver.
public struct WebhookAnswer: Sendable, Hashable {
    public var status: Int?
    /// The beginning of the answer's body.
    public var body: String
    public var error: String?
    /// How long the receiver asks to be left alone.
    public var retryAfter: Duration?

    public init(status: Int? = nil, body: String = "", error: String? = nil, retryAfter: Duration? = nil) {
        (self.status, self.body, self.error, self.retryAfter) = (status, body, error, retryAfter)
    }
}
