import MartletDomain
import Synchronization

/// The entries of one run on their way to the server, in the order of logging and never more than a number.
///
/// An entry is waiting, then on its way, then settled: acknowledged by the server, or kept among the problems.
final class LogQueue: Sendable {
    private struct Waiter {
        var id: Int
        /// Not yet in the queue, because it is full.
        var rest: ArraySlice<LogEntry>
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var waiting: [LogEntry] = []
        var onTheirWay: ArraySlice<LogEntry> = []
        /// How many entries are settled since the run began.
        var settled = 0
        var problems: [IncompleteRun.Problem] = []
        /// Why nothing more is taken.
        var failure: (any Error)?
        var isClosed = false
        /// In the order in which they came.
        var waiters: [Waiter] = []
        var flushes: [(id: Int, until: Int, continuation: CheckedContinuation<Void, any Error>)] = []
        var lastID = 0
        /// The writer, asleep until there is something to write.
        var sleeper: CheckedContinuation<Void, Never>?
        /// The writer's wait for entries that could share a request; cut short when somebody is waiting.
        var nap: Task<Void, Never>?

        var unsettled: Int { onTheirWay.count + waiting.count }
        var isUrgent: Bool {
            isClosed || !flushes.isEmpty || !waiters.isEmpty || waiting.count >= TrackingLimits.entitiesPerBatch
        }
    }

    let runID: String
    let capacity: Int
    private let state = Mutex(State())

    init(runID: String, capacity: Int) { (self.runID, self.capacity) = (runID, capacity) }

    var unsettled: Int { state.withLock(\.unsettled) }
    var problems: [IncompleteRun.Problem] { state.withLock(\.problems) }

    // MARK: Those who log

