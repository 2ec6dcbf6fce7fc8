package import Foundation
package import Hummingbird
import HTTPTypes
import NIOCore

extension MartletApplication {
    /// The whole body of an answer that goes over no socket.
    package func collect(_ response: Response) async throws -> Data {
        let collected = Collected()
        try await response.body.write(Collector(collected: collected))
        return collected.data
    }

    /// Hands on the body of an answer that goes over no socket, piece by piece.
    package func forward(_ response: Response, to receive: @escaping (Data) throws -> Void) async throws {
        try await response.body.write(Forwarder(receive: receive))
    }
}

/// Written by one task, read after it is done.
private final class Collected {
    var data = Data()
}

private struct Collector: ResponseBodyWriter {
    let collected: Collected

    mutating func write(_ buffer: ByteBuffer) async throws {
        collected.data.append(contentsOf: buffer.readableBytesView)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

private struct Forwarder: ResponseBodyWriter {
    let receive: (Data) throws -> Void

    mutating func write(_ buffer: ByteBuffer) async throws {
        if buffer.readableBytes > 0 { try receive(Data(buffer.readableBytesView)) }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
