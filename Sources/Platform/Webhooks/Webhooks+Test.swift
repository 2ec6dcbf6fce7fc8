import Foundation
package import MartletDomain

extension Webhooks {
    /// Sends an example of an event, whatever the webhook's status, and waits for what comes of it.
    /// - Parameter event: The webhook's first when nil.
    package func test(_ id: String, with event: WebhookEvent? = nil, by caller: Caller) async throws -> WebhookAnswer {
        let stored = try await change("test_webhook", ["webhook_id": id, "event": event?.rawValue], by: caller) { db in
            try db.webhook(id)
        }
        guard let event = event ?? stored.webhook.events.first else {
            throw WebhookError.invalid(["The webhook asks for no event."])
        }
        let secret = try stored.secret.map { try secrets.unseal($0, for: id) }
        let (delivery, body) = (
            UUID().uuidString.lowercased(), WebhookPayload.example(of: event).body(at: Date().milliseconds)
        )
        var attempts = 0
        while true {
            attempts += 1
            let answer = await sender.post(
                body, to: stored.webhook.url,
                headers: WebhookSignature.headers(
                    deliveryID: delivery, body: body, time: Date().milliseconds / 1_000, secret: secret))
            let wait = WebhookRetry.delay(after: answer, attempts: attempts, jitter: .random(in: 0...1))
            guard let wait, wait <= .seconds(60), !Task.isCancelled else { return answer }
            try await Task.sleep(for: wait)
        }
    }
}
