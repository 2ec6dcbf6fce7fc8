public import MartletDomain

/// What was sent to a webhook of late, and what waits to be sent; the newest first.
public struct ListWebhookDeliveries: MartletRequest {
    public static let path = "webhooks/deliveries"

    public struct Response: Codable, Sendable {
        public var deliveries: [Delivery]

        public init(deliveries: [WebhookDelivery]) { self.deliveries = deliveries.map { Delivery($0) } }
    }

    public struct Delivery: Codable, Sendable, Hashable {
        public var deliveryID: String
        public var event: String
        /// `waiting`, `delivered`, `failed` or `dropped`.
        public var state: String
        public var attempts: [WebhookAttempt]
        /// Milliseconds since 1970 UTC.
        public var createdAt: Int64
        /// When the next attempt may be made; nil when there is none.
        public var dueAt: Int64?
        public var finishedAt: Int64?

        enum CodingKeys: String, CodingKey {
            case deliveryID = "delivery_id"
            case event, state, attempts
            case createdAt = "created_at"
            case dueAt = "due_at"
            case finishedAt = "finished_at"
        }

        public init(_ delivery: WebhookDelivery) {
            (deliveryID, event) = (delivery.id, delivery.event.rawValue)
            (state, attempts) = (delivery.outcome?.rawValue ?? "waiting", delivery.attempts)
            (createdAt, finishedAt) = (delivery.createdAt, delivery.finishedAt)
            dueAt = delivery.outcome == nil ? delivery.dueAt : nil
        }
    }

    public var webhookID: String
    /// 1 to 1000; 100 when nil.
    public var maxResults: Int?

    enum CodingKeys: String, CodingKey {
        case webhookID = "webhook_id"
        case maxResults = "max_results"
    }

    public init(webhookID: String, maxResults: Int? = nil) {
        (self.webhookID, self.maxResults) = (webhookID, maxResults)
    }
}
