import Synchronization

/// Stops what one piece of work asks of query engines, from outside its task: whoever asked has gone, or the server stops.
///
/// Its queries throw `CancellationError`, those under way and those to come. The task itself is not cancelled: what ends
/// well in its own way still does, and what is committed is recorded.
package final class QueryInterruption: Sendable {
    /// That of the work that the current task is part of.
    @TaskLocal package static var current: QueryInterruption?

    private struct State {
        var isInterrupted = false
        var sessions: [ObjectIdentifier: SessionCancellation] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package func interrupt() {
        let sessions = state.withLock { state in
            defer { state.isInterrupted = true }
            return state.isInterrupted ? [] : Array(state.sessions.values)
        }
        for session in sessions { session.cancel() }
    }

    func begin(_ session: SessionCancellation) throws {
        let isInterrupted = state.withLock { state in
            if !state.isInterrupted { state.sessions[ObjectIdentifier(session)] = session }
            return state.isInterrupted
        }
        if isInterrupted { throw CancellationError() }
    }

    func end(_ session: SessionCancellation) {
        state.withLock { $0.sessions[ObjectIdentifier(session)] = nil }
    }
}
