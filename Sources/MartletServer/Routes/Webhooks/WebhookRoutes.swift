import Hummingbird
import MartletAPI
import MartletDomain
package import Platform

private typealias Wire = MLflowWebhooks

/// MLflow's webhooks API, relative to `…/mlflow/`.
package func addWebhookRoutes(to group: Routes, webhooks: Webhooks) {
    group.answer(
        .post, "webhooks", Wire.Change.self, "webhooks.create_webhook",
        of: .workspace
    ) { body, context in
        let name = try required(body.name, "name")
        let url = try required(body.url, "url")
        guard let events = body.events else { throw missing("events") }
        return Wire.WebhookAnswer(
            try await webhooks.create(
                name, url: url, events: try events.map { try $0.event() }, description: body.description.unlessEmpty,
                secret: body.secret.unlessEmpty, status: try status(body.status) ?? .active, by: context.caller))
    }
    group.answer("webhooks", "webhooks.list_webhooks", of: .workspace) { query, _ in
        let size = try query.integer("max_results") ?? 0
        let page = try await webhooks.list(size: size == 0 ? 100 : size, token: query["page_token"])
        return Wire.WebhooksAnswer(page.elements, nextToken: page.nextToken)
    }
    group.on(.get, "webhooks/:webhook_id", "webhooks.get_webhook", of: .workspace) { _, context in
        try jsonResponse(Wire.WebhookAnswer(try await webhooks.webhook(try id(context))))
    }
    group.answer(
        .patch, "webhooks/:webhook_id", Wire.Change.self, "webhooks.update_webhook",
        of: .workspace
    ) { body, context in
        let events = try body.events.flatMap { $0.isEmpty ? nil : try $0.map { try $0.event() } }
        return Wire.WebhookAnswer(
            try await webhooks.update(
                try id(context), name: body.name.unlessEmpty, url: body.url.unlessEmpty, events: events,
                description: body.description, secret: body.secret, status: try status(body.status),
                by: context.caller))
    }
    group.on(.delete, "webhooks/:webhook_id", "webhooks.delete_webhook", of: .workspace) { _, context in
        try await webhooks.delete(try id(context), by: context.caller)
        return try jsonResponse(Wire.Empty())
    }
    group.answer(
        .post, "webhooks/:webhook_id/test", Wire.Test.self, "webhooks.test_webhook",
        of: .workspace
    ) { body, context in
        Wire.TestAnswer(
            try await webhooks.test(try id(context), with: try body.event.map { try $0.event() }, by: context.caller))
    }
}

/// What was sent, relative to `/api/martlet/1.0/`.
package func addWebhookDeliveryRoutes(to group: Routes, webhooks: Webhooks) {
    group.on(ListWebhookDeliveries.self, "webhooks.list_deliveries", of: .workspace) { body, _ in
        .init(deliveries: try await webhooks.deliveries(of: body.webhookID, size: body.maxResults ?? 100))
    }
}

@Sendable private func id(_ context: MartletContext) throws -> String {
    try required(context.parameters.get("webhook_id"), "webhook_id")
}

@Sendable private func status(_ word: WireText?) throws -> WebhookStatus? {
    try enumerated(word?.value, "status", numbers: WebhookStatus.allCases)
}
