import MartletDomain
import Synchronization

/// A change that somebody waits for.
protocol PendingChange: Sendable {
    var action: AuditAction { get }
    var caller: Caller { get }
    /// What is told of it in the log instead of the change itself; empty for a change.
    var events: [RecordedEvent] { get }
    /// Runs the change and keeps its result, or throws.
    func run(_ transaction: Transaction) throws
    /// Makes this the outcome, whatever the change itself came to.
    func refuse(_ error: any Error)
    /// Hands the outcome to whoever waits.
    func finish()
    func finish(failing error: any Error)
}

final class Change<Result: Sendable>: PendingChange {
    let action: AuditAction
    let caller: Caller
    let events: [RecordedEvent] = []
    private let body: @Sendable (Transaction) throws -> Result
    private let continuation: CheckedContinuation<Result, any Error>
    private let outcome = Mutex<Swift.Result<Result, any Error>>(.failure(StoreError.closed))

    init(
        action: AuditAction, caller: Caller, body: @escaping @Sendable (Transaction) throws -> Result,
        continuation: CheckedContinuation<Result, any Error>
    ) {
        (self.action, self.caller, self.body, self.continuation) = (action, caller, body, continuation)
    }

    func run(_ transaction: Transaction) throws {
        let result = try body(transaction)
        outcome.withLock { $0 = .success(result) }
    }

    func refuse(_ error: any Error) { outcome.withLock { $0 = .failure(error) } }
    func finish() { continuation.resume(with: outcome.withLock { $0 }) }
    func finish(failing error: any Error) { continuation.resume(throwing: error) }
}
