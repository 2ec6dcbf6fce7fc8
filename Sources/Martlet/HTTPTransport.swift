public import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Talks to a server over HTTP.
public struct HTTPTransport: Transport {
    public let server: URL
    private let session: URLSession

    /// - Parameter server: Such as `http://127.0.0.1:5000`; a path is kept, for a server behind a proxy.
    public init(server: URL) {
        self.server = server
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 900
        configuration.httpMaximumConnectionsPerHost = 64
        session = URLSession(configuration: configuration)
    }

    public func send(
        _ request: WireRequest, progress: (@Sendable (Int64, Int64) -> Void)? = nil
    ) async throws -> WireResponse {
        let base = server.absoluteString
        guard let url = URL(string: (base.hasSuffix("/") ? String(base.dropLast()) : base) + request.path) else {
            throw ClientError.unreachable(base, reason: "'\(request.path)' is not a path")
        }
        var wire = URLRequest(url: url)
        wire.httpMethod = request.method
        for (name, value) in request.headers { wire.setValue(value, forHTTPHeaderField: name) }
        do {
            let (data, response) = try await send(request.body, wire, progress)
            return WireResponse(status: (response as? HTTPURLResponse)?.statusCode ?? 0, body: data)
        } catch let error as URLError {
            throw ClientError.unreachable(base, reason: error.localizedDescription)
        }
    }

    private func send(
        _ body: WireRequest.Body, _ request: URLRequest, _ progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws -> (Data, URLResponse) {
        switch body {
        case .none: return try await session.data(for: request)
        case .bytes(let data): return try await session.upload(for: request, from: data)
        case .file(let file):
            return try await session.upload(
                for: request, fromFile: file, delegate: progress.map(UploadProgress.init(report:)))
        }
    }
}

private final class UploadProgress: NSObject, URLSessionTaskDelegate {
    let report: @Sendable (Int64, Int64) -> Void

    init(report: @escaping @Sendable (Int64, Int64) -> Void) { self.report = report }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didSendBodyData bytesSent: Int64, totalBytesSent: Int64,
        totalBytesExpectedToSend: Int64
    ) {
        report(totalBytesSent, totalBytesExpectedToSend)
    }
}
