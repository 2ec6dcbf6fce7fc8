package import Foundation
import HTTPTypes
import Hummingbird
import MartletServer
import NIOCore

extension TestServer {
    /// Lends the address of this server on a real socket, behind which requests go wrong as `faults` has it.
    ///
    /// Downloads break off after `downloadLimit` bytes when it is not nil, as long as `faults` has some.
    package func listening<Result: Sendable>(
        _ faults: Faults = .none, downloadLimit: Int? = nil, _ body: (URL) async throws -> Result
    ) async throws -> Result {
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let responder = CallbackResponder<SocketContext> { request, context in
            try await respond(to: request, context, faults, downloadLimit)
        }
        let application = Application(
            responder: responder, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in listening.yield(channel.localAddress?.port ?? 0) }, logger: quietLogger())
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            defer { group.cancelAll() }
            var iterator = ports.makeAsyncIterator()
            guard let port = await iterator.next(), let url = URL(string: "http://127.0.0.1:\(port)") else {
                throw CancellationError()
            }
            return try await body(url)
        }
    }

    private func respond(
        to request: Request, _ context: SocketContext, _ faults: Faults, _ downloadLimit: Int?
    ) async throws -> Response {
        // What may not be asked twice is let through: the tests are about what happens after.
        let isCreation = request.uri.path.hasSuffix("/create") || request.uri.path.hasSuffix("/logged-models")
        switch isCreation ? nil : faults.next() {
        case .busy: return Response(status: .serviceUnavailable)
        case .tooMany: return Response(status: .tooManyRequests, headers: [.retryAfter: "0"])
        case .lostBefore: return try await hangUp(context)
        case .lostAfter:
            _ = try await application.respond(to: request)
            return try await hangUp(context)
        case nil: break
        }
        var response = try await application.respond(to: request)
        if let downloadLimit, request.method == .get, request.uri.path.contains("/mlflow-artifacts/artifacts/") {
            let body = response.body
            response.body = ResponseBody { writer in
                try await body.write(LimitedWriter(writer: writer, left: downloadLimit))
            }
        }
        return response
    }
}

/// Closes the connection; the answer goes nowhere.
private func hangUp(_ context: SocketContext) async throws -> Response {
    try await context.channel.close()
    return Response(status: .ok)
}

/// Breaks the connection off after so many bytes.
private struct LimitedWriter: ResponseBodyWriter {
    var writer: any ResponseBodyWriter
    var left: Int

    mutating func write(_ buffer: ByteBuffer) async throws {
        left -= buffer.readableBytes
        guard left >= 0 else { throw CancellationError() }
        try await writer.write(buffer)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws { try await writer.finish(trailingHeaders) }
}

/// Knows the connection, to break it.
private struct SocketContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
