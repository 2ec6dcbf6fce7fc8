import Dispatch
import Foundation
import MartletDomain
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Asks the system for the addresses of a host.
enum HostLookup {
    /// How many at once, since each takes a thread that nobody can stop.
    private static let most = 16
    private static let underWay = Mutex(0)
    private static let seconds = 5

    /// - Throws: ``WebhookError/unresolved(_:)`` when there are none, or they are not known in time.
    static func addresses(of host: String) async throws -> [NetworkAddress] {
        let isTurn = underWay.withLock { count in
            guard count < most else { return false }
            count += 1
            return true
        }
        guard isTurn else {
            throw WebhookError.unresolved("Too many hostnames are being resolved; ask again.")
        }
        return try await withCheckedThrowingContinuation { continuation in
            let answer = FirstAnswer(continuation)
            Thread {
                answer.give(Result { try lookUp(host) })
                underWay.withLock { $0 -= 1 }
            }.start()
            DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) {
                let problem = "The webhook URL's hostname '\(host)' was not resolved within \(seconds) seconds."
                answer.give(.failure(WebhookError.unresolved(problem)))
            }
        }
    }

    /// Hands over what comes first.
    private final class FirstAnswer: Sendable {
        private let waiter: Mutex<CheckedContinuation<[NetworkAddress], any Error>?>

        init(_ waiter: CheckedContinuation<[NetworkAddress], any Error>) { self.waiter = Mutex(waiter) }

        func give(_ result: Result<[NetworkAddress], any Error>) {
            let waiter = waiter.withLock { waiter in
                defer { waiter = nil }
                return waiter
            }
            waiter?.resume(with: result)
        }
    }

    private static func lookUp(_ host: String) throws -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            let reason = gai_strerror(code).map { String(cString: $0) } ?? "error \(code)"
            throw WebhookError.unresolved("Cannot resolve the webhook URL's hostname '\(host)': \(reason)")
        }
        defer { freeaddrinfo(list) }
        var found: [NetworkAddress] = []
        var next = list
        while let entry = next?.pointee {
            if let address = entry.networkAddress, !found.contains(address) { found.append(address) }
            next = entry.ai_next
        }
        return found
    }
}

extension addrinfo {
    fileprivate var networkAddress: NetworkAddress? {
        guard let ai_addr else { return nil }
        switch ai_family {
        case AF_INET:
            guard ai_addrlen >= MemoryLayout<sockaddr_in>.size else { return nil }
            let address = ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_addr }
            return NetworkAddress(withUnsafeBytes(of: address) { Array($0) })
        case AF_INET6:
            guard ai_addrlen >= MemoryLayout<sockaddr_in6>.size else { return nil }
            let address = ai_addr.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { $0.pointee.sin6_addr }
            return NetworkAddress(withUnsafeBytes(of: address) { Array($0) })
        default: return nil
        }
    }
}
