import Foundation
import Martlet
import TestKit
import Testing

struct SocketTests {
    @Test(arguments: 0..<3) func `Over a socket that breaks at random, everything logged arrives exactly once`(
        round: UInt64
    ) async throws {
        let seed = UInt64.random(in: 0...(.max - 10)) + round
        let faults = Faults(seed: seed, percentage: 25)
        try await withServer { server in
            let id = try await server.listening(faults) { url in
                let client = try Client(server: url.absoluteString, retry: .hasty)
                return try await client.withRun(experiment: "socket", logging: .hasty) { run in
                    for step in 0..<800 {
                        try await run.logger.log(metric: "loss", Double(step), step: step)
                        if step % 9 == 0 { try await run.logger.set(tag: "at", "\(step)") }
                    }
                    try await run.logger.flush()
                    #expect(run.logger.waiting == 0)
                    try await run.log(text: String(repeating: "model ", count: 100_000), as: "m.txt")
                    #expect(try await run.artifacts.data("m.txt").count == 600_000)
                    return run.id
                }
            }
            let run = try await server.run(id)
            #expect(run.status == "FINISHED", "seed \(seed)")
            #expect(run.tags["at"] == "792", "seed \(seed)")
            #expect(
                try await server.history("loss", of: id) == (0..<800).map { Measurement($0, Double($0)) },
                "seed \(seed)")
            #expect(faults.count > 0, "seed \(seed)")
        }
    }

    @Test func `Requests may be under way by the hundred`() async throws {
        try await withServer { server in
            try await server.listening { url in
                let client = try Client(server: url.absoluteString)
                try await client.withRun(experiment: "many") { run in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for step in 0..<300 { group.addTask { try await run.log(metric: "m", 1, step: step) } }
                        try await group.waitForAll()
                    }
                    #expect(try await server.history("m", of: run.id).count == 300)
                }
            }
        }
    }

    @Test func `A server that is not there, is silent or does not know us is told apart`() async throws {
        let nobody = try Client(server: "http://127.0.0.1:9", retry: .hasty)
        guard
            case .unreachable = await #expect(
                throws: ClientError.self, performing: { try await nobody.experimentID(named: "x") })
        else {
            Issue.record("Not unreachable.")
            return
        }
        try await withServer(policy: .governed) { server in
            try await server.listening { url in
                for token in ["mlt_none", nil] {
                    let stranger = try Client(server: url.absoluteString, token: token, retry: .hasty)
                    let reading = await #expect(throws: ClientError.self) {
                        try await stranger.experimentID(named: "x")
                    }
                    let writing = await #expect(throws: ClientError.self) { try await stranger.createExperiment("x") }
                    for refusal in [reading, writing] {
                        #expect(refusal?.code == .unauthenticated && refusal?.message.contains("TOKEN") == true)
                    }
                }
            }
        }
        try await withServer { server in
            try await server.listening { url in
                let hasty = Client(transport: HTTPTransport(server: url, timeout: .seconds(1)), retry: .never)
                let derive = DeriveDataset(
                    table: try TableName("shop.slow"), sql: "SELECT 1 AS one", inputs: [:], mode: .overwrite)
                _ = try await hasty.send(derive)
            }
        }
    }

    @Test func `A cancelled request ends at once`() async throws {
        try await withServer { server in
            try await server.listening { url in
                let client = try Client(server: url.absoluteString)
                let slow = Task {
                    try await client.deriveDataset(
                        TableName("shop.slow"),
                        sql: "SELECT sum(hash(range) % 97)::BIGINT AS total FROM range(3000000000)", from: [:])
                }
                try await Task.sleep(for: .milliseconds(100))
                slow.cancel()
                await #expect(throws: CancellationError.self) { try await slow.value }
            }
        }
    }
}
