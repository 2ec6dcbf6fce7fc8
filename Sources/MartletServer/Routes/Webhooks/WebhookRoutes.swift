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
                secret: body.secret.unlessEmpty, status: try status(body.status) ?? .active, as: .mlflow,
                by: context.caller))
    }
    group.answer("webhooks", "webhooks.list_webhooks", of: .workspace) { query, _ in
        let size = try query.integer("max_results") ?? 0
        let page = try await webhooks.list(
            size: size == 0 ? 100 : size, token: query["page_token"], as: .mlflow)
        return Wire.WebhooksAnswer(page.elements, nextToken: page.nextToken)
    }
    group.on(.get, "webhooks/:webhook_id", "webhooks.get_webhook", of: .workspace) { _, context in
        try jsonResponse(Wire.WebhookAnswer(try await webhooks.webhook(try id(context), as: .mlflow)))
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
                as: .mlflow, by: context.caller))
    }
    group.on(.delete, "webhooks/:webhook_id", "webhooks.delete_webhook", of: .workspace) { _, context in
        try await webhooks.delete(try id(context), as: .mlflow, by: context.caller)
        return try jsonResponse(Wire.Empty())
    }
    group.answer(
        .post, "webhooks/:webhook_id/test", Wire.Test.self, "webhooks.test_webhook",
        of: .workspace
    ) { body, context in
        Wire.TestAnswer(
            try await webhooks.test(
                try id(context), with: try body.event.map { try $0.event() }, as: .mlflow, by: context.caller))
    }
}

/// Webhooks of every kind and what they were sent, relative to `/api/martlet/1.0/`.
package func addMartletWebhookRoutes(to group: Routes, webhooks: Webhooks) {
    group.on(CreateWebhook.self, "webhooks.create_webhook", of: .workspace) { body, context in
        .init(
            try await webhooks.create(
                body.name, url: body.url, events: try body.events.map { try WebhookAPI.martlet.event(named: $0) },
                model: body.model, description: body.description, secret: body.secret,
                authorization: body.authorization, status: try martletStatus(body.status) ?? .active,
                by: context.caller))
    }
    group.on(ListWebhooks.self, "webhooks.list_webhooks", of: .workspace) { body, _ in
        let page = try await webhooks.list(size: body.maxResults ?? 100, token: body.pageToken, model: body.model)
        return .init(page.elements, nextToken: page.nextToken)
    }
    group.on(UpdateWebhook.self, "webhooks.update_webhook", of: .workspace) { body, context in
        .init(
            try await webhooks.update(
                body.webhookID, name: body.name, url: body.url,
                events: try body.events?.map { try WebhookAPI.martlet.event(named: $0) },
                description: body.description, secret: body.secret, authorization: body.authorization,
                status: try martletStatus(body.status), by: context.caller))
    }
    group.on(DeleteWebhook.self, "webhooks.delete_webhook", of: .workspace) { body, context in
        try await webhooks.delete(body.webhookID, by: context.caller)
        return Done()
    }
    group.on(TestWebhook.self, "webhooks.test_webhook", of: .workspace) { body, context in
        .init(
            try await webhooks.test(
                body.webhookID, with: try body.event.map { try WebhookAPI.martlet.event(named: $0) },
                by: context.caller))
    }
    group.on(ListWebhookDeliveries.self, "webhooks.list_deliveries", of: .workspace) { body, _ in
        .init(deliveries: try await webhooks.deliveries(of: body.webhookID, size: body.maxResults ?? 100))
    }
}

@Sendable private func martletStatus(_ word: String?) throws -> WebhookStatus? {
    try enumerated(word, "status", numbers: WebhookStatus.allCases)
}

@Sendable private func id(_ context: MartletContext) throws -> String {
    try required(context.parameters.get("webhook_id"), "webhook_id")
}

@Sendable private func status(_ word: WireText?) throws -> WebhookStatus? {
    let known: [WebhookStatus] = [.active, .disabled]
    let status = try enumerated(word?.value, "status", numbers: known)
    if let status, !known.contains(status) {
        throw InvalidRequest(
            "Invalid value \"\(status.rawValue)\" for parameter 'status' supplied: expected one of ACTIVE, DISABLED")
    }
    return status
}
