package import Hummingbird
import MartletDomain
import NIOCore
import QueryEngine
import Synchronization

/// Cancels a request that takes too long, and says so, unless it came to its end all the same. What it had committed by
/// then stays committed. Queries of one whose connection has closed are interrupted: nobody waits for what they find. An
/// answer to HEAD leaves here without a body, wherever it was made.
///
/// One task watches all requests: a timer for each would cost more than most answers.
package struct TimeLimitedResponder: HTTPResponder {
    let responder: RouterResponder<MartletContext>
    private let watch: Watch

    init(responder: RouterResponder<MartletContext>, limit: Duration) {
        (self.responder, watch) = (responder, Watch(limit: limit))
    }

    package func respond(to request: Request, context: MartletContext) async throws -> Response {
        let response = try await limited(request, context: context)
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// Interrupts the queries of what came by a connection: its client sends nothing more, and has most likely gone.
    func clientHungUp(_ channel: any Channel) { watch.hangUp(channel) }

    /// Interrupts the queries of all requests, those that are under way and those to come.
    func interruptQueries() { watch.stop() }

    private func watched(_ request: Request, context: MartletContext) async throws -> Response {
        try await withUnsafeCurrentTask { task in
            let queries = QueryInterruption()
            let ticket = watch.begin(
                .init(
                    deadline: .now + watch.limit, task: RunningTask(task), queries: queries,
                    channel: context.isWithinProcess ? nil : context.channel))
            let result: Result<Response, any Error>
            do {
                let response = try await QueryInterruption.$current.withValue(queries) {
                    try await responder.respond(to: request, context: context)
                }
                result = .success(response)
            } catch {
                result = .failure(error)
            }
            let isDone = (try? result.get()).map { $0.status.code < 500 } ?? false
            if watch.end(ticket), !isDone {
                return try errorResponse(.deadlineExceeded, TimeLimitError(limit: watch.limit).message)
            }
            return try result.get()
        }
    }

    private func limited(_ request: Request, context: MartletContext) async throws -> Response {
        // A file takes as long as its sender needs; one that has stopped sending is cut off by the connection's own limit.
        if request.method == .put,
            request.uri.path.contains("/mlflow-artifacts/") || request.uri.path.hasSuffix("/uploads")
        {
            return try await responder.respond(to: request, context: context)
        }
        // A task of its own, so that the connection's goes on when this one is cancelled; a child of it, so that both run
        // in the same place.
        async let response = watched(request, context: context)
        return try await response
    }
}

/// A task that may be cancelled from elsewhere as long as its request is under way: ``Watch`` forgets it before it ends,
/// under the lock by which it cancels.
private struct RunningTask: @unchecked Sendable {
    private let task: UnsafeCurrentTask?

    init(_ task: UnsafeCurrentTask?) { self.task = task }

    func cancel() { task?.cancel() }
}

/// A request that is under way.
private struct WatchedRequest: Sendable {
    var deadline: ContinuousClock.Instant
    var task: RunningTask
    var queries: QueryInterruption
    /// What it came by; nil within the process.
    var channel: (any Channel)?

    /// Whether its connection broke off.
    var isAlone: Bool { channel.map { !$0.isActive } ?? false }

    /// Whether it came by one of these.
    func came(by channels: Set<ObjectIdentifier>) -> Bool {
        channel.map { channels.contains(ObjectIdentifier($0)) } ?? false
    }
}

/// Who is under way, by when they began.
private final class Watch: Sendable {
    private struct State {
        var underWay: [Int: WatchedRequest] = [:]
        var expired: Set<Int> = []
        var isStopping = false
        /// Connections whose clients send nothing more, until they are closed on our side, too.
        var hungUp: Set<ObjectIdentifier> = []
        var next = 0
        var isWatching = false
    }

    let limit: Duration
    private let state = Mutex(State())

    init(limit: Duration) { self.limit = limit }

    func begin(_ request: WatchedRequest) -> Int {
        let (ticket, isFirst, isInterrupted) = state.withLock { state in
            state.next &+= 1
            state.underWay[state.next] = request
            defer { state.isWatching = true }
            return (state.next, !state.isWatching, state.isStopping || request.came(by: state.hungUp))
        }
        if isInterrupted { request.queries.interrupt() }
        if isFirst { Task { await look() } }
        return ticket
    }

    func hangUp(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let requests = state.withLock { state in
            state.hungUp.insert(id)
            return state.underWay.values.filter { $0.came(by: [id]) }
        }
        for request in requests { request.queries.interrupt() }
        // Afterwards, so that what is closed already is forgotten at once.
        channel.closeFuture.whenComplete { [self] _ in state.withLock { _ = $0.hungUp.remove(id) } }
    }

    /// From now on there are no queries.
    func stop() {
        let requests = state.withLock { state in
            state.isStopping = true
            return Array(state.underWay.values)
        }
        for request in requests { request.queries.interrupt() }
    }

    /// - Returns: Whether it was stopped.
    func end(_ ticket: Int) -> Bool {
        state.withLock { state in
            state.underWay[ticket] = nil
            return state.expired.remove(ticket) != nil
        }
    }

    /// Looks every now and then, as long as there are requests.
    private func look() async {
        var isWatching = true
        while isWatching {
            try? await Task.sleep(for: min(limit, .seconds(1)))
            let now = ContinuousClock.now
            for request in state.withLock({ $0.underWay.values.filter(\.isAlone) }) { request.queries.interrupt() }
            isWatching = state.withLock { state in
                for (ticket, request) in state.underWay where request.deadline < now {
                    guard state.expired.insert(ticket).inserted else { continue }
                    request.task.cancel()
                }
                state.isWatching = !state.underWay.isEmpty
                return state.isWatching
            }
        }
    }
}

struct TimeLimitError: MartletError {
    var limit: Duration

    var code: ErrorCode { .deadlineExceeded }
    var message: String {
        "The request took longer than \(limit) and was stopped. Ask for less at once, or look whether the server is busy."
    }
}
