import Synchronization

/// Counts those who read, so that the file is closed after the last has left and nobody enters later.
final class ReadDoor: Sendable {
    private struct State {
        var inside = 0
        var isClosed = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// - Throws: ``StoreError/closed``
    func through<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try state.withLock { state in
            guard !state.isClosed else { throw StoreError.closed }
            state.inside += 1
        }
        defer { leave() }
        return try await body()
    }

    /// Returns when nobody is inside; later ones are refused.
    func close() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                state.isClosed = true
                if state.inside > 0 { state.waiting.append(continuation) }
                return state.inside == 0
            }
            if isEmpty { continuation.resume() }
        }
    }

    private func leave() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.inside -= 1
            guard state.inside == 0 else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
