package import MartletDomain

/// Something for the log that is no change of state: a read, or a refusal before any change was begun.
package struct RecordedEvent: Sendable {
    package var action: AuditAction
    package var caller: Caller
    /// When it happened, in milliseconds since 1970 UTC.
    package var time: Int64
    /// What was answered instead; nil for what was done.
    package var refusal: (code: ErrorCode, message: String)?

    package init(
        _ action: AuditAction, by caller: Caller, at time: Int64, refusal: (code: ErrorCode, message: String)? = nil
    ) {
        (self.action, self.caller, self.time, self.refusal) = (action, caller, time, refusal)
    }
}

extension Store {
    /// Appends entries, all of them in one transaction, and returns when they are durable.
    package func record(_ events: [RecordedEvent]) async throws {
        guard !events.isEmpty else { return }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            submit(Recording(events: events, continuation: continuation))
        }
    }
}

/// Events that somebody waits for. They change nothing, so nobody is asked whether they may be written.
private final class Recording: PendingChange {
    let events: [RecordedEvent]
    let action = AuditAction("audit", "record")
    let caller = Caller(.martlet, requestID: "")
    private let continuation: CheckedContinuation<Void, any Error>

    init(events: [RecordedEvent], continuation: CheckedContinuation<Void, any Error>) {
        (self.events, self.continuation) = (events, continuation)
    }

    func run(_ transaction: Transaction) throws {}
    func refuse(_ error: any Error) {}
    func finish() { continuation.resume() }
    func finish(failing error: any Error) { continuation.resume(throwing: error) }
}
