import Foundation
import MartletDomain
import Metadata

/// A webhook with what its row alone knows.
struct StoredWebhook: Sendable {
    var number: Int64
    /// Encrypted.
    var secret: [UInt8]?
    /// The value of the `Authorization` header, encrypted.
    var authorization: [UInt8]?
    var webhook: Webhook
}

extension Snapshot {
    /// A webhook that is in use, and that an API shows.
    func webhook(_ id: String, by api: WebhookAPI = .martlet) throws -> StoredWebhook {
        let found = try webhooks("WHERE w.webhook_id = ? AND w.deleted_at IS NULL", [.text(id)]).first
        guard let found, found.webhook.events.contains(where: api.knows) || api == .martlet else {
            throw WebhookError.missing(id)
        }
        return found
    }

    /// Webhooks by what follows `FROM webhooks w`, with their events.
    func webhooks(_ rest: String, _ arguments: [SQLValue], isComposed: Bool = false) throws -> [StoredWebhook] {
        var found = try rows(
            "SELECT w.*, m.name AS model_name FROM webhooks w LEFT JOIN registered_models m ON m.number = w.model "
                + rest, arguments, isComposed: isComposed
        ).map { row in
            let (secret, authorization) = (try row.bytes("secret"), try row.bytes("authorization_header"))
            return StoredWebhook(
                number: try row.integer("number"), secret: secret, authorization: authorization,
                webhook: Webhook(
                    id: try row.text("webhook_id"), name: try row.text("name"),
                    dialect: WebhookDialect(rawValue: try row.text("dialect")) ?? .mlflow,
                    model: try row.textIfPresent("model_name"), text: try row.textIfPresent("description"),
                    url: try row.text("url"), events: [],
                    status: WebhookStatus(rawValue: try row.text("status")) ?? .disabled, isSigned: secret != nil,
                    isAuthorized: authorization != nil, createdAt: try row.integer("created_at"),
                    updatedAt: try row.integer("updated_at")))
        }
        let places = Dictionary(
            found.enumerated().map { ($0.element.number, $0.offset) }, uniquingKeysWith: { first, _ in first })
        try forEach(
            "SELECT webhook, event FROM webhook_events WHERE webhook",
            in: found.map(\.number), "ORDER BY event"
        ) { row in
            guard let place = places[try row.integer("webhook")],
                let event = WebhookEvent(rawValue: try row.text("event"))
            else { return }
            found[place].webhook.events.append(event)
        }
        return found
    }
}

extension SQLRow {
    fileprivate func bytes(_ column: String) throws -> [UInt8]? {
        if case .blob(let bytes) = try value(column) { bytes } else { nil }
    }
}

extension WebhookDelivery {
    init(_ row: SQLRow, webhookID: String) throws {
        guard let event = WebhookEvent(rawValue: try row.text("event")) else {
            throw StoreError.unexpectedValue(column: "event")
        }
        let attempts = try JSONDecoder().decode([WebhookAttempt].self, from: Data(try row.text("attempts").utf8))
        self.init(
            id: try row.text("delivery_id"), webhookID: webhookID, event: event, body: try row.text("body"),
            createdAt: try row.integer("created_at"), dueAt: try row.integer("due_at"), attempts: attempts,
            outcome: try row.textIfPresent("outcome").flatMap(Outcome.init(rawValue:)),
            finishedAt: try row.integerIfPresent("finished_at"))
    }
}

extension Transaction {
    func set(_ events: [WebhookEvent], ofWebhook number: Int64) throws {
        for event in events {
            try execute(
                "INSERT INTO webhook_events (webhook, event) VALUES (?, ?)",
                [.integer(number), .text(event.rawValue)])
        }
    }

    /// What waits is not sent any more.
    func dropDeliveries(ofWebhook number: Int64) throws {
        try execute(
            "UPDATE webhook_deliveries SET outcome = ?, finished_at = ? WHERE webhook = ? AND outcome IS NULL",
            [.text(WebhookDelivery.Outcome.dropped.rawValue), .integer(now), .integer(number)])
    }
}
