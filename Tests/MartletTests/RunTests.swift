import Foundation
import Martlet
import TestKit
import Testing

struct RunTests {
    @Test func `A run is FINISHED on return, FAILED on throw, KILLED when cancelled`() async throws {
        try await withServer { server in
            let client = server.client()
            let finished = try await client.withRun(experiment: "ends") { $0.id }
            #expect(try await server.run(finished).status == "FINISHED")

            let (ids, named) = AsyncStream.makeStream(of: String.self)
            var started = ids.makeAsyncIterator()
            await #expect(throws: Oops.self) {
                try await client.withRun(experiment: "ends") { run in
                    named.yield(run.id)
                    throw Oops()
                }
            }
            #expect(try await server.run(#require(await started.next())).status == "FAILED")

            let training = Task {
                try await client.withRun(experiment: "ends") { run in
                    named.yield(run.id)
                    try await Task.sleep(for: .seconds(600))
                }
            }
            let killed = try #require(await started.next())
            training.cancel()
            await #expect(throws: CancellationError.self) { try await training.value }
            #expect(try await server.run(killed).status == "KILLED")
            #expect(try await server.run(killed).json["info"]["end_time"] != .null)
        }
    }

    @Test func `A run says what MLflow's client says of its source, and what it is told`() async throws {
        try await withServer { server in
            let client = server.client()
            let id = try await client.withRun(
                experiment: "sources", name: "first", tags: ["team": "growth", "mlflow.source.name": "train.swift"],
                description: "With **stars**."
            ) { run in
                #expect(run.name == "first")
                return run.id
            }
            let run = try await server.run(id)
            #expect(run.json["info"]["run_name"] == "first")
            #expect(run.tags["team"] == "growth")
            #expect(run.tags["mlflow.runName"] == "first")
            #expect(run.tags["mlflow.note.content"] == "With **stars**.")
            #expect(run.tags["mlflow.source.name"] == "train.swift")
            #expect(run.tags["mlflow.source.type"] == "LOCAL")
            #expect(try !#require(run.tags["mlflow.user"]).isEmpty)
            #expect(run.json["info"]["user_id"].text == run.tags["mlflow.user"])
        }
    }

    @Test func `An experiment is found by name or id, and else is the one that always exists`() async throws {
        try await withServer { server in
            let client = server.client()
            let made = try await client.withRun(experiment: "one") { $0.experimentID }
            #expect(try await client.experimentID(named: "one") == made)
            #expect(try await client.withRun(experimentID: made) { $0.experimentID } == made)
            #expect(try await client.withRun { $0.experimentID } == "0")
            await #expect(throws: ClientError.self) { try await client.withRun(experimentID: "999") { _ in } }
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 { group.addTask { try await client.experimentID(named: "race") } }
                let ids = try await group.reduce(into: Set()) { $0.insert($1) }
                #expect(ids.count == 1)
            }
        }
    }

    @Test func `Runs within a run name their parent and end by themselves`() async throws {
        try await withServer { server in
            let ids = try await server.client().withRun(experiment: "nested", name: "search") { parent in
                try await withThrowingTaskGroup(of: String.self) { group in
                    for depth in 1...3 {
                        group.addTask {
                            try await parent.withRun(name: "depth \(depth)") { child in
                                try await child.log(param: "depth", depth)
                                return child.id
                            }
                        }
                    }
                    let children = try await group.reduce(into: []) { $0.append($1) }
                    await #expect(throws: Oops.self) { try await parent.withRun { _ in throw Oops() } }
                    return [parent.id] + children
                }
            }
            for child in ids.dropFirst() {
                let run = try await server.run(child)
                #expect(run.tags["mlflow.parentRunId"] == ids[0])
                #expect(run.status == "FINISHED")
                #expect(
                    run.json["info"]["experiment_id"] == (try await server.run(ids[0])).json["info"]["experiment_id"])
            }
            #expect(try await server.run(ids[0]).status == "FINISHED")
        }
    }

    @Test func `A run is taken up again where it was left`() async throws {
        try await withServer { server in
            let client = server.client()
            let id = try await client.withRun(experiment: "again") { run in
                try await run.log(metric: "loss", 0.5, step: 0)
                return run.id
            }
            let other = try await client.withRun(resuming: id, tags: ["part": "two"]) { run in
                #expect(try await server.run(id).status == "RUNNING")
                try await run.log(metric: "loss", Float(0.25), step: 1)
                try await run.log(text: "notes", as: "notes.txt")
                return run.id
            }
            #expect(other == id)
            let run = try await server.run(id)
            #expect(run.status == "FINISHED" && run.tags["part"] == "two")
            #expect(run.tags["mlflow.source.type"] == "LOCAL")
            #expect(try await server.history("loss", of: id) == [Measurement(0, 0.5), Measurement(1, 0.25)])
            #expect(try await client.artifacts(at: run.json["info"]["artifact_uri"].text).data("notes.txt").count == 5)
            await #expect(throws: ClientError.self) {
                try await client.withRun(resuming: String(repeating: "0", count: 32)) { _ in }
            }
        }
    }

    @Test func `A run can be lent to code of an actor`() async throws {
        try await withServer { server in
            let client = server.client()
            let seen = try await lendOnMainActor(client)
            #expect(seen.count == 2)
        }
    }

    @MainActor private func lendOnMainActor(_ client: Client) async throws -> Set<String> {
        var seen: Set<String> = []
        try await client.withRun(experiment: "actors") { run in
            MainActor.assertIsolated()
            seen.insert(run.id)
            try await run.withRun { child in
                MainActor.assertIsolated()
                seen.insert(child.id)
            }
        }
        return seen
    }

    @Test func `What is too much for one request goes in several, each within the protocol's limits`() async throws {
        try await withServer { server in
            let watched = WatchedTransport(server.transport)
            let client = Client(transport: watched)
            let id = try await client.withRun(experiment: "limits") { run in
                let numbers = 0..<2_500
                try await run.log(
                    metrics: Dictionary(uniqueKeysWithValues: numbers.map { ("m\($0)", Double($0)) }), step: 3)
                try await run.log(params: Dictionary(uniqueKeysWithValues: (0..<250).map { ("p\($0)", $0) }))
                try await run.set(tags: Dictionary(uniqueKeysWithValues: (0..<250).map { ("t\($0)", "\($0)") }))
                // 150 values of 6,000 characters, three bytes each: 2.7 MB.
                let long = String(repeating: "€", count: 6_000)
                try await run.log(params: Dictionary(uniqueKeysWithValues: (0..<150).map { ("long\($0)", long) }))
                return run.id
            }
            let run = try await server.run(id)
            #expect(run.metrics.count == 2_500 && run.metrics["m2499"] == 2_499)
            #expect(run.params.count == 400 && run.params["long149"]?.count == 6_000)
            #expect(run.tags.filter { $0.key.hasPrefix("t") }.count == 250)
            let bodies = watched.bodies(to: "log-batch")
            #expect(bodies.count == 12)
            #expect(bodies.allSatisfy { $0.count <= LogBatch.sizeLimit })
        }
    }

    @Test func `What MLflow takes no such key for is refused with every problem and none of it is sent`() async throws {
        try await withServer { server in
            try await server.client().withRun(experiment: "keys") { run in
                let refusal = await #expect(throws: InvalidRequest.self) {
                    try await run.log(params: ["good": 1, "bad*": 2, "worse?": 3])
                }
                #expect(refusal?.problems.count == 2)
                await #expect(throws: InvalidRequest.self) { try await run.logger.log(metric: "a//b", 1) }
                #expect(throws: InvalidRequest.self) { try run.logger.offer(metric: "", 1) }
                try await run.logger.flush()
                #expect(try await server.run(run.id).params.isEmpty)
            }
        }
    }
}
