import Foundation
import Martlet
import MartletServer
import Platform
import ServiceLifecycleTestKit
import TestKit
import Testing

struct ShutdownTests {
    @Test func `Asked to stop, the server finishes what it accepted and takes no more`() async throws {
        try await withServer { server in
            let (ports, listening) = AsyncStream.makeStream(of: Int.self)
            try await testGracefulShutdown { trigger in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await server.application.serve(host: "127.0.0.1", port: 0) { listening.yield($0) }
                    }
                    var iterator = ports.makeAsyncIterator()
                    let port = try #require(await iterator.next())
                    let client = try Client(server: "http://127.0.0.1:\(port)")
                    try await client.ensureRegisteredModel("kept")
                    // Takes some seconds unless it is cut short.
                    async let slow = client.deriveDataset(
                        TableName("shop.slow"), from: 300_000_000)
                    try await Task.sleep(for: .milliseconds(300))
                    let asked = ContinuousClock.now
                    trigger.triggerGracefulShutdown()
                    let made = try await slow
                    #expect(
                        ContinuousClock.now - asked > .milliseconds(20),
                        "It was over before the server was asked to stop.")
                    #expect(made.rows == 1)
                    try await group.waitForAll()
                    await #expect(throws: (any Error).self) { try await client.ensureRegisteredModel("late") }
                }
            }
            #expect(try await server.platform.datasets.names().map(\.description) == ["shop.slow"])
        }
    }
}

extension Client {
    /// Derives one row from so many that it takes a while.
    fileprivate func deriveDataset(_ table: TableName, from count: Int) async throws -> DatasetSummary {
        try await deriveDataset(
            table, sql: "SELECT sum(hash(range) % 97)::BIGINT AS total FROM range(\(count))", from: [:])
    }
}
