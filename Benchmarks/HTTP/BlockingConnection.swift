import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A connection that is kept alive and waits: one request, then its answer. Made for measuring, so that the measuring
/// costs little beside the server on the same processor.
///
/// It belongs to one thread.
final class BlockingConnection {
    private let address: ServerAddress
    private var socketHandle: Int32 = -1
    private var buffer = [UInt8](repeating: 0, count: 256 << 10)
    /// What was received and not yet used.
    private var (begin, end) = (0, 0)
    /// Whether the connection is of no use after this answer.
    private var mustClose = false

    /// How long to wait for the next part of an answer, in seconds.
    private let patience: Int

    init(_ address: ServerAddress, patience: Int = 600) { (self.address, self.patience) = (address, patience) }

    deinit { if socketHandle >= 0 { close(socketHandle) } }

    /// Sends a request, and gives its answer.
    ///
    /// A server may close a connection that was idle, so a first failure on a kept connection is tried again on a new one
    /// when nothing of an answer came.
    func ask(_ request: [UInt8], isRepeatable: Bool = true, isHead: Bool = false) throws(ConnectionError) -> Answer {
        var body: [UInt8] = []
        let status = try ask(request, isRepeatable: isRepeatable, isHead: isHead) { body.append(contentsOf: $0) }
        return Answer(status: status, body: body)
    }

    /// Sends a request, and hands over the parts of its answer's body as they come.
    /// - Returns: The status.
    func ask(
        _ request: [UInt8], isRepeatable: Bool = true, isHead: Bool = false, _ use: (UnsafeRawBufferPointer) -> Void
    ) throws(ConnectionError) -> Int {
        let wasOpen = socketHandle >= 0
        mustClose = false
        do throws(ConnectionError) {
            try open()
            // A server may refuse a body before it has all of it, and say so.
            do { try send(request) } catch { mustClose = true }
            return try receive(isHead: isHead, use)
        } catch {
            disconnect()
            guard wasOpen, isRepeatable, case .closed(0) = error else { throw error }
            return try ask(request, isRepeatable: false, isHead: isHead, use)
        }
    }

    /// Sends bytes that need not be a request, and no more after them.
    /// - Returns: The status of the first answer, if one came before the connection ended.
    func send(nonsense bytes: [UInt8]) throws(ConnectionError) -> Int? {
        disconnect()
        try open()
        defer { disconnect() }
        do {
            try send(bytes)
            shutdown(socketHandle, Int32(SHUT_WR))
            return try receive { _ in }
        } catch {
            return nil
        }
    }

    /// Sends a head, then `count` times the block, and gives the answer.
    func upload(head: [UInt8], block: [UInt8], count: Int) throws(ConnectionError) -> Answer {
        do throws(ConnectionError) {
            try open()
            try send(head)
            for _ in 0..<count { try send(block) }
            var body: [UInt8] = []
            let status = try receive { body.append(contentsOf: $0) }
            return Answer(status: status, body: body)
        } catch {
            disconnect()
            throw error
        }
    }

    func disconnect() {
        if socketHandle >= 0 { close(socketHandle) }
        (socketHandle, begin, end) = (-1, 0, 0)
    }

    private func open() throws(ConnectionError) {
        guard socketHandle < 0 else { return }
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        let handle = socket(AF_INET, kind, 0)
        guard handle >= 0 else { throw .notOpened(errno) }
        var (one, patience) = (Int32(1), timeval(tv_sec: patience, tv_usec: 0))
        setsockopt(handle, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = address.port.bigEndian
        guard inet_pton(AF_INET, address.host == "localhost" ? "127.0.0.1" : address.host, &target.sin_addr) == 1 else {
            close(handle)
            throw .notOpened(EINVAL)
        }
        let result = withUnsafePointer(to: &target) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let reason = errno
            close(handle)
            throw .notOpened(reason)
        }
        (socketHandle, begin, end) = (handle, 0, 0)
    }

