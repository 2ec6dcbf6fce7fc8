import Foundation
import Martlet
import MartletAPI
import MartletDomain
import MartletServer
import Metadata
import Platform
import ServiceLifecycleTestKit
import TestKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(3))) struct ShutdownTests {
    /// Lends the server on a socket, and what asks it to stop; waits for its end afterwards.
    private func withSocket(
        _ server: TestServer, grace: Duration, _ body: (Client, _ stop: () -> Void) async throws -> Void
    ) async throws {
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await server.application.serve(host: "127.0.0.1", port: 0, grace: grace) { listening.yield($0) }
                }
                var iterator = ports.makeAsyncIterator()
                let port = try #require(await iterator.next())
                try await body(try Client(server: "http://127.0.0.1:\(port)")) { trigger.triggerGracefulShutdown() }
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
    }

    /// What lies in the folder of a table, its log too.
    private func files(_ server: TestServer, _ table: TableName) -> [String] {
        let folder = server.platform.datasets.folder(of: table)
        return (FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? [])
            .compactMap { ($0 as? URL)?.lastPathComponent }.filter { $0 != "_delta_log" }
    }

    private func waitUntil(_ isTrue: () -> Bool) async throws {
        while !isTrue() { try await Task.sleep(for: .milliseconds(20)) }
    }

    @Test func `A query that nobody waits for any more ends, and leaves nothing`() async throws {
        try await withServer { server in
            let table = try TableName("shop.endless")
            try await withSocket(server, grace: .seconds(600)) { client, _ in
                let asking = Task { try await client.deriveDataset(table, from: nil) }
                try await waitUntil { files(server, table).contains { $0.hasPrefix(".tmp-") } }
                asking.cancel()
                await #expect(throws: (any Error).self) { try await asking.value }
                try await waitUntil { files(server, table).isEmpty }
                // The server is there for others.
                #expect(try await client.deriveDataset(TableName("shop.short"), from: 1_000).rows == 1)
            }
        }
    }

    @Test func `Asked to stop, the server interrupts a query that takes too long, and leaves nothing of it`()
        async throws
    {
        try await withServer { server in
            let table = try TableName("shop.endless")
            try await withSocket(server, grace: .milliseconds(100)) { client, stop in
                let made = Task { try await client.deriveDataset(table, from: nil) }
                try await waitUntil { files(server, table).contains { $0.hasPrefix(".tmp-") } }
                stop()
                await #expect(throws: (any Error).self) { try await made.value }
            }
            #expect(files(server, table).isEmpty)
        }
    }

    @Test func `A SELECT writes no more than martlet.yaml lets it, and leaves nothing`() async throws {
        try await withTemporaryFolder { folder in
            var engine = WorkspaceConfiguration.Engine()
            engine.writeLimitInMegabytes = 2
            try WorkspaceConfiguration(workspace: "test", policy: .open, engine: engine).write(Workspace(folder))
            let server = TestServer(platform: try await Platform.open(Workspace(folder), durability: .normal))
            let table = try TableName("shop.endless")
            let refusal = await #expect(throws: ClientError.self) {
                try await server.client().deriveDataset(table, from: nil)
            }
            #expect(refusal?.code == .requestLimitExceeded && refusal?.message.contains("write_limit_mb") == true)
            #expect(files(server, table).isEmpty)
            try await server.platform.close()
        }
    }

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
    /// Derives one row from so many that it takes a while; nil for rows without end.
    fileprivate func deriveDataset(_ table: TableName, from count: Int?) async throws -> DatasetSummary {
        let sql =
            count.map { "SELECT sum(hash(range) % 97)::BIGINT AS total FROM range(\($0))" }
            ?? "SELECT range AS n, (hash(range) // 2)::BIGINT AS h FROM range(1000000000000)"
        return try await deriveDataset(table, sql: sql, from: [:])
    }
}
