import Foundation
import MartletDomain
import Metadata

extension Transaction {
    /// Puts an event into the outbox for every active webhook that asked for it, to be sent when this transaction is
    /// durable.
    func announce(_ payload: WebhookPayload) throws {
        let listeners = try rows(
            "SELECT w.number, (SELECT x.number FROM webhook_deliveries x WHERE x.webhook = w.number "
                + "AND x.outcome IS NULL ORDER BY x.due_at LIMIT 1 OFFSET ?) AS last_place FROM webhook_events e "
                + "JOIN webhooks w ON w.number = e.webhook WHERE e.event = ? AND w.status = ? AND w.deleted_at IS NULL "
                + "ORDER BY w.number",
            [
                SQLValue(Webhooks.mostWaiting - 1), .text(payload.event.rawValue),
                .text(WebhookStatus.active.rawValue),
            ])
        try put(payload, intoOutboxOf: listeners)
    }

    /// Puts an event into the outbox for one webhook, whatever it asked for.
    /// - Returns: Whether an active webhook has the name.
    func tell(webhookNamed name: String, _ payload: WebhookPayload) throws -> Bool {
        let listeners = try rows(
            "SELECT w.number, (SELECT x.number FROM webhook_deliveries x WHERE x.webhook = w.number "
                + "AND x.outcome IS NULL ORDER BY x.due_at LIMIT 1 OFFSET ?) AS last_place FROM webhooks w "
                + "WHERE w.name = ? AND w.status = ? AND w.deleted_at IS NULL ORDER BY w.number",
            [SQLValue(Webhooks.mostWaiting - 1), .text(name), .text(WebhookStatus.active.rawValue)])
        try put(payload, intoOutboxOf: listeners)
        return !listeners.isEmpty
    }

    private func put(_ payload: WebhookPayload, intoOutboxOf listeners: [SQLRow]) throws {
        guard !listeners.isEmpty else { return }
        let body = payload.body(at: now)
        for listener in listeners {
            let isFull = try listener.integerIfPresent("last_place") != nil
            let outcome = isFull ? WebhookDelivery.Outcome.dropped.rawValue : nil
            try execute(
                "INSERT INTO webhook_deliveries (number, delivery_id, webhook, event, body, created_at, due_at, "
                    + "attempts, outcome, finished_at) VALUES (?, ?, ?, ?, ?, ?, ?, '[]', ?, ?)",
                [
                    .integer(try next("webhook_delivery")), .text(UUID().uuidString.lowercased()),
                    .integer(try listener.integer("number")), .text(payload.event.rawValue), .text(body),
                    .integer(now), .integer(now), SQLValue(outcome), isFull ? .integer(now) : nil,
                ])
        }
    }
}
