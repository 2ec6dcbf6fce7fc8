import Foundation
package import MartletDomain

extension Webhooks {
    /// Sends an example of an event, whatever the webhook's status, and waits for what comes of it.
    /// - Parameters:
    ///   - event: The webhook's first when nil.
    ///   - api: By whose API.
    package func test(
        _ id: String, with event: WebhookEvent? = nil, as api: WebhookAPI = .martlet, by caller: Caller
    ) async throws -> WebhookAnswer {
        let parameters = ["webhook_id": id, "event": event?.rawValue]
        let stored = try await change(api.verb("test"), parameters, by: caller) { db in
            let stored = try db.webhook(id, by: api)
            guard event == nil || event?.dialect == stored.webhook.dialect else {
                throw WebhookError.invalid(
                    Webhook.problems(
                        events: event.map { [$0] } ?? [], in: stored.webhook.dialect, isOfOneModel: false))
            }
            return stored
        }
        guard let event = event ?? stored.webhook.events.first(where: api.knows) else {
            throw WebhookError.invalid(["The webhook asks for no event."])
        }
        let (delivery, body) = (
            UUID().uuidString.lowercased(), WebhookPayload.example(of: event).body(at: Date().milliseconds, to: id)
        )
        var attempts = 0
        while true {
            attempts += 1
            let answer = await sender.post(
                body, to: stored.webhook.url,
                headers: try headers(
                    of: stored, deliveryID: delivery, body: body, time: Date().milliseconds / 1_000))
            let wait = WebhookRetry.delay(after: answer, attempts: attempts, jitter: .random(in: 0...1))
            guard let wait, wait <= .seconds(60), !Task.isCancelled else { return answer }
            try await Task.sleep(for: wait)
        }
    }
}
