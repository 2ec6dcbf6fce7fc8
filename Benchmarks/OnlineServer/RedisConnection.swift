import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A connection to Redis that waits: some commands at once, then all of their replies. Made like ``BlockingConnection``, so
/// that the two measure the servers and not themselves.
final class RedisConnection {
    private let port: UInt16
    private var socketHandle: Int32 = -1
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    init(port: UInt16) { self.port = port }

    deinit { if socketHandle >= 0 { close(socketHandle) } }

    /// Commands as Redis has them on the wire.
    static func bytes(_ commands: [[String]]) -> [UInt8] {
        Array(
            commands.map { words in
                "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
            }.joined().utf8)
    }

    /// - Returns: How many bytes came.
    @discardableResult
    func ask(_ bytes: [UInt8], replies: Int) throws -> Int {
        try open()
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { all in
                all.baseAddress.map { write(socketHandle, $0 + sent, bytes.count - sent) } ?? 0
            }
            guard count > 0 else { throw ConnectionError.closed(received: 0) }
            sent += count
        }
        var (received, missing, place) = (0, replies, 0)
        while missing > 0 {
            while missing > 0, let next = end(of: place, received) {
                guard buffer[place] != UInt8(ascii: "-") else { throw WrongAnswer("Redis refused a command") }
                (place, missing) = (next, missing - 1)
            }
            if missing == 0 { break }
            if received == buffer.count { buffer += [UInt8](repeating: 0, count: buffer.count) }
            let count = buffer.withUnsafeMutableBytes { all in
                all.baseAddress.map { read(socketHandle, $0 + received, all.count - received) } ?? 0
            }
            guard count > 0 else { throw ConnectionError.closed(received: received) }
            received += count
        }
        return received
    }

    /// Where the reply at `place` ends; nil if it is not there whole.
    private func end(of place: Int, _ received: Int) -> Int? {
        guard let (number, next) = line(place, received) else { return nil }
        switch buffer[place] {
        case UInt8(ascii: "$"): return number < 0 ? next : next + number + 2 <= received ? next + number + 2 : nil
        case UInt8(ascii: "*"):
            var place = next
            for _ in 0..<max(0, number) {
                guard place < received, let next = end(of: place, received) else { return nil }
                place = next
            }
            return place
        default: return next
        }
    }

    private func line(_ place: Int, _ received: Int) -> (number: Int, next: Int)? {
        guard place < received else { return nil }
        var (index, number, sign) = (place + 1, 0, 1)
        while index < received, buffer[index] != UInt8(ascii: "\n") {
            switch buffer[index] {
            case UInt8(ascii: "-"): sign = -1
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number &* 10 &+ Int(buffer[index] - UInt8(ascii: "0"))
            default: break
            }
            index += 1
        }
        return index < received ? (sign * number, index + 1) : nil
    }

    private func open() throws {
        guard socketHandle < 0 else { return }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        #if canImport(Glibc)
            let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let handle = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard handle >= 0, result == 0 else { throw ConnectionError.notOpened(errno) }
        var one = Int32(1)
        setsockopt(handle, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        socketHandle = handle
    }
}

/// Asks Redis for the features of some keys: a hash each, or a text each.
struct RedisClient: FixedRateClient {
    private let connection: RedisConnection
    private let requests: [[UInt8]]
    private let replies: Int
    private var place: Int

    init(_ number: Int, keys: Int, batch: Int, isHash: Bool, port: UInt16) {
        connection = RedisConnection(port: port)
        var random = SplitMix(seed: 7)
        requests = (0..<2_000).map { _ in
            let names = (0..<batch).map { _ in OnlineWorld.name(Int(random.next() % UInt64(keys))) }
            return RedisConnection.bytes(
                isHash ? names.map { ["HMGET", "h:" + $0, "f0", "f1", "f2"] } : [["MGET"] + names.map { "b:" + $0 }])
        }
        replies = isHash ? batch : 1
        place = number * 131
    }

    mutating func ask() throws {
        place = (place + 1) % requests.count
        let bytes = try connection.ask(requests[place], replies: replies)
        guard bytes > 20 else { throw WrongAnswer("Redis answered \(bytes) bytes") }
    }
}
