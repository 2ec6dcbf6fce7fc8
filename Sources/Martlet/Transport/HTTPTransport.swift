public import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Talks to a server over HTTP.
public struct HTTPTransport: Transport {
    public let server: URL
    private let timeout: Duration
    /// For GET and HEAD, over connections that are kept.
    private let reading: HTTPExchanges
    /// How many changes may be under way at once.
    private let places: Places

    /// - Parameters:
    ///   - server: Such as `http://127.0.0.1:5000`; a path is kept, for a server behind a proxy.
    ///   - timeout: How long a connection may be silent before the request is given up, unless the request says.
    ///   - connections: How many requests may be under way at once; others wait their turn.
    public init(server: URL, timeout: Duration = .seconds(120), connections: Int = 64) {
        (self.server, self.timeout) = (server, timeout)
        reading = HTTPExchanges(timeout: timeout, connections: connections)
        places = Places(connections)
    }

    public func send(
        _ request: WireRequest, progress: (@Sendable (Int64, Int64) -> Void)? = nil
    ) async throws -> WireResponse {
        try await ask(request, progress: progress, receive: nil)
    }

    public func stream(
        _ request: WireRequest, receive: @escaping @Sendable (WireResponse, Data) throws -> Void
    ) async throws -> WireResponse {
        try await ask(request, progress: nil, receive: receive)
    }

    private func ask(
        _ request: WireRequest, progress: (@Sendable (Int64, Int64) -> Void)?, receive: HTTPExchange.Receive?
    ) async throws -> WireResponse {
        let base = server.absoluteString
        guard let url = URL(string: (base.hasSuffix("/") ? String(base.dropLast()) : base) + request.path) else {
            throw ClientError.unreachable(base, reason: "'\(request.path)' is not a path")
        }
        if case .file(let file) = request.body, !FileManager.default.isReadableFile(atPath: file.path) {
            throw CocoaError(.fileReadNoSuchFile, userInfo: [NSFilePathErrorKey: file.path])
        }
        var wire = URLRequest(url: url)
        wire.httpMethod = request.method
        for (name, value) in request.headers { wire.setValue(value, forHTTPHeaderField: name) }
        let isReading = ["GET", "HEAD"].contains(request.method)
        if !isReading { wire.setValue("close", forHTTPHeaderField: "Connection") }
        let timeout = request.timeout ?? timeout
        // Foundation counts in whole seconds on Linux, and takes zero for none.
        wire.timeoutInterval = max(1, timeout.inSeconds.rounded(.up))
        do {
            let exchange = HTTPExchange(progress: progress, receive: receive)
            if isReading { return try await reading.perform(wire, body: request.body, exchange) }
            // libcurl, beneath Foundation on Linux, sends a request again by itself when a kept connection turns out to
            // be dead: even a change that must not be made twice; and without its body, for which the server then
            // waits. So each change gets a connection of its own, which only a session of its own ensures.
            return try await places.taken {
                try await HTTPExchanges(timeout: timeout, connections: 1)
                    .perform(wire, body: request.body, exchange)
            }
        } catch let error as URLError {
            throw ClientError(error, server: base, timeout: timeout)
        }
    }
}

extension ClientError {
    /// - Parameter timeout: How long the connection was allowed to be silent.
    fileprivate init(_ error: URLError, server: String, timeout: Duration) {
        let words = error.localizedDescription
        switch error.code {
        // Of some faults of a certificate libcurl, beneath Foundation on Linux, says only in words what they are.
        case _ where words.hasPrefix("SSL certificate problem") || words.hasPrefix("SSL: no alternative certificate"),
            .serverCertificateUntrusted, .serverCertificateHasBadDate, .serverCertificateNotYetValid,
            .serverCertificateHasUnknownRoot:
            self = .untrusted(server, reason: words)
        case .timedOut: self = .timedOut(server, after: timeout)
        case .cannotConnectToHost, .cannotFindHost, .dnsLookupFailed, .badURL, .unsupportedURL,
            .secureConnectionFailed, .notConnectedToInternet:
            self = .unreachable(server, reason: words)
        default: self = .interrupted(server, reason: words)
        }
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
