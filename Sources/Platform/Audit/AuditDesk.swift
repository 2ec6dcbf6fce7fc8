import Foundation
package import MartletDomain
import Metadata
import Synchronization

/// What the audit log's keeper has on the desk: events that wait to be written, and what is due.
package final class AuditDesk: Sendable {
    struct State: Sendable {
        var reads: [RecordedEvent] = []
        var tally = RefusalTally()
        /// A promotion was committed, and no checkpoint has left since.
        var hasPromotion = false
        /// Why nothing is written to the folder any more; nil as long as it is.
        var alarm: String?
        var index: AuditIndex?
        /// When the last round for checkpoints was, in milliseconds since 1970 UTC.
        var lastRound: Int64?
    }

    /// More reads than this do not wait: who reads then waits for the log.
    static let mostReads = 10_000

    let state = Mutex(State())
    let turns = Turns()
    let notices = Mutex<[@Sendable (String) -> Void]>([])

    init() {}

    func promoted() { state.withLock { $0.hasPromotion = true } }

    /// Tells whoever looks after the server.
    func say(_ text: String) {
        for hear in notices.withLock({ $0 }) { hear(text) }
    }
}

extension Audit {
    /// Has alarms and failures told, as to a server's log.
    package func report(to hear: @escaping @Sendable (String) -> Void) {
        desk.notices.withLock { $0.append(hear) }
    }

    /// Why the log is not written to its folder any more; nil as long as it is.
    package var alarm: String? { desk.state.withLock { $0.alarm } }

    /// Has a door's refusal told in the log; those that repeat themselves are told together.
    package func refused(_ refusal: Refusal, by caller: Caller) async {
        let now = store.clock.now
        let told = desk.state.withLock { $0.tally.add(refusal, at: now) }
        await write(told, caller)
    }

    /// Has a read told in the log, if the policy asks for it.
    ///
    /// - Throws: When the entry must be durable before the answer and could not be made so.
    package func read(_ action: AuditAction, by caller: Caller, refusal: (code: ErrorCode, message: String)? = nil)
        async throws
    {
        guard settings.records(Verb(action)) else { return }
        let event = RecordedEvent(action, by: caller, at: store.clock.now, refusal: refusal)
        if settings.readsBeforeAnswer { return try await store.record([event]) }
        let isFull = desk.state.withLock { state in
            state.reads.append(event)
            return state.reads.count >= AuditDesk.mostReads
        }
        if isFull { try await writeReads() }
    }

    /// Writes the reads that wait.
    package func writeReads() async throws {
        let reads = desk.state.withLock { state in
            defer { state.reads = [] }
            return state.reads
        }
        do {
            for start in stride(from: 0, to: reads.count, by: 500) {
                try await store.record(Array(reads[start..<min(start + 500, reads.count)]))
            }
        } catch {
            desk.say("The entries of \(reads.count) reads could not be written: \(words(error))")
            throw error
        }
    }

    /// Writes what the last minute's refusals come to, or all that wait.
    func writeRefusals(all: Bool = false) async {
        let now = store.clock.now
        let told = desk.state.withLock { all ? $0.tally.rest() : $0.tally.due(at: now) }
        await write(told, nil)
    }

    private func write(_ told: [RefusalTally.Counted], _ caller: Caller?) async {
        guard !told.isEmpty else { return }
        let events = told.map { counted in
            let refusal = counted.refusal
            var action = refusal.action
            if counted.count > 1 || counted.last > counted.first {
                action.parameters["count"] = "\(counted.count)"
                action.parameters["first_at"] = instantText(counted.first)
                action.parameters["last_at"] = instantText(counted.last)
            }
            let isHis = caller != nil && caller?.sourceAddress == refusal.sourceAddress && counted.count == 1
            let teller =
                isHis
                ? caller ?? Caller(refusal.user, requestID: "")
                : Caller(refusal.user, requestID: "", sourceAddress: refusal.sourceAddress)
            return RecordedEvent(action, by: teller, at: counted.last, refusal: (refusal.code, refusal.message))
        }
        do {
            try await store.record(events)
        } catch {
            desk.say("The entries of \(events.count) refusals could not be written: \(words(error))")
        }
    }

    /// What went wrong, for a log.
    func words(_ error: any Error) -> String { (error as? any MartletError)?.message ?? "\(error)" }
}

/// A moment as the log spells it.
func instantText(_ milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
}
