import Logging
import Platform
import ServiceLifecycle

/// Sends what waits in the outbox of webhooks as long as the server runs.
struct WebhookService: Service {
    let webhooks: Webhooks
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown { [logger] in
            await webhooks.deliver { logger.error("\($0)") }
        }
    }
}
