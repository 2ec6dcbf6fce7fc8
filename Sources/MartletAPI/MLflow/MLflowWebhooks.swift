public import MartletDomain

/// MLflow's webhooks API on the wire, named and spelled as MLflow spells it. A webhook's secret is only ever sent in.
///
/// Source: MLflow 3.18, `protos/webhooks.proto`.
public enum MLflowWebhooks {
    public typealias Empty = MLflowTracking.Empty

    /// `{"entity": "MODEL_VERSION", "action": "CREATED"}`
    public struct Event: Codable, Sendable, Hashable {
        /// A word, or its number.
        public var entity: WireText?
        public var action: WireText?

        /// MLflow's numbers of entities, from 1.
        private static let entities = [
            "registered_model", "model_version", "model_version_tag", "model_version_alias", "prompt",
            "prompt_version", "prompt_tag", "prompt_version_tag", "prompt_alias", "budget_policy",
        ]
        private static let actions = ["created", "updated", "deleted", "set", "exceeded"]

        public init(_ event: WebhookEvent) {
            entity = WireText(event.entity.uppercased())
            action = WireText(event.action.uppercased())
        }

        /// - Throws: ``WebhookError/invalid(_:)`` when MLflow has no such event.
        public func event() throws(WebhookError) -> WebhookEvent {
            try WebhookAPI.mlflow.event(
                named: "\(Self.word(entity, Self.entities)).\(Self.word(action, Self.actions))")
        }

        private static func word(_ text: WireText?, _ numbers: [String]) -> String {
            guard let text = text?.value else { return "" }
            if let number = Int(text) { return (1...numbers.count).contains(number) ? numbers[number - 1] : text }
            // The words are in capitals on the wire, and in no other case.
            return text == text.uppercased() ? text.lowercased() : "'\(text)'"
        }
    }

    public struct Webhook: Codable, Sendable, Hashable {
        public var webhook_id: String
        public var name: String
        public var description: String?
        public var url: String
        public var events: [Event]
        public var status: String
        public var creation_timestamp: Int64
        public var last_updated_timestamp: Int64

        /// MLflow's clients break on events and statuses that they do not know: they are shown those that they know.
        public init(_ webhook: MartletDomain.Webhook) {
            (webhook_id, name, url) = (webhook.id, webhook.name, webhook.shownURL)
            description = webhook.text.flatMap { $0.isEmpty ? nil : $0 }
            events = webhook.events.filter(WebhookAPI.mlflow.knows).map { Event($0) }
            status = (webhook.status == .active ? WebhookStatus.active : .disabled).rawValue
            (creation_timestamp, last_updated_timestamp) = (webhook.createdAt, webhook.updatedAt)
        }
    }

    /// `POST webhooks`, `PATCH webhooks/{webhook_id}`
    public struct Change: Codable, Sendable {
        public var name: String?
        public var description: String?
        public var url: String?
        public var events: [Event]?
        public var secret: String?
        /// A word, or its number.
        public var status: WireText?

        public init(
            name: String? = nil, description: String? = nil, url: String? = nil, events: [WebhookEvent]? = nil,
            secret: String? = nil, status: WebhookStatus? = nil
        ) {
            (self.name, self.description, self.url, self.secret) = (name, description, url, secret)
            (self.events, self.status) = (events?.map { Event($0) }, status.map { WireText($0.rawValue) })
        }
    }

    /// `POST webhooks/{webhook_id}/test`
    public struct Test: Codable, Sendable {
        public var event: Event?

        public init(event: WebhookEvent? = nil) { self.event = event.map { Event($0) } }
    }

    public struct WebhookAnswer: Codable, Sendable {
        public var webhook: Webhook

        public init(_ webhook: MartletDomain.Webhook) { self.webhook = Webhook(webhook) }
    }

    public struct WebhooksAnswer: Codable, Sendable {
        public var webhooks: [Webhook]?
        public var next_page_token: String?

        public init(_ webhooks: [MartletDomain.Webhook], nextToken: String?) {
            self.webhooks = webhooks.isEmpty ? nil : webhooks.map { Webhook($0) }
            next_page_token = nextToken
        }
    }

    public struct TestAnswer: Codable, Sendable {
        public struct Result: Codable, Sendable {
            public var success: Bool
            public var response_status: Int?
            public var response_body: String?
            public var error_message: String?
        }

        public var result: Result

        public init(_ answer: MartletDomain.WebhookAnswer) {
            result = Result(
                success: answer.isSuccess, response_status: answer.status,
                response_body: answer.status.map { _ in answer.body },
                error_message: answer.status == nil
                    ? "Failed to test webhook: \(answer.error ?? "no answer")" : nil)
        }
    }
}
