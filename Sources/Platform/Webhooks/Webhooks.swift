package import Foundation
package import MartletDomain
package import Metadata
import Synchronization

/// Who is told of changes in the registry, and the telling itself.
///
/// An event is written to the outbox in the transaction of the change that it tells of, so neither a crash nor a
/// receiver that is away loses it. ``deliver(reporting:)`` sends what waits: at least once, with one delivery id for
/// all attempts.
package struct Webhooks: Sendable {
    package let store: Store
    package let settings: WebhookSettings
    let secrets: SecretBox
    let sender: WebhookSender
    let wakeup = Wakeup()

    /// How long a receiver may take for an answer.
    package static let timeout: Duration = .seconds(30)
    /// More waiting deliveries of one webhook are dropped.
    static let mostWaiting = 10_000
    /// Older finished deliveries of one webhook are forgotten.
    static let mostRemembered = 1_000

    /// - Parameter secretKey: The file with the key that secrets are encrypted with; made when it is first needed.
    package init(store: Store, settings: WebhookSettings, secretKey: URL, timeout: Duration = Self.timeout) {
        (self.store, self.settings) = (store, settings)
        secrets = SecretBox(file: secretKey)
        sender = WebhookSender(settings: settings, timeout: timeout)
    }

    /// One change, named in the audit log as of webhooks.
    func change<Result: Sendable>(
        _ verb: String, _ parameters: [String: String?], by caller: Caller,
        _ body: @escaping @Sendable (Transaction) throws -> Result
    ) async throws -> Result {
        try await store.change(AuditAction("webhooks", verb, parameters), by: caller, body)
    }

    /// Says that something may wait in the outbox.
    func wake() { wakeup.set() }
}

/// A flag that one task waits for and others set.
final class Wakeup: Sendable {
    private struct State {
        var isSet = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func set() {
        let waiter = state.withLock { state in
            state.isSet = state.waiter == nil
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when it was set, or when the task is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let wasSet = state.withLock { state in
                    defer { state.isSet = false }
                    if !state.isSet { state.waiter = continuation }
                    return state.isSet
                }
                if wasSet { continuation.resume() }
            }
        } onCancel: {
            set()
        }
    }
}
