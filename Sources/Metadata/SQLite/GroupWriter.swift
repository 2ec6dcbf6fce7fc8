import Foundation
import GRDB
import MartletDomain
import Synchronization

/// Commits changes that wait at the same moment as one transaction, so that they share one wait for the disk.
///
/// While a group is being made durable the next one gathers; nobody waits for a timer. Within a group each change has a
/// savepoint of its own: one that is refused undoes itself alone.
final class GroupWriter: Sendable {
    /// More waiters than this are turned away rather than remembered.
    private static let mostWaiting = 100_000

    private struct State {
        var waiting: [any PendingChange] = []
        var isWriting = false
        var isClosed = false
        var finishers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    /// How many groups were committed.
    let commits = Atomic(0)
    private let pool: DatabasePool
    private let trail: AuditTrail
    private let largestGroup: Int
    private let longestRun: Duration
    private let clock: WallClock
    private let authorize: @Sendable (AuditAction, Caller) throws -> Void
    private let promoted: @Sendable () -> Void
    private let isLogged: Bool
    private let changedState: @Sendable (AuditAction, _ isAfter: Bool) -> [StateQuery]

    /// - Parameters:
    ///   - largestGroup: How many changes share a commit at most; at least one.
    ///   - longestRun: A group that has run for so long is committed as it is: its first must not wait for many others.
    ///   - authorize: Asked inside each change before its body.
    ///   - promoted: Called after a commit that put a model version in front of callers.
    ///   - isLogged: Whether changes leave entries.
    ///   - state: What an action changes, as it is named before and after.
    init(
        pool: DatabasePool, trail: AuditTrail, largestGroup: Int, longestRun: Duration, clock: WallClock,
        authorize: @escaping @Sendable (AuditAction, Caller) throws -> Void,
        promoted: @escaping @Sendable () -> Void, isLogged: Bool,
        state: @escaping @Sendable (AuditAction, _ isAfter: Bool) -> [StateQuery]
    ) {
        (self.promoted, self.isLogged, changedState) = (promoted, isLogged, state)
        (self.pool, self.trail, self.clock, self.authorize) = (pool, trail, clock, authorize)
        (self.largestGroup, self.longestRun) = (max(1, largestGroup), longestRun)
    }

    /// How many changes wait for the next group.
    var waiting: Int { state.withLock { $0.waiting.count } }

    func submit(_ change: any PendingChange) {
        enum Next { case start, wait, refuse(StoreError) }
        let next: Next = state.withLock { state in
            if state.isClosed { return .refuse(.closed) }
            if state.waiting.count >= Self.mostWaiting { return .refuse(.busy(waiting: state.waiting.count)) }
            state.waiting.append(change)
            if state.isWriting { return .wait }
            state.isWriting = true
            return .start
        }
        switch next {
        case .wait: break
        case .refuse(let error): change.finish(failing: error)
        case .start: pool.asyncWriteWithoutTransaction { self.drain($0) }
        }
    }

