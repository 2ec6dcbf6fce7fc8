import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The requests under way over one session.
///
/// Foundation streams an answer, in constant memory, only to a session's delegate; so there is one for all of them.
final class HTTPExchanges: Sendable {
    private let session: URLSession
    private let delegate = Delegate()

    init(timeout: Duration, connections: Int) {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = max(1, timeout.inSeconds)
        configuration.httpMaximumConnectionsPerHost = connections
        configuration.urlCache = nil
        configuration.urlCredentialStorage = nil
        configuration.httpShouldSetCookies = false
        session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: nil)
    }

    deinit { session.finishTasksAndInvalidate() }

    /// - Throws: `URLError`, `CancellationError`, and what the exchange's receiver throws.
    func perform(
        _ request: URLRequest, body: WireRequest.Body, _ exchange: HTTPExchange
    ) async throws -> WireResponse {
        try Task.checkCancellation()
        let task: URLSessionTask =
            switch body {
            case .none: session.dataTask(with: request)
            case .bytes(let data): session.uploadTask(with: request, from: data)
            case .file(let file): session.uploadTask(with: request, fromFile: file)
            }
        delegate.add(exchange, task)
        defer { delegate.remove(task) }
        return try await withTaskCancellationHandler {
            task.resume()
            return try await exchange.outcome()
        } onCancel: {
            exchange.finish(.failure(CancellationError()))
            task.cancel()
        }
    }

    private final class Delegate: NSObject, URLSessionDataDelegate {
        private let exchanges = Mutex<[Int: HTTPExchange]>([:])

        func add(_ exchange: HTTPExchange, _ task: URLSessionTask) {
            exchanges.withLock { $0[task.taskIdentifier] = exchange }
        }
        func remove(_ task: URLSessionTask) { exchanges.withLock { _ = $0.removeValue(forKey: task.taskIdentifier) } }
        private subscript(task: URLSessionTask) -> HTTPExchange? { exchanges.withLock { $0[task.taskIdentifier] } }

        func urlSession(
            _ session: URLSession, task: URLSessionTask, didSendBodyData bytesSent: Int64, totalBytesSent: Int64,
            totalBytesExpectedToSend: Int64
        ) {
            self[task]?.progress?(totalBytesSent, totalBytesExpectedToSend)
        }

        func urlSession(
            _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
            completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
        ) {
            self[dataTask]?.begin(response)
            completionHandler(.allow)
        }

        func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
            if self[dataTask]?.take(data) == false { dataTask.cancel() }
        }

        /// A client holds its token already, so whoever asks for another is told no: the answer is the 401 itself.
        func urlSession(
            _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
            completionHandler: @escaping (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
        ) {
            guard let refusal = challenge.failureResponse else {
                return completionHandler(.performDefaultHandling, nil)
            }
            self[task]?.begin(refusal)
            self[task]?.complete(nil)
            completionHandler(.cancelAuthenticationChallenge, nil)
        }

        func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
            self[task]?.complete(error)
        }
    }
}

/// One request and what came of it so far.
final class HTTPExchange: Sendable {
    typealias Receive = @Sendable (WireResponse, Data) throws -> Void

    let progress: (@Sendable (Int64, Int64) -> Void)?
    private let receive: Receive?
    private let state = Mutex(State())

    private struct State {
        var response = WireResponse(status: 0, body: Data())
        var outcome: Result<WireResponse, any Error>?
        var waiter: CheckedContinuation<WireResponse, any Error>?
    }

    init(progress: (@Sendable (Int64, Int64) -> Void)?, receive: Receive?) {
        (self.progress, self.receive) = (progress, receive)
    }

    func outcome() async throws -> WireResponse {
        try await withCheckedThrowingContinuation { waiter in
            let outcome = state.withLock { state in
                if state.outcome == nil { state.waiter = waiter }
                return state.outcome
            }
            if let outcome { waiter.resume(with: outcome) }
        }
    }

    /// Says how it ended; only the first word counts.
    func finish(_ outcome: Result<WireResponse, any Error>) {
        let waiter = state.withLock { state in
            guard state.outcome == nil else { return nil as CheckedContinuation<WireResponse, any Error>? }
            state.outcome = outcome
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(with: outcome)
    }

    func begin(_ response: URLResponse) {
        guard let response = response as? HTTPURLResponse else { return }
        var headers: [String: String] = [:]
        for (name, value) in response.allHeaderFields { headers["\(name)".lowercased()] = "\(value)" }
        let head = WireResponse(status: response.statusCode, headers: headers, body: Data())
        state.withLock { $0.response = head }
    }

    /// Takes the next bytes of the body. Called by one thread at a time, in order.
    /// - Returns: Whether more of it is wanted.
    func take(_ data: Data) -> Bool {
        let (head, isOver) = state.withLock { state in
            guard state.outcome == nil else { return (nil as WireResponse?, true) }
            guard receive != nil, state.response.isGood else {
                state.response.body.append(data)
                return (nil, false)
            }
            return (state.response, false)
        }
        guard !isOver else { return false }
        guard let head, let receive else { return true }
        do {
            try receive(head, data)
            return true
        } catch {
            finish(.failure(error))
            return false
        }
    }

    func complete(_ error: (any Error)?) {
        if let error { return finish(.failure(error)) }
        let response = state.withLock { $0.response }
        finish(response.status == 0 ? .failure(URLError(.badServerResponse)) : .success(response))
    }
}
