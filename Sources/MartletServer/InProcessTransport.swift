package import Foundation
import HTTPTypes
import Hummingbird
package import Martlet
import MartletDomain
import NIOCore

/// The same routes as over HTTP, without a socket.
package struct InProcessTransport: Transport {
    private let application: MartletApplication

    /// A file of this machine that a request's body is.
    struct LocalFile: Sendable {
        var url: URL
        var size: Int64
        var progress: (@Sendable (Int64, Int64) -> Void)?
    }

    /// The file that the request being answered sends as its body, for a route that reads it where it lies. Never set for a
    /// request that came over a socket.
    @TaskLocal static var file: LocalFile?

    package init(_ application: MartletApplication) { self.application = application }

    package func send(
        _ request: WireRequest, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws -> WireResponse {
        let response = try await respond(to: request, progress: progress)
        return WireResponse(response, body: try await application.collect(response))
    }

    package func stream(
        _ request: WireRequest, receive: @escaping @Sendable (WireResponse, Data) throws -> Void
    ) async throws -> WireResponse {
        let response = try await respond(to: request, progress: nil)
        guard (200..<300).contains(response.status.code) else {
            return WireResponse(response, body: try await application.collect(response))
        }
        let head = WireResponse(response, body: Data())
        try await application.forward(response) { try receive(head, $0) }
        return head
    }

    private func respond(
        to request: WireRequest, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws -> Response {
        guard let method = HTTPRequest.Method(rawValue: request.method) else {
            throw InvalidRequest("'\(request.method)' is not an HTTP method.")
        }
        var head = HTTPRequest(method: method, scheme: "http", authority: "localhost", path: request.path)
        for (name, value) in request.headers {
            if let name = HTTPField.Name(name) { head.headerFields[name] = value }
        }
        var file: LocalFile?
        if case .file(let url) = request.body {
            let size = try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int64 ?? 0
            file = LocalFile(url: url, size: size, progress: progress)
        }
        let body = try body(request.body, progress: progress)
        return try await Self.$file.withValue(file) {
            try await application.respond(to: Request(head: head, body: body))
        }
    }

    private func body(
        _ body: WireRequest.Body, progress: (@Sendable (Int64, Int64) -> Void)?
    ) throws -> RequestBody {
        switch body {
        case .none: return RequestBody(buffer: ByteBuffer())
        case .bytes(let data):
            progress?(Int64(data.count), Int64(data.count))
            return RequestBody(buffer: ByteBuffer(bytes: data))
        case .file(let file):
            let total = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int64 ?? 0
            return RequestBody(asyncSequence: FileChunks(file: file, total: total, progress: progress))
        }
    }
}

extension WireResponse {
    fileprivate init(_ response: Response, body: Data) {
        var headers: [String: String] = [:]
        for field in response.headers { headers[field.name.canonicalName] = field.value }
        self.init(status: Int(response.status.code), headers: headers, body: body)
    }
}

/// A file in pieces, read as they are asked for.
private struct FileChunks: AsyncSequence, Sendable {
    let file: URL
    let total: Int64
    let progress: (@Sendable (Int64, Int64) -> Void)?

    func makeAsyncIterator() -> Iterator { Iterator(chunks: self) }

    struct Iterator: AsyncIteratorProtocol {
        let chunks: FileChunks
        /// Opened when first read, so that a missing file is an error of the reading.
        var handle: FileHandle?
        var sent: Int64 = 0

        mutating func next() async throws -> ByteBuffer? {
            let opened = try handle ?? FileHandle(forReadingFrom: chunks.file)
            handle = opened
            guard let data = try opened.read(upToCount: 1 << 18), !data.isEmpty else { return nil }
            sent += Int64(data.count)
            chunks.progress?(sent, chunks.total)
            return ByteBuffer(bytes: data)
        }
    }
}
