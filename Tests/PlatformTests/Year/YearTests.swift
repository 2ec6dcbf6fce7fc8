import AuditLog
import Foundation
import MartletDomain
import Platform
import TestKit
import Testing

/// One year of a small business, played through with a clock that the test holds.
struct YearTests {
    private static let policy = Policy(
        staging: .init(signOffs: [.reviewer]),
        production: .init(signOffs: [.programManager], monitoringPlan: true, minimumAreaUnderROC: 0.6))

    @Test func `After a year, each month's Production, predictions and evidence are what they were`() async throws {
        let clock = try YearClock("2024-04-09T08:00:00Z")
        try await withWorkspace(policy: Self.policy, clock: clock.wall) { platform in
            let world = YearWorld(platform: platform, clock: clock)
            var expected: [String: Int64] = [:]
            var surest: [(month: String, id: String, score: Double, version: Int64)] = []
            var nights = surest

            // April: the first model goes to Production.
            try await platform.importText(
                YearWorld.rows(from: "2024-01-01", to: "2024-04-08"), as: Deliveries.deliveries, by: YearWorld.engineer)
            try await platform.importText(Deliveries.carriersCSV(), as: Deliveries.carriers, by: YearWorld.engineer)
            _ = try await platform.features.apply(Deliveries.features, named: "deliveries", by: YearWorld.engineer)
            let first = try await world.train(
                YearWorld.day, ("2024-01-01", "2024-03-01"), holdout: ("2024-03-01", "2024-04-01"))
            let training = try await platform.datasets.latest(TableName("deliveries.training"))
            let holdout = try await platform.datasets.latest(TableName("deliveries.holdout"))
            try await world.plan(YearWorld.day, owner: "manager", reference: training)
            try await world.promote(first, by: YearWorld.leaver, on: holdout)
            expected["2024-05"] = 1

            // May: the second model.
            try clock.set("2024-05-10T08:00:00Z")
            try await world.importRows(from: "2024-04-08", to: "2024-05-01")
            let night = try await world.train(
                YearWorld.night, ("2024-01-01", "2024-04-01"), holdout: ("2024-04-01", "2024-05-01"))
            try await world.plan(
                YearWorld.night, owner: "manager",
                reference: try await platform.datasets.latest(TableName("deliveries.training")))
            try await world.promote(
                night, by: YearWorld.leaver, on: try await platform.datasets.latest(TableName("deliveries.holdout")))
            expected["2024-06"] = 1

            // June to August: each month is scored when it is over. In June the program manager leaves.
            for (month, next) in [("2024-05", "2024-06"), ("2024-06", "2024-07"), ("2024-07", "2024-08")] {
                try clock.set("\(next)-03T08:00:00Z")
                try await world.importRows(from: "\(month)-01", to: "\(next)-01")
                surest.append(try await score(world, month, next))
                nights.append(try await score(world, month, next, YearWorld.night))
                expected[next] = 1
                if next == "2024-06" {
                    try await world.take(.deactivateProgramManager)
                    try await world.take(.handOver)
                }
            }
            let owner = try await platform.registry.monitoringPlan(YearWorld.night)?.owner
            #expect(owner == "successor")

            // September: August's parcels come from further away; the look at it finds that, and retrains.
            try clock.set("2024-09-03T08:00:00Z")
            try await world.importRows(from: "2024-08-01", to: "2024-09-01")
            surest.append(try await score(world, "2024-08", "2024-09"))
            expected["2024-09"] = 1
            let check = try await platform.monitoring.check(
                YearWorld.day, predictions: TableName(YearWorld.predictions(YearWorld.day)),
                in: Deliveries.window(("2024-08-01", "2024-09-01")), labelsKnownAt: nil, experiment: "monitoring",
                by: YearWorld.operations)
            #expect(check.datasetDrift && check.retrainingRunID != nil)
            let second = try #require(
                try await platform.registry.latestVersions(of: YearWorld.day).first { $0.id.version == 2 })

            // The candidate is refused until somebody signs.
            await #expect(throws: RegistryError.self) {
                try await platform.registry.transition(YearWorld.day, "2", to: .production, by: YearWorld.operations)
            }
            let entry = try #require(try await platform.auditEntries().last)
            #expect(entry.actionName == "transition_stage" && entry.response.statusCode == 403)

