import Foundation
package import MartletDomain
import Metadata

extension Webhooks {
    /// Makes a webhook.
    /// - Parameter secret: What its requests are signed with; nil or empty leaves them unsigned. It is never told
    ///   again.
    /// - Throws: ``WebhookError/invalid(_:)`` with all that is wrong.
    package func create(
        _ name: String, url: String, events: [WebhookEvent], description: String? = nil, secret: String? = nil,
        status: WebhookStatus = .active, by caller: Caller
    ) async throws -> Webhook {
        let parameters = [
            "name": name, "url": url.withoutCredentials, "status": status.rawValue,
            "events": events.map(\.rawValue).joined(separator: " "), "signed": "\(!(secret ?? "").isEmpty)",
        ]
        try await requireChange("create_webhook", parameters, by: caller)
        try check(name: name, description: description, secret: secret, events: events)
        try await sender.check(url)
        let id = UUID().uuidString.lowercased()
        let sealed = try secret.flatMap { $0.isEmpty ? nil : try secrets.seal($0, for: id) }
        return try await change("create_webhook", parameters, by: caller) { db in
            let number = try db.next("webhook")
            try db.execute(
                "INSERT INTO webhooks (number, webhook_id, name, description, url, status, secret, created_by, "
                    + "created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .integer(number), .text(id), .text(name), SQLValue(description), .text(url),
                    .text(status.rawValue), SQLValue(sealed), .text(caller.user.name), .integer(db.now),
                    .integer(db.now),
                ])
            try db.set(events, ofWebhook: number)
            db.note("webhook_id", id)
            return try db.webhook(id).webhook
        }
    }

    /// Changes what is not nil. An empty secret takes it away. One that is disabled is told nothing any more, also not
    /// what waits for it.
    package func update(
        _ id: String, name: String? = nil, url: String? = nil, events: [WebhookEvent]? = nil,
        description: String? = nil, secret: String? = nil, status: WebhookStatus? = nil, by caller: Caller
    ) async throws -> Webhook {
        let parameters = [
            "webhook_id": id, "name": name, "url": url?.withoutCredentials, "status": status?.rawValue,
            "events": events?.map(\.rawValue).joined(separator: " "), "signed": secret.map { "\(!$0.isEmpty)" },
        ]
        try await requireChange("update_webhook", parameters, by: caller)
        _ = try await webhook(id)
        try check(name: name, description: description, secret: secret, events: events)
        if let url { try await sender.check(url) }
        let sealed = try secret.flatMap { $0.isEmpty ? nil : try secrets.seal($0, for: id) }
        return try await change("update_webhook", parameters, by: caller) { db in
            let stored = try db.webhook(id)
            try db.execute(
                "UPDATE webhooks SET name = ?, url = ?, description = ?, status = ?, secret = ?, updated_at = ? "
                    + "WHERE number = ?",
                [
                    .text(name ?? stored.webhook.name), .text(url ?? stored.webhook.url),
                    SQLValue(description ?? stored.webhook.text),
                    .text((status ?? stored.webhook.status).rawValue),
                    SQLValue(secret == nil ? stored.secret : sealed), .integer(db.now), .integer(stored.number),
                ])
            if let events {
                try db.execute("DELETE FROM webhook_events WHERE webhook = ?", [.integer(stored.number)])
                try db.set(events, ofWebhook: stored.number)
            }
            if status == .disabled { try db.dropDeliveries(ofWebhook: stored.number) }
            return try db.webhook(id).webhook
        }
    }

    /// Deletes a webhook, and what waits for it.
    package func delete(_ id: String, by caller: Caller) async throws {
        try await change("delete_webhook", ["webhook_id": id], by: caller) { db in
            let stored = try db.webhook(id)
            try db.execute(
                "UPDATE webhooks SET deleted_at = ?, updated_at = ?, secret = NULL WHERE number = ?",
                [.integer(db.now), .integer(db.now), .integer(stored.number)])
            // One that is under way finds no row to note its end in.
            try db.execute("DELETE FROM webhook_deliveries WHERE webhook = ?", [.integer(stored.number)])
        }
    }

    /// - Throws: ``WebhookError/missing(_:)``.
    package func webhook(_ id: String) async throws -> Webhook { try await store.read { try $0.webhook(id).webhook } }

    /// The newest first.
    /// - Parameter size: 1 to 1000.
    package func list(size: Int = 100, token: String? = nil) async throws -> Page<Webhook> {
        guard (1...1_000).contains(size) else { throw InvalidRequest("max_results must be between 1 and 1000.") }
        let offset = try PageToken.offset(of: token)
        return try await store.read { db in
            let found = try db.webhooks(
                "WHERE deleted_at IS NULL ORDER BY created_at DESC, number DESC LIMIT ? OFFSET ?",
                [SQLValue(size + 1), SQLValue(offset)])
            return Page(found.map(\.webhook), size: size, offset: offset)
        }
    }

    /// What was sent to a webhook, and what waits, the newest first. Finished ones are kept up to ``mostRemembered``.
    package func deliveries(of id: String, size: Int = 100) async throws -> [WebhookDelivery] {
        guard (1...1_000).contains(size) else { throw InvalidRequest("max_results must be between 1 and 1000.") }
        return try await store.read { db in
            let stored = try db.webhook(id)
            return try db.rows(
                "SELECT * FROM webhook_deliveries WHERE webhook = ? ORDER BY number DESC LIMIT ?",
                [.integer(stored.number), SQLValue(size)]
            ).map { try WebhookDelivery($0, webhookID: id) }
        }
    }

    /// Who may not change anything shall not make the server look up names; the refusal is in the audit log.
    private func requireChange(_ verb: String, _ parameters: [String: String?], by caller: Caller) async throws {
        let action = AuditAction("webhooks", verb)
        guard !caller.may(Verb(action)) else { return }
        try await change(verb, parameters, by: caller) { _ in try caller.authorize(action) }
    }

    private func check(
        name: String?, description: String?, secret: String?, events: [WebhookEvent]?
    ) throws(WebhookError) {
        var problems = name.map { Webhook.problems(name: $0) } ?? []
        if (description ?? "").unicodeScalars.count > 5_000 {
            problems.append("'description' exceeds the maximum length of 5000 characters")
        }
        if (secret ?? "").utf8.count > 1_000 { problems.append("The secret is longer than 1000 bytes.") }
        if let events, events.isEmpty { problems.append("Webhook events must be a non-empty list of events.") }
        if let events, Set(events).count < events.count { problems.append("An event is named twice.") }
        guard problems.isEmpty else { throw .invalid(problems) }
    }
}

extension String {
    /// A URL as it may be logged.
    fileprivate var withoutCredentials: String {
        guard let mark = firstRange(of: "://") else { return self }
        let rest = self[mark.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        guard let at = authority.lastIndex(of: "@") else { return self }
        return self[..<mark.upperBound] + "…" + rest[at...]
    }
}
