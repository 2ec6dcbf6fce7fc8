public import MartletDomain

/// Databricks' registry webhooks on the wire, spelled as Databricks spells them. Relative to `/api/2.0/mlflow/` and
/// `/api/2.0/preview/mlflow/`. Secrets and authorizations are only ever sent in.
///
/// Source: the public REST reference and documentation of registry webhooks.
public enum DatabricksWebhooks {
    /// Where an event is sent.
    public struct Address: Codable, Sendable {
        public var url: String?
        public var enable_ssl_verification: WireBoolean?
        public var secret: String?
        /// The `Authorization` header.
        public var authorization: String?
    }

    /// What starts a job: refused, whatever is in it.
    public struct Job: Codable, Sendable {}

    /// `POST registry-webhooks/create`, `PATCH registry-webhooks/update`
    public struct Change: Codable, Sendable {
        /// Of a webhook that is changed.
        public var id: String?
        public var model_name: String?
        public var events: [String]?
        public var description: String?
        public var status: String?
        public var http_url_spec: Address?
        public var job_spec: Job?

        /// What is asked for and not to be had is refused by name.
        /// - Throws: ``WebhookError/noJobs``, ``WebhookError/unverified``.
        public func check() throws(WebhookError) {
            guard job_spec == nil else { throw .noJobs }
            guard http_url_spec?.enable_ssl_verification?.value ?? true else { throw .unverified }
        }
    }

    /// `POST registry-webhooks/test`
    public struct Test: Codable, Sendable {
        public var id: String?
        public var event: String?
    }

    public struct Webhook: Codable, Sendable {
        public struct Address: Codable, Sendable {
            public var url: String
            public var enable_ssl_verification: Bool
        }

        public var id: String
        public var events: [String]
        public var creation_timestamp: Int64
        public var last_updated_timestamp: Int64
        public var description: String?
        public var status: String
        public var model_name: String?
        public var http_url_spec: Address

        public init(_ webhook: MartletDomain.Webhook) {
            (id, events, status) = (webhook.id, webhook.events.map(\.rawValue), webhook.status.rawValue)
            (creation_timestamp, last_updated_timestamp) = (webhook.createdAt, webhook.updatedAt)
            description = webhook.text.flatMap { $0.isEmpty ? nil : $0 }
            model_name = webhook.model
            http_url_spec = Address(url: webhook.shownURL, enable_ssl_verification: true)
        }
    }

    public struct WebhookAnswer: Codable, Sendable {
        public var webhook: Webhook
        public init(_ webhook: MartletDomain.Webhook) { self.webhook = Webhook(webhook) }
    }

    public struct WebhooksAnswer: Codable, Sendable {
        public var webhooks: [Webhook]
        public var next_page_token: String?

        public init(_ webhooks: [MartletDomain.Webhook], nextToken: String?) {
            (self.webhooks, next_page_token) = (webhooks.map { Webhook($0) }, nextToken)
        }
    }

    /// What the receiver answered. `status` is what the guide calls what the reference calls `status_code`.
    public struct TestAnswer: Codable, Sendable {
        public var status_code: Int
        public var status: Int
        public var body: String

        /// - Throws: ``WebhookError/invalid(_:)`` when no answer came.
        public init(_ answer: MartletDomain.WebhookAnswer) throws(WebhookError) {
            guard let status = answer.status else {
                throw .invalid(["The webhook's URL did not answer: \(answer.error ?? "no answer")"])
            }
            (status_code, self.status, body) = (status, status, answer.body)
        }
    }
}
