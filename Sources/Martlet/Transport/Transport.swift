public import Foundation

/// A request as it goes over the wire.
public struct WireRequest: Sendable {
    public enum Body: Sendable {
        case none
        case bytes(Data)
        /// A file, sent as it lies without being read into memory.
        case file(URL)
    }

    public var method: String
    /// Begins with `/`; percent-encoded, with the query.
    public var path: String
    public var headers: [String: String]
    public var body: Body
    /// Whether asking twice does what asking once does, so that the request may be sent again when its answer was lost.
    public var isIdempotent: Bool
    /// How long the connection may be silent before the request is given up; nil leaves it to the transport.
    public var timeout: Duration?

    /// - Parameter isIdempotent: nil means: as HTTP has it, everything but POST and PATCH.
    public init(
        method: String, path: String, headers: [String: String] = [:], body: Body = .none, isIdempotent: Bool? = nil,
        timeout: Duration? = nil
    ) {
        (self.method, self.path, self.headers, self.body) = (method, path, headers, body)
        self.isIdempotent = isIdempotent ?? !["POST", "PATCH"].contains(method)
        self.timeout = timeout
    }
}

public struct WireResponse: Sendable {
    public var status: Int
    /// By names in lower case.
    public var headers: [String: String]
    public var body: Data

    public init(status: Int, headers: [String: String] = [:], body: Data) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    var isGood: Bool { (200..<300).contains(status) }
}

/// How a client reaches Martlet: over HTTP, or within the process that has the workspace open.
///
/// A transport sends each request once; ``RetryPolicy`` decides whether it is sent again.
public protocol Transport: Sendable {
    /// Sends a request and gives the whole answer.
    ///
    /// - Parameter progress: Called with the bytes of a body sent so far and in all.
    /// - Throws: ``ClientError/unreachable(_:reason:)`` when nothing was sent, ``ClientError/interrupted(_:reason:)``
    ///   or ``ClientError/timedOut(_:after:)`` when the request may have been handled, `CancellationError`.
    func send(_ request: WireRequest, progress: (@Sendable (Int64, Int64) -> Void)?) async throws -> WireResponse

    /// Sends a request and hands on the body of a good answer piece by piece, in order, as it comes.
    ///
    /// - Parameter receive: Called with the answer's status and headers, and the next bytes; never for an empty body.
    /// - Returns: The answer; its body is empty when it was handed on, and whole when the status is not in 200..<300.
    /// - Throws: As ``send(_:progress:)``, and what `receive` throws.
    func stream(
        _ request: WireRequest, receive: @escaping @Sendable (WireResponse, Data) throws -> Void
    ) async throws -> WireResponse
}

extension Transport {
    public func stream(
        _ request: WireRequest, receive: @escaping @Sendable (WireResponse, Data) throws -> Void
    ) async throws -> WireResponse {
        var response = try await send(request, progress: nil)
        guard response.isGood, !response.body.isEmpty else { return response }
        let body = response.body
        response.body = Data()
        try receive(response, body)
        return response
    }
}
