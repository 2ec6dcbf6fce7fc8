import Foundation
import MartletDomain
import Platform
import TestKit
import Testing

struct GateTests {
    /// A governed workspace with a registered model and a caller who made it.
    private func withModel(
        _ body: (Platform, (training: TableReference, holdout: TableReference, id: ModelVersion.ID), Caller)
            async throws -> Void
    ) async throws {
        let author = Caller(User(name: "author", roles: [.contributor]), requestID: "test")
        try await withWorkspace(policy: .governed) { platform in
            try await body(platform, try await Deliveries.train(platform, by: author), author)
        }
    }

    private func performance(_ platform: Platform) async throws -> UnmetGate? {
        let checker = Caller(User(name: "checker", roles: [.contributor]), requestID: "test")
        return try await platform.registry.unmetGates(of: Deliveries.model, "1", into: .production, by: checker)
            .first { if case .performance = $0 { true } else { false } }
    }

    @Test func `What cannot be evaluated is recorded as such and opens nothing, and a table that is missing is a slip`()
        async throws
    {
        try await withModel { platform, made, author in
            let other = Deliveries.features.replacing("P30D", with: "P7D").replacing("version: 1", with: "version: 2")
            let set = try await platform.features.apply(other, named: "other", by: author)
            let window = try Deliveries.window(Deliveries.holdout)
            let others = try await platform.features.trainingSet(
                Deliveries.recipe(set.hash), in: window, knownAt: nil, into: TableName("deliveries.others"), by: author)
            for name in ["deliveries.nowhere@0", "deliveries.holdout@77"] {
                let refusal = await #expect(throws: (any Error).self) {
                    try await platform.models.evaluateGate(
                        made.id, on: TableReference(name), minimumAreaUnderROC: 0.75, by: author)
                }
                #expect((refusal as? any MartletError)?.code == .resourceDoesNotExist, "\(name)")
            }
            let cases: [(TableReference, String)] = [
                (try TableReference("deliveries.deliveries@0"), "not a training set"),
                (made.training, "overlaps"),
                (
                    try await Deliveries.set(
                        ("2024-03-31", "2024-04-15"), as: "deliveries.overlap", platform, by: author),
                    "overlaps"
                ),
                // One row has one outcome.
                (
                    try await Deliveries.set(
                        ("2024-04-01", "2024-04-01T01:30:00Z"), as: "deliveries.one", platform, by: author), "the same"
                ),
                (others.table, "trained on the feature set"),
            ]
            for (number, (table, words)) in cases.enumerated() {
                let result = try await platform.models.evaluateGate(
                    made.id, on: table, minimumAreaUnderROC: 0.75, by: author)
                #expect(result.outcome == .couldNotBeEvaluated && result.value == nil, "\(table)")
                #expect(result.reason?.contains(words) == true, "\(table): \(result.reason ?? "")")
                let recorded = try await platform.registry.gateResults(of: made.id)
                #expect(recorded.count == number + 1 && recorded.last == result)
                #expect(try await performance(platform) == .performance(minimum: 0.75, last: result))
            }
            await #expect(throws: RegistryError.self) {
                try await platform.registry.transition(
                    Deliveries.model, "1", to: .production, archiveExisting: false, by: author)
            }
        }
    }

    @Test func `A figure below the minimum fails, and one below the policy's floor does not count`() async throws {
        try await withModel { platform, made, author in
            let failed = try await platform.models.evaluateGate(
                made.id, on: made.holdout, minimumAreaUnderROC: 0.999, by: author)
            let value = try #require(failed.value)
            #expect(failed.outcome == .failed && value < 0.999 && value > 0.75)
            #expect(try await performance(platform) == .performance(minimum: 0.75, last: failed))
            // Passed against less than the policy asks for, it says nothing new.
            let low = try await platform.models.evaluateGate(
                made.id, on: made.holdout, minimumAreaUnderROC: 0.5, by: author)
            #expect(low.outcome == .passed && low.value == value)
            #expect(try await performance(platform) == .performance(minimum: 0.75, last: failed))
            let passed = try await platform.models.evaluateGate(
                made.id, on: made.holdout, minimumAreaUnderROC: 0.75, by: author)
            #expect(passed.outcome == .passed)
            #expect(try await performance(platform) == nil)
            // A try that came to no figure takes nothing away; the last figure counts.
            _ = try await platform.models.evaluateGate(
                made.id, on: made.training, minimumAreaUnderROC: 0.75, by: author)
            #expect(try await performance(platform) == nil)
            _ = try await platform.models.evaluateGate(
                made.id, on: made.holdout, minimumAreaUnderROC: 0.999, by: author)
            #expect(try await performance(platform) != nil)
        }
    }

    @Test(arguments: [-0.1, 1.1, .nan, .infinity])
    func `A minimum that no AUC can have is refused`(minimum: Double) async throws {
        try await withModel { platform, made, author in
            await #expect(throws: InvalidRequest.self) {
                try await platform.models.evaluateGate(
                    made.id, on: made.holdout, minimumAreaUnderROC: minimum, by: author)
            }
            let recorded = try await platform.registry.gateResults(of: made.id)
            #expect(recorded.isEmpty)
        }
    }
}
