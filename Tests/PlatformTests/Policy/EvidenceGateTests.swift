import Foundation
import MartletDomain
import Platform
import TestKit
import Testing

/// Gates on what Martlet itself measures of real models and tables.
struct EvidenceGateTests {
    private static let author = Caller(User(name: "author", roles: [.contributor]), requestID: "test")

    private func withModel(
        _ policy: Policy,
        _ body: (Platform, (training: TableReference, holdout: TableReference, id: ModelVersion.ID)) async throws ->
            Void
    ) async throws {
        try await withWorkspace(policy: policy) { platform in
            try await body(platform, try await Deliveries.train(platform, by: Self.author))
        }
    }

    private func unmet(_ platform: Platform, _ version: String = "1") async throws -> [UnmetGate] {
        try await platform.registry.unmetGates(
            of: Deliveries.model, version, into: .production, by: Self.author)
    }

    @Test func `A figure counts that was measured on the named dataset, and against Production on the same rows`()
        async throws
    {
        var policy = Policy.open
        policy.production.metrics = [
            MetricGate("auc", on: "deliveries.holdout", minimum: 0.75, betterThanProductionBy: -0.2),
            MetricGate("log_loss", on: "deliveries.holdout", maximum: 5),
        ]
        try await withModel(policy) { platform, made in
            #expect(try await unmet(platform).count == 2)
            // Of other rows it says nothing.
            let other = try await Deliveries.set(
                ("2024-04-10", "2024-05-01"), as: "deliveries.other", platform, by: Self.author)
            _ = try await platform.models.evaluate(made.id, on: other, by: Self.author)
            #expect(try await unmet(platform).count == 2)
            // Rows that it has seen are no evidence.
            await #expect(throws: (any Error).self) {
                try await platform.models.evaluate(made.id, on: made.training, by: Self.author)
            }
            let figures = try await platform.models.evaluate(made.id, on: made.holdout, by: Self.author)
            #expect(figures.allSatisfy { $0.table == made.holdout && !$0.isReported })
            #expect(Set(figures.map(\.metric)).isSuperset(of: ["auc", "log_loss", "f1"]))
            #expect(try await unmet(platform).isEmpty)
            try await platform.registry.transition(Deliveries.model, "1", to: .production, by: Self.author)
            // The next is held against it.
            _ = try await platform.models.train(
                Deliveries.specification(made.training, holdout: made.holdout), by: Self.author)
            let next = ModelVersion.ID(name: Deliveries.model, version: 2)
            #expect(try await unmet(platform, "2").count == 2)
            _ = try await platform.models.evaluate(next, on: made.holdout, by: Self.author)
            #expect(try await unmet(platform, "2").isEmpty)
        }
    }

    @Test func `What suites found in the very tables that a version was trained on decides`() async throws {
        var policy = Policy.open
        policy.production.dataQuality = DataQualityGate(suites: ["training"])
        try await withModel(policy) { platform, made in
            func suite(_ most: Int) -> String {
                """
                expectation_suites:
                  - expectation_suite_name: training
                    table: \(made.training.name)
                    expectations:
                      - expect_column_values_to_be_between: {column: distance, min_value: 1, max_value: \(most)}
                      - expect_column_values_to_be_between: {column: distance, min_value: 1, max_value: 2}
                        severity: warn
                """
            }
            #expect(try await unmet(platform).count == 1)
            // What was found in other tables says nothing of these.
            let elsewhere = try await platform.quality.run(Deliveries.quality, asOf: nil, by: Self.author)
            let allPassed = elsewhere.allSatisfy { $0.result.success }
            #expect(allPassed)
            #expect(try await unmet(platform).count == 1)
            _ = try await platform.quality.run(suite(2), asOf: nil, by: Self.author)
            let failed = try #require(try await unmet(platform).first)
            #expect(failed.sentence(made.id).contains("failed: training on \(made.training)"))
            _ = try await platform.quality.run(suite(100), asOf: nil, by: Self.author)
            #expect(try await unmet(platform).isEmpty)
        }
    }

    @Test func `Files that were put in the place of what was trained have no training data`() async throws {
        var policy = Policy.open
        policy.production.trainingDrift = TrainingDriftGate(maximumShare: 0.5)
        try await withModel(policy) { platform, made in
            let registry = platform.registry
            try await registry.setMonitoringPlan(
                MonitoringPlan(
                    model: Deliveries.model, owner: "author", frequency: .monthly, reference: made.training,
                    thresholds: .init(), retrainingTrigger: .manual), by: Self.author)
            #expect(try await unmet(platform).isEmpty)
            var specification = Deliveries.specification(made.training, holdout: made.holdout)
            specification.registerAs = nil
            for (number, isChanged) in [("2", false), ("3", true)] {
                let trained = try await platform.models.train(specification, by: Self.author)
                let logged = try await platform.tracking.loggedModel(trained.modelID)
                if isChanged {
                    // What it was trained on is no word of its own files.
                    let file = logged.artifactURI + "/" + ModelCard.fileName
                    let card = try String(
                        contentsOf: platform.artifacts.localURL(#require(try ArtifactPath.inStore(uri: file))),
                        encoding: .utf8)
                    let forged = card.replacing("\(made.training.name)", with: "deliveries.other")
                    #expect(forged != card)
                    try await platform.artifacts.write(Data(forged.utf8), to: file, by: Self.author)
                }
                _ = try await registry.createVersion(
                    of: Deliveries.model, source: "models:/\(trained.modelID)", runID: trained.runID, by: Self.author)
                #expect(try await unmet(platform, number).isEmpty != isChanged)
                let id = try ModelVersion.ID(Deliveries.model, number)
                let gate = try await platform.models.evaluateGate(
                    id, on: made.holdout, minimumAreaUnderROC: 0.5, by: Self.author)
                #expect(gate.outcome == (isChanged ? .couldNotBeEvaluated : .passed))
            }
        }
    }

    @Test func `Training data are held against the reference in force`() async throws {
        var policy = Policy.open
        policy.production.trainingDrift = TrainingDriftGate(maximumShare: 0.5)
        try await withModel(policy) { platform, made in
            let registry = platform.registry
            #expect(try await unmet(platform).count == 1)
            await #expect(throws: (any Error).self) {
                try await platform.monitoring.compareTraining(of: made.id, by: Self.author)
            }
            var plan = MonitoringPlan(
                model: Deliveries.model, owner: "author", frequency: .monthly, reference: made.training,
                thresholds: .init(), retrainingTrigger: .manual)
            try await registry.setMonitoringPlan(plan, by: Self.author)
            plan.reference = try TableReference("\(made.training.name)@99")
            await #expect(throws: RegistryError.self) { try await registry.setMonitoringPlan(plan, by: Self.author) }
            plan.reference = made.training
            // What was trained on the reference has not moved from it.
            #expect(try await unmet(platform).isEmpty)
            plan.reference = made.holdout
            try await registry.setMonitoringPlan(plan, by: Self.author)
            #expect(try await unmet(platform).count == 1)
            let drift = try await platform.monitoring.compareTraining(of: made.id, by: Self.author)
            #expect(drift.training == made.training && drift.reference == made.holdout)
            #expect((0...1).contains(drift.share) && drift.share * 4 >= Double(drift.driftedColumns.count) - 0.01)
            #expect(try await unmet(platform).isEmpty == (drift.share <= 0.5))
            #expect(try await registry.recordedEvidence(of: Deliveries.model, "1").drifts == [drift])
        }
    }
}
