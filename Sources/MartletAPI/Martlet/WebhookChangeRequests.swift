public import MartletDomain

/// A webhook of any kind; its secret and authorization are told to nobody.
public struct WebhookInfo: Codable, Sendable, Hashable {
    public var webhookID: String
    public var name: String
    public var description: String?
    /// `mlflow` or `databricks`: in whose manner it is told.
    public var dialect: String
    /// The registered model that it is told of; nil for all.
    public var model: String?
    public var url: String
    public var events: [String]
    /// `ACTIVE`, `DISABLED` or `TEST_MODE`.
    public var status: String
    /// Whether requests are signed.
    public var isSigned: Bool
    /// Whether requests have an `Authorization` header.
    public var isAuthorized: Bool
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64
    public var updatedAt: Int64

    enum CodingKeys: String, CodingKey {
        case name, description, dialect, model, url, events, status
        case webhookID = "webhook_id"
        case isSigned = "signed"
        case isAuthorized = "authorized"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    public init(_ webhook: Webhook) {
        (webhookID, name, description) = (webhook.id, webhook.name, webhook.text)
        (dialect, model, url) = (webhook.dialect.rawValue, webhook.model, webhook.shownURL)
        (events, status) = (webhook.events.map(\.rawValue), webhook.status.rawValue)
        (isSigned, isAuthorized) = (webhook.isSigned, webhook.isAuthorized)
        (createdAt, updatedAt) = (webhook.createdAt, webhook.updatedAt)
    }
}

/// Makes a webhook for events of MLflow's and Martlet's, or for Databricks': its requests are in the manner of its
/// events.
public struct CreateWebhook: MartletRequest {
    public typealias Response = WebhookInfo
    public static let path = "webhooks/create"

    public var name: String
    public var url: String
    public var events: [String]
    /// The registered model that it is told of; nil for all.
    public var model: String?
    public var description: String?
    /// What requests are signed with.
    public var secret: String?
    /// The `Authorization` header of requests.
    public var authorization: String?
    /// `ACTIVE` when nil.
    public var status: String?

    public init(
        name: String, url: String, events: [String], model: String? = nil, description: String? = nil,
        secret: String? = nil, authorization: String? = nil, status: String? = nil
    ) {
        (self.name, self.url, self.events, self.model) = (name, url, events, model)
        (self.description, self.secret) = (description, secret)
        (self.authorization, self.status) = (authorization, status)
    }
}

/// Webhooks of every kind, the newest first.
public struct ListWebhooks: MartletRequest {
    public struct Response: Codable, Sendable {
        public var webhooks: [WebhookInfo]
        public var nextPageToken: String?

        enum CodingKeys: String, CodingKey {
            case webhooks
            case nextPageToken = "next_page_token"
        }

        public init(_ webhooks: [Webhook], nextToken: String?) {
            (self.webhooks, nextPageToken) = (webhooks.map { WebhookInfo($0) }, nextToken)
        }
    }
    public static let path = "webhooks/list"

    /// Those that are told of this registered model alone; nil for all webhooks.
    public var model: String?
    /// 1 to 1000; 100 when nil.
    public var maxResults: Int?
    public var pageToken: String?

    enum CodingKeys: String, CodingKey {
        case model
        case maxResults = "max_results"
        case pageToken = "page_token"
    }

    public init(model: String? = nil, maxResults: Int? = nil, pageToken: String? = nil) {
        (self.model, self.maxResults, self.pageToken) = (model, maxResults, pageToken)
    }
}

/// Changes what is not nil. An empty secret or authorization takes it away.
public struct UpdateWebhook: MartletRequest {
    public typealias Response = WebhookInfo
    public static let path = "webhooks/update"

    public var webhookID: String
    public var name: String?
    public var url: String?
    public var events: [String]?
    public var description: String?
    public var secret: String?
    public var authorization: String?
    public var status: String?

    enum CodingKeys: String, CodingKey {
        case name, url, events, description, secret, authorization, status
        case webhookID = "webhook_id"
    }

    public init(
        webhookID: String, name: String? = nil, url: String? = nil, events: [String]? = nil,
        description: String? = nil, secret: String? = nil, authorization: String? = nil, status: String? = nil
    ) {
        (self.webhookID, self.name, self.url, self.events) = (webhookID, name, url, events)
        (self.description, self.secret) = (description, secret)
        (self.authorization, self.status) = (authorization, status)
    }
}

/// Deletes a webhook, and what waits for it.
public struct DeleteWebhook: MartletRequest {
    public typealias Response = Done
    public static let path = "webhooks/delete"

    public var webhookID: String

    enum CodingKeys: String, CodingKey { case webhookID = "webhook_id" }

    public init(webhookID: String) { self.webhookID = webhookID }
}

/// Sends an example of an event and waits for the answer.
public struct TestWebhook: MartletRequest {
    public struct Response: Codable, Sendable, Hashable {
        public var success: Bool
        /// The HTTP status; nil when no answer came.
        public var status: Int?
        /// The beginning of the answer's body.
        public var body: String?
        public var error: String?

        public init(_ answer: WebhookAnswer) {
            (success, status, error) = (answer.isSuccess, answer.status, answer.status == nil ? answer.error : nil)
            body = answer.status.map { _ in answer.body }
        }
    }
    public static let path = "webhooks/test"

    public var webhookID: String
    /// The webhook's first when nil.
    public var event: String?

    enum CodingKeys: String, CodingKey {
        case event
        case webhookID = "webhook_id"
    }

    public init(webhookID: String, event: String? = nil) { (self.webhookID, self.event) = (webhookID, event) }
}