    /// Returns when all that was submitted is committed; later changes are refused.
    func finish() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isClosed = true
                if state.isWriting { state.finishers.append(continuation) }
                return !state.isWriting
            }
            if isIdle { continuation.resume() }
        }
    }

    private func drain(_ database: Database) {
        while let group = nextGroup() {
            let left = group.dropFirst(commit(group, database))
            if !left.isEmpty { state.withLock { $0.waiting.insert(contentsOf: left, at: 0) } }
        }
    }

    private func nextGroup() -> [any PendingChange]? {
        let (group, finishers) = state.withLock { state -> ([any PendingChange], [CheckedContinuation<Void, Never>]) in
            let group = Array(state.waiting.prefix(largestGroup))
            state.waiting.removeFirst(group.count)
            guard group.isEmpty else { return (group, []) }
            state.isWriting = false
            defer { state.finishers = [] }
            return ([], state.finishers)
        }
        for finisher in finishers { finisher.resume() }
        return group.isEmpty ? nil : group
    }

    /// Commits the group, or as much of its beginning as ran in time, and tells who waited for it.
    /// - Returns: How many changes were dealt with; at least one.
    private func commit(_ group: [any PendingChange], _ database: Database) -> Int {
        let (committed, start) = (trail.state, ContinuousClock.now)
        var (count, promotes) = (0, false)
        do {
            try database.beginTransaction(.immediate)
            repeat {
                count += 1
                if try run(group[count - 1], database) { promotes = true }
            } while count < group.count && start.duration(to: .now) < longestRun
            try trail.seal(Transaction(database, now: clock.now, caller: .martlet))
            try database.commit()
        } catch {
            // Nothing of the group happened. SQLite may have rolled back by itself; if it has not and can't, the next
            // group's begin fails and comes here again.
            if database.isInsideTransaction { try? database.rollback() }
            trail.restore(committed)
            count = max(1, count)
            for change in group.prefix(count) { change.finish(failing: StoreError.notDurable(reason(of: error))) }
            return count
        }
        commits.add(1, ordering: .relaxed)
        if promotes { promoted() }
        for change in group.prefix(count) { change.finish() }
        return count
    }

    /// Notes what an action changed, unless it did so itself.
    private func note(stateBefore before: String?, _ action: AuditAction, _ transaction: Transaction) throws {
        guard transaction.notes.before == nil, transaction.notes.after == nil else { return }
        let after = changedState(action.noting(transaction.notes.facts), true)
        transaction.note(before: before, after: try transaction.digest(of: after))
    }

    /// Runs one change in its savepoint and logs it. Throws only what spoils the whole group.
    /// - Returns: Whether it put a model version in front of callers.
    private func run(_ change: any PendingChange, _ database: Database) throws -> Bool {
        let transaction = Transaction(database, now: clock.now, caller: change.caller)
        guard change.events.isEmpty else {
            for event in change.events { try trail.append(event, database) }
            return false
        }
        var isDone = false
        try database.run("SAVEPOINT change")
        do {
            try authorize(change.action, change.caller)
            let queries = changedState(change.action, false)
            let before = try transaction.digest(of: queries)
            try change.run(transaction)
            // What nobody asks for costs nothing: neither a query nor a copy of the parameters.
            if !queries.isEmpty || !transaction.notes.facts.isEmpty {
                try note(stateBefore: before, change.action, transaction)
            }
            if isLogged { try trail.append(change.action, refusal: nil, transaction) }
            isDone = true
        } catch {
            guard database.isInsideTransaction else { throw error }
            change.refuse(error.isOfTheDisk ? StoreError.notDurable(reason(of: error)) : error)
            try database.run("ROLLBACK TO change")
            if let refusal = error as? any MartletError {
                try trail.append(change.action, refusal: refusal, transaction)
            }
        }
        // Fails when there is no savepoint any more, because SQLite rolled back under a body that took no notice.
        try database.run("RELEASE change")
        return isDone && change.action.noting(transaction.notes.facts).isPromotion
    }
}

extension AuditAction {
    /// With the facts that were noted on the way.
    fileprivate func noting(_ facts: [String: String]) -> AuditAction {
        guard !facts.isEmpty else { return self }
        var named = self
        named.parameters.merge(facts) { _, noted in noted }
        return named
    }
}

/// Why SQLite did not do it, without the statement that it was given.
func reason(of error: any Error) -> String {
    switch error {
    case let error as DatabaseError: error.message ?? "\(error.resultCode)"
    case let error as any MartletError: error.message
    default: "an error of the kind \(type(of: error))"
    }
}

extension Error {
    /// Whether the machine failed, and not what was asked of it.
    fileprivate var isOfTheDisk: Bool {
        guard let error = self as? DatabaseError else { return false }
        let codes = [ResultCode.SQLITE_FULL, .SQLITE_IOERR, .SQLITE_NOMEM, .SQLITE_READONLY, .SQLITE_CORRUPT]
        return codes.contains(error.resultCode)
    }
}

extension Caller {
    fileprivate static let martlet = Caller(.martlet, requestID: "")
}
