import Foundation
import MartletDomain
import Metadata

extension Transaction {
    /// Puts an event into the outbox for every active webhook that asked for it, in MLflow's words or Databricks', to
    /// be sent when this transaction is durable.
    /// - Parameter name: The name of webhooks that have been told.
    func announce(_ payload: WebhookPayload, butNot name: String? = nil) throws {
        let payloads = [payload] + payload.inDatabricksWords(by: caller.user.name)
        let marks = Array(repeating: "?", count: payloads.count).joined(separator: ", ")
        let listeners = try rows(
            "SELECT w.number, w.webhook_id, e.event, \(Self.lastPlace) FROM webhook_events e "
                + "JOIN webhooks w ON w.number = e.webhook WHERE e.event IN (\(marks)) AND \(Self.isActive) "
                + "AND (w.model IS NULL OR w.model = "
                + "(SELECT m.number FROM registered_models m WHERE m.name = ? AND m.deleted_at IS NULL)) "
                + "AND w.name <> ? ORDER BY w.number, e.event",
            [SQLValue(Webhooks.mostWaiting - 1)] + payloads.map { .text($0.event.rawValue) }
                + [SQLValue(payload["name"]), .text(name ?? "")])
        for listener in listeners {
            let event = try listener.text("event")
            guard let payload = payloads.first(where: { $0.event.rawValue == event }) else { continue }
            try put(payload, intoOutboxOf: listener)
        }
    }

    /// Puts an event into the outbox for webhooks of one name, whatever they asked for, unless they are told in
    /// Databricks' words only.
    /// - Returns: Whether an active webhook has the name.
    func tell(webhookNamed name: String, _ payload: WebhookPayload) throws -> Bool {
        let listeners = try rows(
            "SELECT w.number, w.webhook_id, \(Self.lastPlace) FROM webhooks w WHERE w.name = ? AND w.dialect = 'mlflow' "
                + "AND \(Self.isActive) ORDER BY w.number",
            [SQLValue(Webhooks.mostWaiting - 1), .text(name)])
        for listener in listeners { try put(payload, intoOutboxOf: listener) }
        return !listeners.isEmpty
    }

    /// - Parameter listener: `number` and `webhook_id` of a webhook, and its `last_place`.
    private func put(_ payload: WebhookPayload, intoOutboxOf listener: SQLRow) throws {
        let isFull = try listener.integerIfPresent("last_place") != nil
        let outcome = isFull ? WebhookDelivery.Outcome.dropped.rawValue : nil
        try execute(
            "INSERT INTO webhook_deliveries (number, delivery_id, webhook, event, body, created_at, due_at, "
                + "attempts, outcome, finished_at) VALUES (?, ?, ?, ?, ?, ?, ?, '[]', ?, ?)",
            [
                .integer(try next("webhook_delivery")), .text(UUID().uuidString.lowercased()),
                .integer(try listener.integer("number")), .text(payload.event.rawValue),
                .text(payload.body(at: now, to: try listener.text("webhook_id"))),
                .integer(now), .integer(now), SQLValue(outcome), isFull ? .integer(now) : nil,
            ])
    }

    /// Not null when as many deliveries wait as may. Takes how many may, less one.
    private static let lastPlace =
        "(SELECT x.number FROM webhook_deliveries x WHERE x.webhook = w.number AND x.outcome IS NULL "
        + "ORDER BY x.due_at LIMIT 1 OFFSET ?) AS last_place"

    private static let isActive = "w.status = 'ACTIVE' AND w.deleted_at IS NULL"
}
