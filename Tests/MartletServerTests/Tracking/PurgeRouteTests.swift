import Martlet
import MartletAPI
import MartletDomain
import Platform
import TestKit
import Testing

@Suite struct PurgeRouteTests {
    @Test func `Runs and experiments are removed by the API, and only by who may change things`() async throws {
        try await withServer(policy: .governed) { server in
            let engineer = server.client(token: try await server.token(.contributor))
            let auditor = server.client(token: try await server.token(.auditor))
            let tracking = server.platform.tracking
            let experiment = try await tracking.createExperiment(name: "old", by: .setup)
            let run = try await tracking.createRun(in: experiment, by: .setup).info.id
            try await tracking.deleteRun(run, by: .setup)
            let refusal = await #expect(throws: ClientError.self) {
                try await auditor.send(PurgeRuns(runIDs: [run]))
            }
            #expect(refusal?.code == .permissionDenied)
            #expect(try await engineer.send(PurgeRuns(olderThan: "1d")).purged.isEmpty)
            #expect(try await engineer.send(PurgeRuns(runIDs: [run], isDryRun: true)).purged == [run])
            #expect(try await engineer.send(PurgeRuns(runIDs: [run])) == Purged(purged: [run], kept: []))
            try await tracking.deleteExperiment(experiment, by: .setup)
            #expect(try await engineer.send(PurgeExperiments(names: ["old"])).purged == [experiment])
            #expect(try await engineer.send(PurgeLoggedModels()).purged.isEmpty)
            let young = await #expect(throws: ClientError.self) {
                try await engineer.send(PurgeExperiments(olderThan: "soon"))
            }
            #expect(young?.code == .invalidParameterValue)
        }
    }

    @Test func `A request that names nothing removes nothing`() async throws {
        try await withServer { server in
            let tracking = server.platform.tracking
            let experiment = try await tracking.createExperiment(name: "old", by: .setup)
            let run = try await tracking.createRun(in: experiment, by: .setup).info.id
            try await tracking.deleteRun(run, by: .setup)
            let paths = ["runs/purge", "experiments/purge", "logged-models/purge"]
            for path in paths {
                for body in [JSON.object([:]), ["all": .bool(false)]] {
                    let refusal = try await server.martlet(path, body)
                    #expect(refusal.status == 400, "\(path)")
                }
            }
            let both = try await server.martlet("runs/purge", ["run_ids": [.text(run)], "all": .bool(true)])
            #expect(both.status == 400)
            #expect(try await server.client().send(PurgeRuns(runIDs: [run], isDryRun: true)).purged == [run])
        }
    }
}
