import Foundation
import HTTPTypes
import Hummingbird
import Logging
package import MartletDomain
import NIOCore
package import Platform
import Synchronization

/// A real HTTP server that takes webhooks, on a port of its own.
package final class WebhookReceiver: Sendable {
    package struct Received: Sendable {
        package var path: String
        /// By their names in lower case.
        package var headers: [String: String]
        package var body: String
    }

    private struct State {
        var received: [Received] = []
        var answers: [Int]
        var isHeld = false
        var port = 0
    }

    private let state: Mutex<State>

    private init(answers: [Int]) { state = Mutex(State(answers: answers)) }

    package var received: [Received] { state.withLock { $0.received } }
    package var url: String { "http://127.0.0.1:\(state.withLock { $0.port })/hook" }

    /// Lets requests wait for their answer, or go on.
    package func hold(_ isHeld: Bool) { state.withLock { $0.isHeld = isHeld } }

    /// Lends a receiver.
    /// - Parameter answers: The statuses of its answers, one after the other; 200 afterwards.
    package static func with(_ answers: Int..., body: (WebhookReceiver) async throws -> Void) async throws {
        let receiver = WebhookReceiver(answers: answers)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ports, port) = AsyncStream.makeStream(of: Int.self)
            group.addTask { try await receiver.serve { port.yield($0) } }
            for await number in ports {
                receiver.state.withLock { $0.port = number }
                break
            }
            do {
                try await body(receiver)
            } catch {
                group.cancelAll()
                throw error
            }
            receiver.hold(false)
            group.cancelAll()
        }
    }

    private func serve(_ listening: @escaping @Sendable (Int) -> Void) async throws {
        let router = Router()
        router.post("**") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            let headers = request.headers.map { ($0.name.canonicalName, $0.value) }
            let status = self.take(
                Received(
                    path: request.uri.path, headers: Dictionary(headers, uniquingKeysWith: { first, _ in first }),
                    body: String(buffer: body)))
            while self.state.withLock({ $0.isHeld }) { try await Task.sleep(for: .milliseconds(10)) }
            return Response(
                status: .init(code: status), headers: [.location: "/elsewhere"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "answer \(status)")))
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in listening(channel.localAddress?.port ?? 0) }, logger: quietLogger())
        try await application.run()
    }

    private func take(_ request: Received) -> Int {
        state.withLock { state in
            state.received.append(request)
            return state.answers.isEmpty ? 200 : state.answers.removeFirst()
        }
    }
}

extension Platform {
    /// Sends what waits in the outbox for as long as `body` runs.
    package func delivering(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.webhooks.deliver() }
            do {
                try await body()
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
    }

    /// The deliveries of a webhook when none waits any more.
    package func finishedDeliveries(of id: String) async throws -> [WebhookDelivery] {
        try await eventually {
            let deliveries = try await self.webhooks.deliveries(of: id)
            return deliveries.contains { $0.outcome == nil } ? nil : deliveries
        }
    }
}

package struct NeverHappened: Error {}

/// Asks again until there is an answer.
package func eventually<Value>(_ ask: () async throws -> Value?) async throws -> Value {
    for _ in 0..<6_000 {
        if let value = try await ask() { return value }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw NeverHappened()
}