            // October: signed by the successor, it goes to Production.
            try clock.set("2024-10-03T08:00:00Z")
            try await world.importRows(from: "2024-09-01", to: "2024-10-01")
            let recent = try await Deliveries.set(
                ("2024-09-01", "2024-10-01"), as: "deliveries.holdout", platform, by: YearWorld.engineer)
            try await world.promote(second, by: YearWorld.heir, on: recent)
            surest.append(try await score(world, "2024-09", "2024-10"))
            expected["2024-10"] = 1
            expected["2024-11"] = 2

            // November: a third version goes in by break-glass, and in December out by a rollback.
            try clock.set("2024-11-20T08:00:00Z")
            try await world.importRows(from: "2024-10-01", to: "2024-11-01")
            _ = try await world.train(
                YearWorld.day, ("2024-08-01", "2024-10-01"), holdout: ("2024-10-01", "2024-11-01"))
            try await world.take(
                .breakGlass, reference: try await platform.datasets.latest(TableName("deliveries.holdout")))
            surest.append(try await score(world, "2024-10", "2024-11"))
            expected["2024-12"] = 3
            try clock.set("2024-12-10T08:00:00Z")
            try await world.take(.rollBack)
            expected["2025-01"] = 2

            try clock.set("2025-04-01T08:00:00Z")
            for (month, version) in expected {
                let at = try Instant("\(month)-01T00:00:00Z").microseconds / 1_000
                let found = try await platform.registry.productionVersion(of: YearWorld.day, at: at)
                #expect(found?.version == version, "as of \(month): \(String(describing: found))")
            }
            for one in surest {
                let why = try await platform.scoring.explain(one.id)
                #expect(why.replay.outcome == .equal && why.score == one.score, "\(one.month): \(why.replay)")
                #expect(why.work.modelVersion == "\(one.version)" && why.stage == .production, "\(one.month)")
                let manager = one.version == 1 ? "manager" : "successor"
                #expect(why.signOffs.contains { $0.user == manager && $0.stage == .production }, "\(one.month)")
            }
            #expect(surest.map(\.version) == [1, 1, 1, 1, 2, 3])
            for one in nights {
                let why = try await platform.scoring.explain(one.id)
                #expect(why.replay.outcome == .equal && why.score == one.score, "\(one.month): \(why.replay)")
                #expect(why.work.model == YearWorld.night && why.work.modelVersion == "1", "\(one.month)")
                #expect(why.signOffs.contains { $0.user == "manager" && $0.stage == .production }, "\(one.month)")
            }
            #expect(nights.count == 3 && Set(nights.map(\.id)).isDisjoint(with: surest.map(\.id)))
            for version in 1...3 {
                let pack = try await platform.evidence.pack("models:/\(YearWorld.day)/\(version)", by: .anyone)
                let found = try EvidenceVerification(of: pack, trusting: "\(platform.audit.verificationKey)")
                #expect(found.problems == [] && found.version == "\(version)")
                let archive = try ZipArchive(reading: pack)
                let approvals = String(decoding: try #require(archive["approvals.json"]), as: UTF8.self)
                #expect(approvals.contains(version == 1 ? "\"manager\"" : "\"successor\""))
                #expect(!approvals.contains(version == 1 ? "\"successor\"" : "\"manager\""))
            }
            #expect(try await platform.audit.verify().isIntact)
        }
    }

    /// Scores a month that is over, and finds its surest prediction.
    private func score(
        _ world: YearWorld, _ month: String, _ next: String, _ model: String = YearWorld.day
    ) async throws -> (month: String, id: String, score: Double, version: Int64) {
        let run = try await world.score(model, ("\(month)-01", "\(next)-01"))
        let found = try await world.platform.scoring.predictions(
            in: run.predictions.name, run.window, limit: 1)
        let first = try #require(found.first)
        return (month, first.id, first.score, Int64(run.modelVersion) ?? 0)
    }
}
