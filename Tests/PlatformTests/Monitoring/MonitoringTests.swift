import Foundation
import MartletDomain
import Platform
import QueryEngine
import TestKit
import Testing

struct MonitoringTests {
    /// A model in service that has scored May.
    private func served(
        _ trigger: MonitoringPlan.RetrainingTrigger, driftShare: Double = 0.2, minimum: Double? = nil,
        selecting selection: MonitoringPlan.DataSelection? = nil, _ body: (Platform) async throws -> Void
    ) async throws {
        try await withWorkspace { platform in
            let made = try await Deliveries.train(platform)
            _ = try await platform.registry.transition(Deliveries.model, "1", to: .production, by: .anyone)
            try await platform.registry.setMonitoringPlan(
                MonitoringPlan(
                    model: Deliveries.model, owner: "anyone", frequency: .monthly, selection: selection,
                    reference: made.training,
                    thresholds: .init(driftShare: driftShare, minimumAreaUnderROC: minimum), retrainingTrigger: trigger),
                by: .anyone)
            _ = try await platform.scoring.scoreBatch(
                "models:/\(Deliveries.model)/Production", in: Deliveries.window(Deliveries.served),
                into: TableName(Deliveries.predictions), by: .anyone)
            try await body(platform)
        }
    }

    private func check(
        _ platform: Platform, _ span: (String, String) = Deliveries.served, knownAt: String? = nil
    ) async throws -> MonitoringCheck {
        try await platform.monitoring.check(
            Deliveries.model, predictions: TableName(Deliveries.predictions), in: Deliveries.window(span),
            labelsKnownAt: knownAt.map { try Instant($0).microseconds }, experiment: "monitoring", by: .anyone)
    }

    private func versions(_ platform: Platform) async throws -> Int {
        try await platform.registry.searchVersions().elements.count
    }

    @Test func `Outcomes count from when they were known`() async throws {
        try await served(.manual) { platform in
            let all = try await check(platform)
            let early = try await check(platform, knownAt: "2024-05-15")
            let none = try await check(platform, knownAt: "2024-05-01")
            #expect(all.labelledRows > 400 && early.labelledRows > 100 && early.labelledRows < all.labelledRows)
            #expect(none.labelledRows == 0 && none.areaUnderROC == nil && none.f1 == nil)
            #expect([all, early, none].allSatisfy { $0.retrainingRunID == nil && $0.datasetDrift })
            #expect(try await platform.monitoring.checks(of: Deliveries.model).count == 3)
            #expect(try await versions(platform) == 1)
        }
    }

    private func check(_ platform: Platform, of table: String?) async throws -> MonitoringCheck {
        try await platform.monitoring.check(
            Deliveries.model, predictions: table.map { try TableName($0) }, in: Deliveries.window(Deliveries.served),
            labelsKnownAt: nil, experiment: "monitoring", by: .anyone)
    }

    @Test func `A look is at the rows that the plan selects, and at no others`() async throws {
        try await served(.manual) { platform in
            let all = try await check(platform, of: Deliveries.predictions)
            let refusal = await #expect(throws: (any Error).self) { try await check(platform, of: nil) }
            let words = (refusal as? any MartletError)?.message ?? ""
            #expect(words.contains("martlet monitoring plan \(Deliveries.model) --table"))
            for (filter, share) in [("score > 0.5", 0.01...0.99), ("score >= 0 -- all", 1...1)] {
                try await platform.registry.setMonitoringPlan(
                    MonitoringPlan(
                        model: Deliveries.model, owner: "anyone", frequency: .monthly,
                        selection: .init(table: "main.\(Deliveries.predictions)", filter: filter),
                        reference: all.reference, thresholds: .init(), retrainingTrigger: .manual),
                    by: .anyone)
                let some = try await check(platform, of: nil)
                #expect(some.predictions == all.predictions)
                #expect(share.contains(Double(some.labelledRows) / Double(all.labelledRows)), "\(filter)")
                #expect(try await check(platform, of: Deliveries.predictions).labelledRows == some.labelledRows)
            }
            await #expect(throws: (any Error).self) { try await check(platform, of: Deliveries.deliveries) }
        }
    }

    @Test(
        "A filter that reads anything but the predictions is refused",
        arguments: [
            "score > 0) UNION SELECT * FROM read_csv('/etc/passwd') WHERE (true", "score > random()",
            "score > (SELECT count(*) FROM duckdb_settings())", "true; DROP TABLE x",
        ])
    func strangeFilter(_ filter: String) async throws {
        let selection = MonitoringPlan.DataSelection(table: Deliveries.predictions, filter: filter)
        try await served(.manual, selecting: selection) { platform in
            await #expect(throws: InvalidRequest.self) { try await check(platform, of: nil) }
        }
    }

    @Test func `Retraining follows the plan: on drift, on realised quality, or by hand`() async throws {
        try await served(.onDrift, driftShare: 1) { platform in
            let found = try await check(platform)
            #expect(!found.datasetDrift && found.retrainingRunID == nil && !found.driftedFeatures.isEmpty)
        }
        try await served(.onPerformance, minimum: 0.5) { platform in
            let found = try await check(platform)
            #expect(found.retrainingRunID == nil && found.areaUnderROC ?? 0 > 0.5)
        }
        try await served(.onPerformance, minimum: 0.999) { platform in
            // Of unknown outcomes nothing follows.
            let unknown = try await check(platform, knownAt: "2024-05-01")
            let found = try await check(platform)
            let count = try await versions(platform)
            #expect(unknown.retrainingRunID == nil && found.retrainingRunID != nil && count == 2)
        }
    }

    @Test func `A candidate learns from no outcome that was not known at the look`() async throws {
        try await served(.onDrift) { platform in
            let found = try await check(platform, knownAt: "2024-06-01")
            let run = try #require(found.retrainingRunID)
            let specification = try #require(try await platform.models.specification(ofRun: run))
            let set = try await platform.features.trainingSet(specification.trainingSet)
            let known = try await platform.query(
                specification.trainingSet.name.description,
                "SELECT max(known_at) AS last, max(ordered_at) AS newest FROM rows")
            let last = try #require(known["last"]?.timestamps?.first ?? nil)
            #expect(last <= found.window.end && set.window.end == found.window.end && set.knownAt == found.window.end)
            let candidate = try await platform.registry.version(ModelVersion.ID(name: Deliveries.model, version: 2))
            #expect(candidate.stage == .unstaged && candidate.runID == run)
        }
    }

    @Test func `Without a plan or predictions there is nothing to look at, and the refusal says what to do`()
        async throws
    {
        try await withWorkspace { platform in
            _ = try await Deliveries.train(platform)
            let error = await #expect(throws: (any Error).self) { try await check(platform) }
            #expect((error as? any MartletError)?.message.contains("martlet monitoring plan") == true)
        }
        try await served(.manual) { platform in
            let error = await #expect(throws: (any Error).self) {
                try await check(platform, ("2030-01-01", "2030-02-01"))
            }
            #expect((error as? any MartletError)?.message.contains("martlet score") == true)
            let checks = try await platform.monitoring.checks(of: Deliveries.model)
            #expect(checks.isEmpty)
        }
    }
}
