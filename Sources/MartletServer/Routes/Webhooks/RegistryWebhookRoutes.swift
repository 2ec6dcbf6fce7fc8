import Hummingbird
import MartletAPI
import MartletDomain
package import Platform

private typealias Wire = DatabricksWebhooks

/// Databricks' registry webhooks, relative to `…/mlflow/`.
package func addRegistryWebhookRoutes(to group: Routes, webhooks: Webhooks) {
    addRegistryWebhookReading(to: group, webhooks)
    group.answer(
        .post, "registry-webhooks/create", Wire.Change.self, "webhooks.create_registry_webhook", of: .workspace
    ) { body, context in
        try body.check()
        guard let address = body.http_url_spec else { throw missing("http_url_spec") }
        guard let events = body.events else { throw missing("events") }
        return Wire.WebhookAnswer(
            try await webhooks.create(
                url: try required(address.url, "http_url_spec.url"), events: try known(events),
                model: body.model_name.unlessEmpty, description: body.description.unlessEmpty,
                secret: address.secret.unlessEmpty, authorization: address.authorization.unlessEmpty,
                status: try status(body.status) ?? .active, as: .databricks, by: context.caller))
    }
    group.answer(
        .patch, "registry-webhooks/update", Wire.Change.self, "webhooks.update_registry_webhook", of: .workspace
    ) { body, context in
        try body.check()
        let address = body.http_url_spec
        return Wire.WebhookAnswer(
            try await webhooks.update(
                try required(body.id, "id"), url: address?.url.unlessEmpty,
                events: try body.events.flatMap { $0.isEmpty ? nil : try known($0) }, description: body.description,
                secret: address?.secret, authorization: address?.authorization, status: try status(body.status),
                as: .databricks, by: context.caller))
    }
    group.on(
        .delete, "registry-webhooks/delete", "webhooks.delete_registry_webhook", of: .workspace
    ) { request, context in
        let query = try await request.items()
        try await webhooks.delete(try required(query["id"], "id"), as: .databricks, by: context.caller)
        return try jsonResponse(MLflowRegistry.Empty())
    }
}

private func addRegistryWebhookReading(to group: Routes, _ webhooks: Webhooks) {
    group.answer("registry-webhooks/list", "webhooks.list_registry_webhooks", of: .workspace) { query, _ in
        let events = query.all("events").flatMap { $0.split(separator: ",").map(String.init) }
        let size = try query.integer("max_results") ?? 0
        let page = try await webhooks.list(
            size: size == 0 ? 100 : size, token: query["page_token"], events: try known(events),
            model: query["model_name"].unlessEmpty, as: .databricks)
        return Wire.WebhooksAnswer(page.elements, nextToken: page.nextToken)
    }
    group.answer(
        .post, "registry-webhooks/test", Wire.Test.self, "webhooks.test_registry_webhook", of: .workspace
    ) { body, context in
        let event = try body.event.unlessEmpty.map { try WebhookAPI.databricks.event(named: $0) }
        return try Wire.TestAnswer(
            try await webhooks.test(try required(body.id, "id"), with: event, as: .databricks, by: context.caller))
    }
}

@Sendable private func known(_ words: [String]) throws -> [WebhookEvent] {
    try words.map { try WebhookAPI.databricks.event(named: $0) }
}

@Sendable private func status(_ word: String?) throws -> WebhookStatus? {
    try enumerated(word.unlessEmpty, "status", numbers: WebhookStatus.allCases)
}
