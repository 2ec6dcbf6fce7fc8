import Synchronization

/// Counts those who read: no more at once than there is room for, and none when the file is about to be closed, which is
/// done after the last has left.
final class ReadDoor: Sendable {
    private struct State {
        var inside = 0
        /// How many of those inside came by ``through(_:)``.
        var ofQueue = 0
        var isClosed = false
        var queue: [CheckedContinuation<Void, any Error>] = []
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let room: Int

    /// - Parameter room: How many are inside at once by ``through(_:)``; the next wait for one that leaves.
    init(room: Int) { self.room = room }

    /// - Throws: ``StoreError/closed``
    func through<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let answer: Swift.Result<Void, StoreError>? = state.withLock { state in
                if state.isClosed { return .failure(.closed) }
                guard state.ofQueue < room else {
                    state.queue.append(continuation)
                    return nil
                }
                (state.inside, state.ofQueue) = (state.inside + 1, state.ofQueue + 1)
                return .success(())
            }
            if let answer { continuation.resume(with: answer) }
        }
        defer { leaveOfQueue() }
        return try await body()
    }

    /// As ``through(_:)``, without waiting.
    /// - Throws: ``StoreError/closed``
    func throughAtOnce<Result>(_ body: () throws -> Result) throws -> Result {
        try state.withLock { state in
            guard !state.isClosed else { throw StoreError.closed }
            state.inside += 1
        }
        defer { leave() }
        return try body()
    }

    /// Returns when nobody is inside or waits; later ones are refused.
    func close() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                state.isClosed = true
                if state.inside > 0 { state.closers.append(continuation) }
                return state.inside == 0
            }
            if isEmpty { continuation.resume() }
        }
    }

    /// Hands the place to who waits the longest.
    private func leaveOfQueue() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard state.queue.isEmpty else { return state.queue.removeFirst() }
            state.ofQueue -= 1
            return nil
        }
        if let next { next.resume() } else { leave() }
    }

    private func leave() {
        let closers = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.inside -= 1
            guard state.inside == 0 else { return [] }
            defer { state.closers = [] }
            return state.closers
        }
        for closer in closers { closer.resume() }
    }
}
