package import Martlet
package import Foundation
import Synchronization

/// What goes wrong with a request on its way.
package enum Fault: Sendable, CaseIterable {
    /// The server says that it is busy.
    case busy
    /// Somebody on the way asks for less.
    case tooMany
    /// The connection breaks before the server has the request.
    case lostBefore
    /// The connection breaks after the server has done what was asked.
    case lostAfter
}

/// Deals faults out at random, told all by a seed.
package final class Faults: Sendable {
    private let state: Mutex<(random: SplitMix, count: Int)>
    private let percentage: Int

    /// - Parameter percentage: How many of a hundred requests go wrong.
    package init(seed: UInt64, percentage: Int) {
        state = Mutex((SplitMix(seed: seed), 0))
        self.percentage = percentage
    }

    /// Nothing goes wrong.
    package static var none: Faults { Faults(seed: 0, percentage: 0) }

    /// How many there were so far.
    package var count: Int { state.withLock(\.count) }

    package func next() -> Fault? {
        state.withLock { state in
            guard Int.random(in: 0..<100, using: &state.random) < percentage else { return nil }
            state.count += 1
            return Fault.allCases.randomElement(using: &state.random)
        }
    }
}

/// A transport on which requests that may be sent again go wrong at random.
package struct FlakyTransport: Transport {
    private let transport: any Transport
    private let faults: Faults

    package init(_ transport: any Transport, _ faults: Faults) { (self.transport, self.faults) = (transport, faults) }

    package func send(
        _ request: WireRequest, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws -> WireResponse {
        guard request.isIdempotent else { return try await transport.send(request, progress: progress) }
        switch faults.next() {
        case .busy: return WireResponse(status: 503, body: Data("busy".utf8))
        case .tooMany: return WireResponse(status: 429, headers: ["retry-after": "0"], body: Data())
        case .lostBefore: throw ClientError.interrupted("test", reason: "before")
        case .lostAfter:
            _ = try await transport.send(request, progress: progress)
            throw ClientError.interrupted("test", reason: "after")
        case nil: return try await transport.send(request, progress: progress)
        }
    }
}

/// A transport that can be held up, and remembers what went over it.
package final class WatchedTransport: Transport {
    private struct State {
        var requests: [WireRequest] = []
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let transport: any Transport
    private let state = Mutex(State())

    package init(_ transport: any Transport) { self.transport = transport }

    /// What was sent, in order.
    package var requests: [WireRequest] { state.withLock(\.requests) }

    /// The bodies of the requests to paths that end like this, in order.
    package func bodies(to ending: String) -> [Data] {
        requests.filter { $0.path.hasSuffix(ending) }.compactMap { request in
            if case .bytes(let data) = request.body { data } else { nil }
        }
    }

    /// Keeps back batches of entries that are sent from now on.
    package func hold() { state.withLock { $0.isHeld = true } }

    /// Lets everything pass that was kept back, and what comes.
    package func release() {
        let held = state.withLock { state in
            state.isHeld = false
            defer { state.held = [] }
            return state.held
        }
        for one in held { one.resume() }
    }

    package func send(
        _ request: WireRequest, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws -> WireResponse {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                state.requests.append(request)
                guard state.isHeld, request.path.hasSuffix("log-batch") else { return false }
                state.held.append(continuation)
                return true
            }
            if !mustWait { continuation.resume() }
        }
        return try await transport.send(request, progress: progress)
    }

    package func stream(
        _ request: WireRequest, receive: @escaping @Sendable (WireResponse, Data) throws -> Void
    ) async throws -> WireResponse {
        state.withLock { $0.requests.append(request) }
        return try await transport.stream(request, receive: receive)
    }
}
