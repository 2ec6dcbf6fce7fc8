import Foundation
import Martlet
import MartletDomain
import Platform
import TestKit
import Testing

struct RunLoggerTests {
    @Test func `What is logged without waiting is all there, in order, when the run has ended`() async throws {
        try await withServer { server in
            let watched = WatchedTransport(server.transport)
            let id = try await Client(transport: watched).withRun(experiment: "all", logging: .hasty) { run in
                for step in 0..<3_500 {
                    try await run.logger.log(metric: "loss", 1 / Double(step + 1), step: step)
                    if step % 100 == 0 { try await run.logger.set(tag: "progress", "\(step)") }
                }
                try await run.logger.log(params: ["depth": 6, "booster": "gbtree", "eta": 0.3])
                return run.id
            }
            let run = try await server.run(id)
            #expect(run.status == "FINISHED")
            #expect(run.tags["progress"] == "3400")
            #expect(run.params == ["depth": "6", "booster": "gbtree", "eta": "0.3"])
            let wanted = (0..<3_500).map { Measurement($0, 1 / Double($0 + 1)) }
            #expect(try await server.history("loss", of: id) == wanted)
            // Sent in the order of logging.
            var steps: [Double] = []
            for body in watched.bodies(to: "log-batch") {
                let metrics = try JSON(body)["metrics"].elements
                #expect(metrics.count <= 1_000)
                steps += metrics.compactMap { Measurement($0)?.step }
            }
            #expect(steps == wanted.map(\.step))
        }
    }

    @Test func `After a flush that returned, everything logged before it is on the server`() async throws {
        try await withServer { server in
            try await server.client().withRun(experiment: "flush", logging: LoggingOptions(interval: .seconds(600))) {
                run in
                for round in 1...5 {
                    for step in 0..<150 { try await run.logger.log(metric: "m\(round)", 1, step: step) }
                    try await run.logger.flush()
                    #expect(run.logger.waiting == 0)
                    #expect(try await server.history("m\(round)", of: run.id).count == 150)
                }
                try await run.logger.flush()
            }
        }
    }

