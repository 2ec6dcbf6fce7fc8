import Foundation
package import MartletDomain
import Metadata

extension Webhooks {
    /// Makes a webhook.
    /// - Parameters:
    ///   - name: Nil to have one made up.
    ///   - events: Of one dialect.
    ///   - model: The registered model that it is told of; nil for all.
    ///   - secret: What its requests are signed with; nil or empty leaves them unsigned. It is never told again.
    ///   - authorization: The `Authorization` header of its requests. It is never told again, either.
    ///   - api: By whose API.
    /// - Throws: ``WebhookError/invalid(_:)`` with all that is wrong, ``RegistryError/modelMissing(_:)``.
    package func create(
        _ name: String? = nil, url: String, events: [WebhookEvent], model: String? = nil, description: String? = nil,
        secret: String? = nil, authorization: String? = nil, status: WebhookStatus = .active,
        as api: WebhookAPI = .martlet, by caller: Caller
    ) async throws -> Webhook {
        let id = UUID().uuidString.lowercased()
        let (name, verb) = (name ?? "webhook-\(id.prefix(8))", api.verb("create"))
        let parameters: [String: String?] = [
            "name": name, "url": Webhook.withoutCredentials(url), "status": status.rawValue, "model": model,
            "events": events.map(\.rawValue).joined(separator: " "), "signed": "\(!(secret ?? "").isEmpty)",
            "authorized": "\(!(authorization ?? "").isEmpty)",
        ]
        try await requireChange(verb, parameters, by: caller)
        let dialect = events.first?.dialect ?? .mlflow
        try check(
            name: name, description: description, secret: secret, authorization: authorization, events: events,
            in: dialect, isOfOneModel: model != nil)
        try await sender.check(url)
        let sealed = try seal(secret, for: id)
        let header = try seal(authorization, for: Webhook.authorizationOwner(id))
        return try await change(verb, parameters, by: caller) { db in
            let number = try db.next("webhook")
            try db.execute(
                "INSERT INTO webhooks (number, webhook_id, name, dialect, model, description, url, status, secret, "
                    + "authorization_header, created_by, created_at, updated_at) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .integer(number), .text(id), .text(name), .text(dialect.rawValue),
                    SQLValue(try model.map { try db.registeredModel($0) }), SQLValue(description), .text(url),
                    .text(status.rawValue), SQLValue(sealed), SQLValue(header), .text(caller.user.name),
                    .integer(db.now), .integer(db.now),
                ])
            try db.set(events, ofWebhook: number)
            db.note("webhook_id", id)
            return try db.webhook(id).webhook
        }
    }

    /// Changes what is not nil. An empty secret takes it away, and so does an empty authorization. One that is not
    /// active is told nothing any more, also not what waits for it. Events that the API does not show stay.
    /// - Parameter url: As it is, or as it was shown.
    /// - Throws: ``WebhookError/otherReceiver(_:)`` for a URL elsewhere without what its receiver is to be given.
    package func update(
        _ id: String, name: String? = nil, url: String? = nil, events: [WebhookEvent]? = nil,
        description: String? = nil, secret: String? = nil, authorization: String? = nil,
        status: WebhookStatus? = nil, as api: WebhookAPI = .martlet, by caller: Caller
    ) async throws -> Webhook {
        let verb = api.verb("update")
        let parameters: [String: String?] = [
            "webhook_id": id, "name": name, "url": url.map(Webhook.withoutCredentials), "status": status?.rawValue,
            "events": events?.map(\.rawValue).joined(separator: " "), "signed": secret.map { "\(!$0.isEmpty)" },
            "authorized": authorization.map { "\(!$0.isEmpty)" },
        ]
        try await requireChange(verb, parameters, by: caller)
        let known = try await webhook(id, as: api)
        try check(
            name: name, description: description, secret: secret, authorization: authorization, events: events,
            in: known.dialect, isOfOneModel: known.model != nil)
        @Sendable func redirected(_ webhook: Webhook) throws -> String {
            try url.map {
                try webhook.redirected(to: $0, secret: secret, authorization: authorization)
            } ?? webhook.url
        }
        if url != nil { try await sender.check(try redirected(known)) }
        let sealed = try seal(secret, for: id)
        let header = try seal(authorization, for: Webhook.authorizationOwner(id))
        return try await change(verb, parameters, by: caller) { db in
            let stored = try db.webhook(id, by: api)
            try db.execute(
                "UPDATE webhooks SET name = ?, url = ?, description = ?, status = ?, secret = ?, "
                    + "authorization_header = ?, updated_at = ? WHERE number = ?",
                [
                    .text(name ?? stored.webhook.name), .text(try redirected(stored.webhook)),
                    SQLValue(description ?? stored.webhook.text),
                    .text((status ?? stored.webhook.status).rawValue),
                    SQLValue(secret == nil ? stored.secret : sealed),
                    SQLValue(authorization == nil ? stored.authorization : header), .integer(db.now),
                    .integer(stored.number),
                ])
            if let events {
                try db.execute("DELETE FROM webhook_events WHERE webhook = ?", [.integer(stored.number)])
                try db.set(events + stored.webhook.events.filter { !api.knows($0) }, ofWebhook: stored.number)
            }
            if let status, status != .active { try db.dropDeliveries(ofWebhook: stored.number) }
            return try db.webhook(id).webhook
        }
    }

    /// Deletes a webhook, and what waits for it.
    package func delete(_ id: String, as api: WebhookAPI = .martlet, by caller: Caller) async throws {
        try await change(api.verb("delete"), ["webhook_id": id], by: caller) { db in
            let stored = try db.webhook(id, by: api)
            try db.execute(
                "UPDATE webhooks SET deleted_at = ?, updated_at = ?, secret = NULL, authorization_header = NULL "
                    + "WHERE number = ?",
                [.integer(db.now), .integer(db.now), .integer(stored.number)])
            // One that is under way finds no row to note its end in.
            try db.execute("DELETE FROM webhook_deliveries WHERE webhook = ?", [.integer(stored.number)])
        }
    }

    /// - Throws: ``WebhookError/missing(_:)``, also of one that the API does not show.
    package func webhook(_ id: String, as api: WebhookAPI = .martlet) async throws -> Webhook {
        try await store.read { try $0.webhook(id, by: api).webhook }
    }

    /// The newest first.
    /// - Parameters:
    ///   - size: 1 to 1000.
    ///   - events: Those that ask for one of these; empty for all that the API shows.
    ///   - model: Those of a registered model alone; nil for all.
    package func list(
        size: Int = 100, token: String? = nil, events: [WebhookEvent] = [], model: String? = nil,
        as api: WebhookAPI = .martlet
    ) async throws -> Page<Webhook> {
        guard (1...1_000).contains(size) else { throw InvalidRequest("max_results must be between 1 and 1000.") }
        let offset = try PageToken.offset(of: token)
        let wanted = events.isEmpty && api != .martlet ? api.events : Array(Set(events.filter(api.knows)))
        var (condition, arguments) = ("WHERE w.deleted_at IS NULL", [SQLValue]())
        if !wanted.isEmpty {
            let marks = Array(repeating: "?", count: wanted.count).joined(separator: ", ")
            condition +=
                " AND EXISTS (SELECT 1 FROM webhook_events e WHERE e.webhook = w.number AND e.event IN (\(marks)))"
            arguments += wanted.map { .text($0.rawValue) }
        }
        if let model {
            condition += " AND m.name = ? AND m.deleted_at IS NULL"
            arguments.append(.text(model))
        }
        let (rest, values) = (condition, arguments)
        return try await store.read { db in
            let found = try db.webhooks(
                rest + " ORDER BY w.created_at DESC, w.number DESC LIMIT ? OFFSET ?",
                values + [SQLValue(size + 1), SQLValue(offset)], isComposed: true)
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

    private func seal(_ secret: String?, for owner: String) throws -> [UInt8]? {
        try secret.flatMap { $0.isEmpty ? nil : try secrets.seal($0, for: owner) }
    }

    private func check(
        name: String?, description: String?, secret: String?, authorization: String?, events: [WebhookEvent]?,
        in dialect: WebhookDialect, isOfOneModel: Bool
    ) throws(WebhookError) {
        var problems = name.map { Webhook.problems(name: $0) } ?? []
        if (description ?? "").unicodeScalars.count > 5_000 {
            problems.append("'description' exceeds the maximum length of 5000 characters")
        }
        if (secret ?? "").utf8.count > 1_000 { problems.append("The secret is longer than 1000 bytes.") }
        if let authorization, !Webhook.isHeader(authorization) {
            problems.append("The authorization is longer than 4000 bytes, or holds what no header may.")
        }
        if let events {
            problems += Webhook.problems(events: events, in: dialect, isOfOneModel: isOfOneModel)
        }
        guard problems.isEmpty else { throw .invalid(problems) }
    }
}

extension WebhookAPI {
    /// `create` → `create_webhook`: as routes and the audit log call it.
    func verb(_ word: String) -> String { word + (self == .databricks ? "_registry_webhook" : "_webhook") }
}

extension Webhook {
    /// What the authorization of a webhook is encrypted for: it opens as nothing else.
    var authorizationOwner: String { Self.authorizationOwner(id) }
    static func authorizationOwner(_ id: String) -> String { id + "/authorization" }
}