    private func send(_ bytes: [UInt8]) throws(ConnectionError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { all in
                all.baseAddress.map { write(socketHandle, $0 + sent, bytes.count - sent) } ?? 0
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .closed(received: 0) }
            sent += count
        }
    }

    /// Reads one answer: its length is known, comes in chunks, or ends with the connection.
    private func receive(
        isHead: Bool = false, _ use: (UnsafeRawBufferPointer) -> Void
    ) throws(ConnectionError) -> Int {
        var head = try line()
        guard head.starts(with: Self.version), head.count >= 12, let status = Int(Self.text(head[9..<12])) else {
            throw .notHTTP(Self.text(head[...].prefix(80)))
        }
        var (length, isChunked) = (Int?.none, false)
        while true {
            head = try line()
            if head.isEmpty { break }
            guard let colon = head.firstIndex(of: UInt8(ascii: ":")) else { throw .notHTTP(Self.text(head[...])) }
            switch Self.text(head[..<colon]).lowercased() {
            case "content-length": length = Int(Self.value(head, after: colon))
            case "transfer-encoding": isChunked = Self.value(head, after: colon).lowercased() == "chunked"
            case "connection": mustClose = mustClose || Self.value(head, after: colon).lowercased() == "close"
            default: break
            }
        }
        if status == 100 { return try receive(isHead: isHead, use) }
        if isHead || status == 204 || status == 304 {
            // Their lengths tell of bodies that do not come. What came is handed over, to be seen as the error that it is.
            if end > begin { try take(end - begin, use) }
        } else if isChunked {
            while true {
                let size = Self.text(try line().prefix { $0 != UInt8(ascii: ";") })
                guard let count = Int(size, radix: 16) else { throw .notHTTP("chunk of \(size)") }
                if count == 0 { break }
                try take(count, use)
                _ = try line()
            }
            while !(try line()).isEmpty {}
        } else if let length {
            try take(length, use)
        } else {
            mustClose = true
            while true {
                do { try take(1, use) } catch { break }
            }
        }
        if mustClose { disconnect() }
        return status
    }

    private static let version = Array("HTTP/1.".utf8)

    private static func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func value(_ head: [UInt8], after colon: Int) -> String {
        text(head[(colon + 1)...]).trimmingCharacters(in: .whitespaces)
    }

    /// The bytes up to the next CRLF, without it.
    private func line() throws(ConnectionError) -> [UInt8] {
        var searched = begin
        while true {
            if let newline = buffer[searched..<end].firstIndex(of: UInt8(ascii: "\n")) {
                defer { begin = newline + 1 }
                let isCRLF = newline > begin && buffer[newline - 1] == UInt8(ascii: "\r")
                return Array(buffer[begin..<(isCRLF ? newline - 1 : newline)])
            }
            let known = end - begin
            try fill()
            searched = begin + known
        }
    }

    private func take(_ count: Int, _ use: (UnsafeRawBufferPointer) -> Void) throws(ConnectionError) {
        var missing = count
        while missing > 0 {
            if begin == end { try fill() }
            let part = min(missing, end - begin)
            buffer.withUnsafeBytes { use(UnsafeRawBufferPointer(rebasing: $0[begin..<(begin + part)])) }
            (begin, missing) = (begin + part, missing - part)
        }
    }

    private func fill() throws(ConnectionError) {
        var one = Int32(1)
        if begin == end {
            (begin, end) = (0, 0)
        } else if end == buffer.count {
            guard begin > 0 else { throw .notHTTP("a line of \(end) bytes") }
            buffer.replaceSubrange(0..<(end - begin), with: Array(buffer[begin..<end]))
            (begin, end) = (0, end - begin)
        }
        while true {
            let (handle, free) = (socketHandle, buffer.count - end)
            #if os(Linux)
                // A server that sends an answer in two parts waits for our acknowledgement in between, some of them for 40 ms.
                // That is theirs to mend, and not what is measured.
                setsockopt(handle, Int32(IPPROTO_TCP), TCP_QUICKACK, &one, socklen_t(MemoryLayout<Int32>.size))
            #endif
            let count = buffer.withUnsafeMutableBytes { bytes in
                bytes.baseAddress.map { read(handle, $0 + end, free) } ?? 0
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .closed(received: end - begin) }
            end += count
            return
        }
    }
}
