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

    public init(method: String, path: String, headers: [String: String] = [:], body: Body = .none) {
        (self.method, self.path, self.headers, self.body) = (method, path, headers, body)
    }
}

public struct WireResponse: Sendable {
    public var status: Int
    public var body: Data

    public init(status: Int, body: Data) { (self.status, self.body) = (status, body) }
}

/// How a client reaches Martlet: over HTTP, or within the process that has the workspace open.
public protocol Transport: Sendable {
    /// - Parameter progress: Called with the bytes of a file sent so far and in all.
    func send(_ request: WireRequest, progress: (@Sendable (Int64, Int64) -> Void)?) async throws -> WireResponse
}
