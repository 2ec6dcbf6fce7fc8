import Foundation
import MartletDomain
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Asks receivers, and nobody that the workspace does not let it ask.
///
/// The addresses of a host are looked up before each request. Plain HTTP then goes to the very address that was looked
/// at; over HTTPS a host that answers otherwise the second time lacks the certificate, and is told nothing. Redirects
/// are not followed.
final class WebhookSender: Sendable {
    private let settings: WebhookSettings
    private let timeout: Duration
    private let delegate = Delegate()
    private let session: URLSession

    /// How much of an answer is kept, in bytes.
    private static let longestAnswer = 16_384

    init(settings: WebhookSettings, timeout: Duration) {
        (self.settings, self.timeout) = (settings, timeout)
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = max(1, TimeInterval(timeout.components.seconds))
        configuration.urlCache = nil
        configuration.urlCredentialStorage = nil
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: nil)
    }

    deinit { session.invalidateAndCancel() }

    /// Whether a URL may be asked, as far as can be said now.
    /// - Throws: ``WebhookError/invalid(_:)`` when it may not.
    func check(_ url: String) async throws {
        let address = try WebhookAddress(url, settings)
        if !settings.allowPrivate { _ = try await place(of: address) }
    }

    /// - Returns: Where to ask: an IP address for plain HTTP.
    private func place(of address: WebhookAddress) async throws -> URL {
        let found = try await HostLookup.addresses(of: address.host)
        guard let first = found.first else {
            throw WebhookError.invalid(["The webhook URL's hostname '\(address.host)' has no address."])
        }
        if !settings.allowPrivate, let closed = found.first(where: { !$0.isPublic }) {
            throw WebhookError.invalid([
                "The webhook URL must not lead to a non-public IP address. '\(address.host)' resolves to \(closed). "
                    + "(martlet.yaml, webhooks: allow_private, allows it.)"
            ])
        }
        let text = address.scheme == "http" ? address.url(at: "\(first)") : address.url()
        guard let place = URL(string: text) else { throw WebhookError.invalid(["Invalid webhook URL: \(text)"]) }
        return place
    }

    /// Posts a JSON body once. What goes wrong is in the answer.
    func post(_ body: String, to url: String, headers: [String: String]) async -> WebhookAnswer {
        let request: URLRequest
        do {
            let address = try WebhookAddress(url, settings)
            var made = URLRequest(url: try await place(of: address))
            made.httpMethod = "POST"
            made.setValue("application/json", forHTTPHeaderField: "Content-Type")
            made.setValue("Martlet/\(Platform.version)", forHTTPHeaderField: "User-Agent")
            made.setValue(address.authority, forHTTPHeaderField: "Host")
            if let credentials = address.credentials {
                let encoded = Data(credentials.utf8).base64EncodedString()
                made.setValue("Basic \(encoded)", forHTTPHeaderField: "Authorization")
            }
            for (name, value) in headers { made.setValue(value, forHTTPHeaderField: name) }
            request = made
        } catch WebhookError.unresolved(let problem) {
            return WebhookAnswer(error: problem)
        } catch let error as any MartletError {
            return .refused(error.message)
        } catch {
            return WebhookAnswer(error: "\(error)")
        }
        return await send(request, Data(body.utf8))
    }

    private func send(_ request: URLRequest, _ body: Data) async -> WebhookAnswer {
        let task = session.uploadTask(with: request, from: body)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                delegate.begin(task, Exchange(continuation, limit: Self.longestAnswer))
                // Also whoever sends a byte now and then has no longer.
                let seconds = Double(timeout.components.seconds) + Double(timeout.components.attoseconds) * 1e-18
                DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [delegate] in
                    delegate.end(task, WebhookAnswer(error: "No answer within \(seconds) seconds."))
                }
                if Task.isCancelled { return delegate.end(task, WebhookAnswer(error: "Cancelled.")) }
                task.resume()
            }
        } onCancel: {
            delegate.end(task, WebhookAnswer(error: "Cancelled."))
        }
    }

    /// One request under way.
    private struct Exchange {
        let continuation: CheckedContinuation<WebhookAnswer, Never>
        let limit: Int
        var response: HTTPURLResponse?
        var body = Data()

        init(_ continuation: CheckedContinuation<WebhookAnswer, Never>, limit: Int) {
            (self.continuation, self.limit) = (continuation, limit)
        }

        var answer: WebhookAnswer? {
            response.map { response in
                WebhookAnswer(
                    status: response.statusCode, body: String(decoding: body, as: UTF8.self),
                    retryAfter: response.value(forHTTPHeaderField: "Retry-After").flatMap(Duration.init(retryAfter:)))
            }
        }
    }

    private final class Delegate: NSObject, URLSessionDataDelegate {
        private let exchanges = Mutex<[Int: Exchange]>([:])

        func begin(_ task: URLSessionTask, _ exchange: Exchange) {
            exchanges.withLock { $0[task.taskIdentifier] = exchange }
        }

        /// Hands over the answer, once; what was received counts more than `otherwise`.
        func end(_ task: URLSessionTask, _ otherwise: WebhookAnswer) {
            let exchange = exchanges.withLock { $0.removeValue(forKey: task.taskIdentifier) }
            guard let exchange else { return }
            exchange.continuation.resume(returning: exchange.answer ?? otherwise)
            task.cancel()
        }

        private func note(_ response: URLResponse?, _ task: URLSessionTask) {
            guard let response = response as? HTTPURLResponse else { return }
            exchanges.withLock { $0[task.taskIdentifier]?.response = response }
        }

        func urlSession(
            _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
            newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
        ) {
            note(response, task)
            completionHandler(nil)
            end(task, WebhookAnswer(error: "Redirected."))
        }

        func urlSession(
            _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
            completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
        ) {
            guard let refusal = challenge.failureResponse else {
                return completionHandler(.performDefaultHandling, nil)
            }
            note(refusal, task)
            completionHandler(.cancelAuthenticationChallenge, nil)
            end(task, WebhookAnswer(error: "Not authenticated."))
        }

        func urlSession(
            _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
            completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
        ) {
            note(response, dataTask)
            completionHandler(.allow)
        }

        func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
            let isEnough = exchanges.withLock { exchanges in
                guard var exchange = exchanges[dataTask.taskIdentifier] else { return false }
                exchange.body.append(data.prefix(exchange.limit - exchange.body.count))
                exchanges[dataTask.taskIdentifier] = exchange
                return exchange.body.count >= exchange.limit
            }
            if isEnough { end(dataTask, WebhookAnswer(error: "Too long an answer.")) }
        }

        func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
            note(task.response, task)
            end(task, WebhookAnswer(error: error.map { $0.localizedDescription } ?? "No answer."))
        }
    }
}

extension Duration {
    /// Seconds, or a moment as HTTP writes it.
    fileprivate init?(retryAfter text: String) {
        let text = text.trimmingCharacters(in: .whitespaces)
        if let seconds = Int64(text) {
            guard (0...1_000_000).contains(seconds) else { return nil }
            self = .seconds(seconds)
            return
        }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let date = formatter.date(from: text) else { return nil }
        self = .seconds(max(0, min(1_000_000, date.timeIntervalSinceNow)))
    }
}