    /// Puts entries at the end; while the queue is full, waits.
    ///
    /// - Throws: `CancellationError` when cancelled while waiting: a beginning of `entries` may be in the queue by
    ///   then.
    func append(_ entries: [LogEntry]) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let (wake, isCancelled) = state.withLock { state -> (Wake, Bool) in
                    if let failure = refusal(state) { return (Wake([continuation], error: failure), false) }
                    state.waiters.append(Waiter(id: id, rest: entries[...], continuation: continuation))
                    return (admit(&state), Task.isCancelled)
                }
                wake()
                if isCancelled { abandon(id) }
            }
        } onCancel: {
            abandon(id)
        }
    }

    /// Puts entries at the end if there is room for all of them and nobody waits for some.
    func offer(_ entries: [LogEntry]) throws -> Bool {
        guard entries.count <= capacity else {
            throw InvalidRequest("The logger's queue holds \(capacity) entries, so \(entries.count) never fit at once.")
        }
        let wake = try state.withLock { state -> Wake? in
            if let failure = refusal(state) { throw failure }
            guard state.waiters.isEmpty, state.unsettled + entries.count <= capacity else { return nil }
            state.waiting += entries
            return rouse(&state)
        }
        wake?()
        return wake != nil
    }

    /// Waits until everything logged so far is settled.
    /// - Throws: ``IncompleteRun`` when something could not be written, now or before.
    func flush() async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let (wake, isCancelled) = state.withLock { state -> (Wake, Bool) in
                    let until = state.settled + state.unsettled
                    guard state.settled < until else { return (Wake([continuation]), false) }
                    state.flushes.append((id, until, continuation))
                    return (rouse(&state), Task.isCancelled)
                }
                wake()
                if isCancelled { abandon(id) }
            }
        } onCancel: {
            abandon(id)
        }
        let problems = self.problems
        guard problems.isEmpty else { throw IncompleteRun(runID: runID, problems: problems) }
    }

    /// Takes no more; what is in the queue is still written.
    func close() {
        state.withLock { state in
            state.isClosed = true
            return rouse(&state)
        }()
    }

    private func refusal(_ state: State) -> (any Error)? {
        if let failure = state.failure {
            let problems = state.problems.isEmpty ? [.init(entries: [], reason: failure)] : state.problems
            return IncompleteRun(runID: runID, problems: problems)
        }
        guard state.isClosed else { return nil }
        return ClientError.refused(.invalidState, "Run \(runID) has ended, so nothing more is logged.")
    }

    private func abandon(_ id: Int) {
        state.withLock { state in
            if let place = state.waiters.firstIndex(where: { $0.id == id }) {
                return Wake([state.waiters.remove(at: place).continuation], error: CancellationError())
            }
            if let place = state.flushes.firstIndex(where: { $0.id == id }) {
                return Wake([state.flushes.remove(at: place).continuation], error: CancellationError())
            }
            return Wake()
        }()
    }

    // MARK: The writer

    /// What goes into the next request, after a while in which others could join; nil when the queue is closed and
    /// empty.
    func next(after interval: Duration) async -> [LogEntry]? {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.waiting.isEmpty && !state.isClosed { state.sleeper = continuation }
                return state.sleeper == nil
            }
            if isReady { continuation.resume() }
        }
        let nap = Task { _ = try? await Task.sleep(for: interval) }
        state.withLock { state in
            if state.isUrgent { nap.cancel() } else { state.nap = nap }
        }
        await withTaskCancellationHandler {
            await nap.value
        } onCancel: {
            nap.cancel()
        }
        return state.withLock { state in
            state.nap = nil
            guard !state.waiting.isEmpty else { return nil }
            let batch = LogBatch(beginningOf: state.waiting)
            state.onTheirWay = state.waiting.prefix(batch.count)
            state.waiting.removeFirst(batch.count)
            return Array(state.onTheirWay)
        }
    }

    /// Notes that the first `count` of the entries on their way were acknowledged, or why they were refused.
    func settle(_ count: Int, refused reason: (any Error)? = nil) {
        state.withLock { state in
            if let reason {
                state.problems.append(.init(entries: Array(state.onTheirWay.prefix(count)), reason: reason))
            }
            state.onTheirWay.removeFirst(count)
            state.settled += count
            return admit(&state) + reached(&state)
        }()
    }

    /// Notes that nothing more can be written: everything unsettled becomes a problem, and whoever waits is told.
    func giveUp(_ reason: any Error) {
        state.withLock { state in
            let left = Array(state.onTheirWay) + state.waiting
            (state.onTheirWay, state.waiting) = ([], [])
            state.settled += left.count
            state.failure = reason
            if !left.isEmpty { state.problems.append(.init(entries: left, reason: reason)) }
            let waiters = state.waiters.map(\.continuation)
            state.waiters = []
            return Wake(waiters, error: refusal(state)) + reached(&state)
        }()
    }

    /// Moves into the queue what there is room for.
    private func admit(_ state: inout State) -> Wake {
        var wake = Wake()
        while let first = state.waiters.first, state.unsettled < capacity || first.rest.isEmpty {
            let room = capacity - state.unsettled
            state.waiting += first.rest.prefix(room)
            state.waiters[0].rest = first.rest.dropFirst(room)
            guard state.waiters[0].rest.isEmpty else { break }
            wake.others.append((state.waiters.removeFirst().continuation, nil))
        }
        return wake + rouse(&state)
    }

    private func reached(_ state: inout State) -> Wake {
        let settled = state.settled
        let done = state.flushes.filter { $0.until <= settled }
        state.flushes.removeAll { $0.until <= settled }
        return Wake(done.map(\.continuation))
    }

    /// Wakes the writer if there is something for it to do.
    private func rouse(_ state: inout State) -> Wake {
        if state.isUrgent { state.nap?.cancel() }
        guard !state.waiting.isEmpty || state.isClosed, let sleeper = state.sleeper else { return Wake() }
        state.sleeper = nil
        return Wake(writer: sleeper)
    }
}

/// Whom to wake once the lock is open again, and with what.
private struct Wake {
    var writer: CheckedContinuation<Void, Never>?
    var others: [(continuation: CheckedContinuation<Void, any Error>, error: (any Error)?)] = []

    init(writer: CheckedContinuation<Void, Never>? = nil) { self.writer = writer }
    init(_ continuations: [CheckedContinuation<Void, any Error>], error: (any Error)? = nil) {
        others = continuations.map { ($0, error) }
    }

    static func + (one: Wake, other: Wake) -> Wake {
        var both = one
        both.writer = one.writer ?? other.writer
        both.others += other.others
        return both
    }

    func callAsFunction() {
        writer?.resume()
        for (continuation, error) in others {
            if let error { continuation.resume(throwing: error) } else { continuation.resume() }
        }
    }
}
