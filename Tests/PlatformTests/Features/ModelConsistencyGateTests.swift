import Foundation
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

/// A model that was packed with a lookup, an aggregate and a view of its own, before the gates of a stage.
@Suite struct ModelConsistencyGateTests {
    private static let specification = """
        version: 1
        kind: training-set
        name: risk
        sources:
          awards: {table: risk.awards, primary_keys: [vendor], time_key: ended_at}
        lookups:
          - {table: risk.vendors, key: uei, at: at, features: [rating]}
        aggregates:
          - {name: amount_30d, source: awards, entity: [vendor], key: [uei], event_time: ended_at, at: at,
             function: sum, input: amount, window: {rolling: P30D}}
        views:
          - at: at
            view:
              feature_view: spending
              version: 1
              source: {table: risk.awards, entity: [vendor], event_time: ended_at}
              join: [uei]
              features:
                awards_all: {count: "*", window: {lifetime: true}}
        label: late
        exclude: [row]
        """

    private static var policy: Policy {
        var policy = Policy.open
        policy.production.featureConsistency = FeatureConsistency(maximumMismatches: 0)
        return policy
    }

    /// Registers version 1 of `risk` with what it was packed with, and no run.
    private func register(_ platform: Platform) async throws {
        try await platform.importText(
            "uei,as_of,rating\nA,2024-01-01T00:00:00Z,1.5\nA,2024-02-01T00:00:00Z,2.5\nB,2024-01-15T00:00:00Z,\n",
            as: "risk.vendors")
        try await platform.importText(
            "vendor,ended_at,amount\nA,2024-01-05T00:00:00Z,10\nA,2024-01-25T00:00:00Z,20\nB,2024-02-01T00:00:00Z,30\n",
            as: "risk.awards")
        try await platform.importText(
            "row,uei,at,late\n1,A,2024-02-10T00:00:00Z,true\n2,B,2024-03-01T00:00:00Z,false\n", as: "risk.labels")
        _ = try await platform.features.registerTable(
            FeatureTableDeclaration(name: "risk.vendors", primaryKeys: ["uei"], timeKeys: ["as_of"]), by: .anyone)
        _ = try await platform.features.createTrainingSet(
            Self.specification, spine: .table(TableName("risk.labels"), version: nil), into: TableName("risk.training"),
            by: .anyone)
        let packed = try await platform.features.pack(TableName("risk.training"))
        let folder = "0/models/risk/artifacts"
        try await platform.artifacts.write(
            Data(packed.fileText.utf8), to: "\(folder)/\(PackedFeatures.fileName)", by: .anyone)
        try await platform.artifacts.write(Data("model".utf8), to: "\(folder)/MLmodel", by: .anyone)
        try await platform.registry.createModel("risk", by: .anyone)
        try await platform.registry.createVersion(
            of: "risk", source: "mlflow-artifacts:/\(folder)", runID: nil, by: .anyone)
    }

    private func unmet(_ platform: Platform) async throws -> [String] {
        try await platform.registry.unmetGates(of: "risk", "1", into: .production, by: .anyone).compactMap {
            if case .featureConsistency(_, let evidence) = $0 { evidence.view } else { nil }
        }
    }

    private func verify(_ platform: Platform, to end: String = "2025-01-01") async throws -> [ConsistencyCheck] {
        try await platform.online.verify(
            model: .init(name: "risk", version: 1), in: Deliveries.window(("2024-01-01", end)), requests: nil, at: nil,
            by: .anyone)
    }

    @Test func `A model passes by stage and alias only after all that it was packed with was compared`() async throws {
        try await withWorkspace(policy: Self.policy) { platform in
            try await register(platform)
            let registry = platform.registry
            #expect(try await unmet(platform) == ["risk.awards", "risk.vendors", "spending"])
            await #expect(throws: RegistryError.self) {
                try await registry.transition("risk", "1", to: .production, by: .anyone)
            }
            await #expect(throws: RegistryError.self) {
                try await registry.setAlias("champion", of: "risk", to: "1", by: .anyone)
            }
            let checks = try await verify(platform)
            #expect(checks.count == 3 && checks.allSatisfy { $0.outcome == .passed }, "\(checks)")
            #expect(try await unmet(platform) == [])
            try await registry.setAlias("champion", of: "risk", to: "1", by: .anyone)
            try await registry.transition("risk", "1", to: .production, by: .anyone)
        }
    }

    @Test func `A difference that was found is not taken back by a look at a shorter span`() async throws {
        try await withWorkspace(policy: Self.policy) { platform in
            try await register(platform)
            _ = try await verify(platform)
            try await platform.identity.store.change(AuditAction("test", "differ", [:]), by: .anyone) { db in
                _ = try db.execute(
                    "UPDATE feature_checks SET outcome = 'failed', mismatches = 1 WHERE view_name = 'spending'", [])
            }
            #expect(try await unmet(platform) == ["spending"])
            #expect(try await verify(platform, to: "2024-01-10").contains { $0.outcome == .passed })
            #expect(try await unmet(platform) == ["spending"])
            _ = try await verify(platform)
            #expect(try await unmet(platform) == [])
        }
    }

    @Test func `A plan of which only the hash is known keeps the gate shut`() async throws {
        try await withWorkspace(policy: Self.policy) { platform in
            try await register(platform)
            try await platform.identity.store.change(AuditAction("test", "forget", [:]), by: .anyone) { db in
                _ = try db.execute(
                    "UPDATE model_version_views SET definition = NULL WHERE view_name = 'spending'", [])
            }
            let checks = try await verify(platform)
            #expect(checks.filter { $0.outcome == .couldNotBeEvaluated }.map(\.view) == ["spending"])
            #expect(try await unmet(platform) == ["spending"])
        }
    }
}