    @Test func `The queue never holds more than its capacity: log waits, offer says no`() async throws {
        try await withServer { server in
            let watched = WatchedTransport(server.transport)
            let options = LoggingOptions(capacity: 50, interval: .milliseconds(1))
            let id = try await Client(transport: watched).withRun(experiment: "bound", logging: options) { run in
                watched.hold()
                var taken = 0
                while try run.logger.offer(metric: "offered", Double(taken), step: taken) { taken += 1 }
                #expect(taken == 50)
                #expect(run.logger.waiting == 50)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for writer in 0..<8 {
                        group.addTask {
                            for step in 0..<200 { try await run.logger.log(metric: "w\(writer)", 1, step: step) }
                        }
                    }
                    // One append of more than ever fits.
                    group.addTask {
                        try await run.logger.log(
                            metrics: Dictionary(uniqueKeysWithValues: (0..<130).map { ("k\($0)", 1) }))
                    }
                    for _ in 0..<50 { await Task.yield() }
                    #expect(run.logger.waiting == 50)
                    #expect(try !run.logger.offer(metric: "late", 1))
                    watched.release()
                    while run.logger.waiting > 0 {
                        #expect(run.logger.waiting <= 50)
                        await Task.yield()
                    }
                    try await group.waitForAll()
                }
                #expect(throws: InvalidRequest.self) {
                    try run.logger.offer((0..<51).map { .tag(KeyedText("t\($0)", "")) })
                }
                return run.id
            }
            #expect(try await server.history("offered", of: id).count == 50)
            for writer in 0..<8 { #expect(try await server.history("w\(writer)", of: id).count == 200) }
            #expect(try await server.run(id).metrics.filter { $0.key.hasPrefix("k") }.count == 130)
            #expect(try await server.run(id).metrics["late"] == nil)
        }
    }

    @Test func `Only what the server refuses is left out, and the end of the run says what and why`() async throws {
        try await withServer { server in
            let client = server.client()
            let failure = await #expect(throws: IncompleteRun.self) {
                try await client.withRun(experiment: "refused", logging: .hasty) { run in
                    try await run.log(param: "depth", 6)
                    try await run.log(param: "eta", 0.3)
                    for step in 0..<300 { try await run.logger.log(metric: "loss", 1, step: step) }
                    try await run.logger.log(params: ["depth": 7, "rounds": 10])
                    try await run.logger.log(param: "eta", 0.4)
                    for step in 300..<600 { try await run.logger.log(metric: "loss", 1, step: step) }
                    #expect(await thrown { try await run.logger.flush() } is IncompleteRun)
                }
            }
            let id = try #require(failure?.runID)
            #expect(failure?.unwritten == [.param(KeyedText("depth", "7")), .param(KeyedText("eta", "0.4"))])
            #expect(failure?.code == .invalidParameterValue)
            #expect(failure?.message.contains("param depth") == true && failure?.message.contains("param eta") == true)
            let run = try await server.run(id)
            #expect(run.status == "FAILED")
            #expect(run.params == ["depth": "6", "eta": "0.3", "rounds": "10"])
            #expect(try await server.history("loss", of: id).count == 600)
        }
    }

    @Test func `A run that is gone ends the logging at once, with everything that was not written`() async throws {
        try await withServer { server in
            let watched = WatchedTransport(server.transport)
            let failure = await #expect(throws: IncompleteRun.self) {
                try await Client(transport: watched).withRun(experiment: "gone", logging: .hasty) { run in
                    try await server.platform.tracking.deleteRun(run.id, by: .anyone)
                    do {
                        for step in 0..<2_000 { try await run.logger.log(metric: "loss", 1, step: step) }
                    } catch is IncompleteRun {}
                    try? await run.logger.flush()
                    #expect(await thrown { try await run.logger.log(metric: "loss", 2) } is IncompleteRun)
                    throw Oops()
                }
            }
            #expect(failure?.bodyError is Oops)
            #expect((failure?.unwritten.count ?? 0) > 0)
            #expect(watched.bodies(to: "log-batch").count < 100, "It asked again and again for nothing.")
        }
    }

    @Test func `A cancelled run is KILLED and still has everything that was logged`() async throws {
        try await withServer { server in
            let (ids, named) = AsyncStream.makeStream(of: String.self)
            var started = ids.makeAsyncIterator()
            let training = Task {
                try await server.client().withRun(
                    experiment: "killed", logging: LoggingOptions(interval: .seconds(600))
                ) { run in
                    for step in 0..<1_200 { try await run.logger.log(metric: "loss", 1, step: step) }
                    named.yield(run.id)
                    try await Task.sleep(for: .seconds(600))
                }
            }
            let id = try #require(await started.next())
            training.cancel()
            await #expect(throws: CancellationError.self) { try await training.value }
            #expect(try await server.run(id).status == "KILLED")
            #expect(try await server.history("loss", of: id).count == 1_200)
        }
    }

    @Test func `A cancelled run does not wait for a server that does not come back`() async throws {
        try await withServer { server in
            let watched = WatchedTransport(server.transport)
            defer { watched.release() }
            let (ids, named) = AsyncStream.makeStream(of: String.self)
            var started = ids.makeAsyncIterator()
            let options = LoggingOptions(interval: .milliseconds(1), cancellationGrace: .milliseconds(50))
            let training = Task {
                let lost = Client(transport: LostTransport(watched), retry: .hasty)
                try await lost.withRun(experiment: "grace", logging: options) { run in
                    for step in 0..<10 { try await run.logger.log(metric: "loss", 1, step: step) }
                    named.yield(run.id)
                    try await Task.sleep(for: .seconds(600))
                }
            }
            _ = try #require(await started.next())
            training.cancel()
            let failure = await #expect(throws: IncompleteRun.self) { try await training.value }
            #expect(failure?.unwritten.count == 10)
            #expect(failure?.bodyError is CancellationError)
        }
    }

    @Test func `Whoever waits for room can be cancelled, and the run has ended takes nothing more`() async throws {
        try await withServer { server in
            let watched = WatchedTransport(server.transport)
            let options = LoggingOptions(capacity: 5, interval: .milliseconds(1))
            let kept = try await Client(transport: watched).withRun(experiment: "waiting", logging: options) { run in
                watched.hold()
                for step in 0..<5 {
                    let isTaken = try run.logger.offer(metric: "a", 1, step: step)
                    #expect(isTaken)
                }
                let waiting = Task { try await run.logger.log(metric: "b", 1) }
                let flushing = Task { try await run.logger.flush() }
                await Task.yield()
                waiting.cancel()
                flushing.cancel()
                await #expect(throws: CancellationError.self) { try await waiting.value }
                await #expect(throws: CancellationError.self) { try await flushing.value }
                watched.release()
                return run
            }
            #expect(try await server.run(kept.id).metrics["b"] == nil)
            #expect(try await server.history("a", of: kept.id).count == 5)
            await #expect(throws: ClientError.self) { try await kept.logger.log(metric: "c", 1) }
            #expect(throws: ClientError.self) { try kept.logger.offer(metric: "c", 1) }
        }
    }

    @Test(arguments: 0..<6) func `Requests that go wrong at random change nothing of what is logged`(round: UInt64)
        async throws
    {
        let seed = UInt64.random(in: 0...(.max - 10)) + round
        let faults = Faults(seed: seed, percentage: 40)
        try await withServer { server in
            let flaky = Client(transport: FlakyTransport(server.transport, faults), retry: .hasty)
            let id = try await flaky.withRun(experiment: "flaky", logging: .hasty) { run in
                for step in 0..<2_000 {
                    try await run.logger.log(metric: "loss", Double(step) / 2, step: step)
                    if step % 7 == 0 { try await run.logger.set(tag: "at", "\(step)") }
                    if step % 50 == 0 { try await run.logger.log(param: "p\(step)", step) }
                }
                try await run.log(metrics: ["a": 1, "b": 2])
                return run.id
            }
            let run = try await server.run(id)
            #expect(run.status == "FINISHED", "seed \(seed)")
            #expect(
                try await server.history("loss", of: id) == (0..<2_000).map { Measurement($0, Double($0) / 2) },
                "seed \(seed)")
            #expect(run.tags["at"] == "1995", "seed \(seed)")
            #expect(run.params.count == 40, "seed \(seed)")
            #expect(faults.count > 10, "seed \(seed)")
        }
    }
}

/// A transport on which every batch of entries is lost.
private struct LostTransport: Transport {
    let transport: any Transport
    init(_ transport: any Transport) { self.transport = transport }

    func send(_ request: WireRequest, progress: (@Sendable (Int64, Int64) -> Void)?) async throws -> WireResponse {
        guard !request.path.hasSuffix("log-batch") else { throw ClientError.interrupted("test", reason: "lost") }
        return try await transport.send(request, progress: progress)
    }
}
