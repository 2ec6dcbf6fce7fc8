import Synchronization

/// Runs blocking work on threads of its own, at most so many at once, first come first served.
final class SessionGate: Sendable {
    private struct State {
        var running = 0
        var isClosed = false
        var lastTicket = 0
        var waiting: [(ticket: Int, turn: CheckedContinuation<Void, any Error>)] = []
        var drained: [CheckedContinuation<Void, Never>] = []
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await enter()
        return try await runOnOwnThread(named: "query session", work) { self.leave() }
    }

    /// Refuses whoever waits or comes later, and returns when the last one that runs has left.
    func close() async {
        await withCheckedContinuation { continuation in
            let (refused, isEmpty) = state.withLock { state in
                state.isClosed = true
                defer { state.waiting = [] }
                if state.running > 0 { state.drained.append(continuation) }
                return (state.waiting, state.running == 0)
            }
            for (_, turn) in refused { turn.resume(throwing: QueryError.closed) }
            if isEmpty { continuation.resume() }
        }
    }

    private func enter() async throws {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (turn: CheckedContinuation<Void, any Error>) in
                let answer: Swift.Result<Void, any Error>? = state.withLock { state in
                    if state.isClosed { return .failure(QueryError.closed) }
                    // Under the lock: a task cancelled before this is seen here, one cancelled after is found waiting.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    guard state.running < limit else {
                        state.waiting.append((ticket, turn))
                        return nil
                    }
                    state.running += 1
                    return .success(())
                }
                if let answer { turn.resume(with: answer) }
            }
        } onCancel: {
            let turn = state.withLock { state in
                let index = state.waiting.firstIndex { $0.ticket == ticket }
                return index.map { state.waiting.remove(at: $0).turn }
            }
            turn?.resume(throwing: CancellationError())
        }
    }

    /// Hands the place on to whoever waited longest, or gives it back.
    private func leave() {
        let released = state.withLock { state in
            var released = Released()
            if !state.waiting.isEmpty {
                released.next = state.waiting.removeFirst().turn
                return released
            }
            state.running -= 1
            if state.running == 0 {
                released.drained = state.drained
                state.drained = []
            }
            return released
        }
        released.next?.resume()
        for continuation in released.drained { continuation.resume() }
    }

    private struct Released {
        var next: CheckedContinuation<Void, any Error>?
        var drained: [CheckedContinuation<Void, Never>] = []
    }
}
