import Foundation
import Hummingbird
import HTTPTypes
import NIOCore
import NIOPosix
import Platform

/// So much is gathered before a thread that may wait for the disk is asked to take it.
private let stride = 256 << 10

extension Request {
    /// Hands the body over in pieces, as it arrives, in constant memory. While one piece is written the next one arrives.
    func receive(_ append: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void) async throws {
        var (waiting, count) = ([ByteBuffer](), 0)
        for try await buffer in body {
            waiting.append(buffer)
            count += buffer.readableBytes
            guard count >= stride else { continue }
            let full = waiting
            waiting.removeAll(keepingCapacity: true)
            count = 0
            try await NIOThreadPool.singleton.runIfActive {
                for buffer in full { try buffer.withUnsafeReadableBytes(append) }
            }
        }
        for buffer in waiting { try buffer.withUnsafeReadableBytes(append) }
    }

    /// How many bytes were announced, if any were.
    var announcedLength: Int64? { headers[.contentLength].flatMap(Int64.init) }
}
