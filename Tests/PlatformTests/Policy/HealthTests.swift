import Foundation
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

private typealias Fixture = RegistryFixture

struct HealthTests {
    private static func plan(owner: String = "director") throws -> MonitoringPlan {
        var plan = try Fixture.plan()
        (plan.owner, plan.ownerGroup) = (owner, "flight operations")
        plan.escalation = .init(contacts: [owner, "desk"])
        return plan
    }

    /// Puts a look at version 1 on record, as a check would.
    private func look(_ fixture: Fixture, at time: Int64, drift: Bool = false, auc: Double? = nil) async throws {
        let check = MonitoringCheck(
            id: UUID().uuidString, model: "flight-delay", modelVersion: "1",
            window: try TimeWindow(from: 0, to: 1_000_000), reference: try TableReference("flights.training@0"),
            predictions: try TableReference("a.b@0"), outcomes: try TableReference("a.c@0"),
            outcomesKnownAt: Instant(microseconds: 0), runID: "r", datasetDrift: drift, driftedFeatures: [],
            featureCount: 1, driftShare: 0, labelledRows: 0, areaUnderROC: auc, f1: nil, retrainingRunID: nil,
            checkedAt: time)
        let record = try JSONEncoding.text(check)
        try await fixture.store.change(AuditAction("test", "look"), by: .setup) { db in
            try db.execute(
                "INSERT INTO monitoring_checks (id, model, model_version, window_start, window_end, checked_at, record) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(check.id), "flight-delay", "1", .integer(check.window.start), .integer(check.window.end),
                    .integer(time), .text(record),
                ])
        }
    }

    private func inProduction(
        _ policy: Policy = .open, gone: [String] = [],
        _ body: (RegistryFixture, SettableClock) async throws -> Void
    ) async throws {
        let time = try SettableClock("2026-03-02T09:00:00Z")
        try await Fixture.with(policies: Policies(policy), clock: time.wall, gone: gone) { fixture in
            try await fixture.register()
            try await fixture.registry.setMonitoringPlan(try Self.plan(), by: Fixture.author)
            try await fixture.registry.transition("flight-delay", "1", to: .production, by: Fixture.author)
            try await body(fixture, time)
        }
    }

    @Test func `A model is green while it is looked at, yellow when a look is due, and red when it is late`()
        async throws
    {
        try await inProduction { fixture, time in
            func status() async throws -> ModelHealth { try #require(try await fixture.registry.health().first) }
            #expect(try await status().status == .green)
            time.advance(days: 32)
            #expect(try await status().status == .yellow)
            time.advance(days: 3)
            var health = try await status()
            #expect(health.status == .red && health.findings.map(\.kind) == [.overdue])
            // To put the plan on record again is no look.
            try await fixture.registry.setMonitoringPlan(try Self.plan(), by: Fixture.author)
            #expect(try await status().status == .red)
            try await look(fixture, at: time.now)
            health = try await status()
            #expect(health.status == .green && health.lastCheckAt == time.now)
            #expect(health.nextCheckDue == CheckFrequency.monthly.due(after: time.now))
        }
    }

    @Test func `What the last look found, an owner who is gone, and a lost plan are red`() async throws {
        try await inProduction(gone: ["director"]) { fixture, time in
            var plan = try Self.plan()
            plan.thresholds.minimumAreaUnderROC = 0.7
            try await fixture.registry.setMonitoringPlan(plan, by: Fixture.author)
            try await look(fixture, at: time.now, drift: true, auc: 0.6)
            let health = try #require(try await fixture.registry.health(of: "flight-delay").first)
            #expect(health.findings.map(\.kind) == [.ownerGone, .lastCheckFailed])
            #expect(health.findings.allSatisfy { $0.status == .red })
            #expect(health.findings[0].text.contains("martlet handover --from director"))
            #expect(health.findings[1].text.contains("drifted") && health.findings[1].text.contains("0.6"))
        }
        try await Fixture.with(.open) { fixture in
            try await fixture.register()
            #expect(try await fixture.registry.health().isEmpty)
            #expect(try await fixture.registry.health(of: "flight-delay").map(\.status) == [.green])
            try await fixture.registry.transition("flight-delay", "1", to: .production, by: Fixture.author)
            #expect(try await fixture.registry.health().first?.findings.map(\.kind) == [.noPlan])
        }
    }

    @Test func `Sign-offs that expire and gates that came later are yellow`() async throws {
        var policy = Policy(production: .init(signOffs: [.programManager]))
        policy.production.signOffsExpireAfter = .days(10)
        policy.production.modelCard = ["intended_use"]
        let time = try SettableClock("2026-03-02T09:00:00Z")
        try await Fixture.with(policies: Policies(policy), clock: time.wall) { fixture in
            let registry = fixture.registry
            try await fixture.register()
            try await registry.setMonitoringPlan(try Self.plan(), by: Fixture.author)
            let card = KeyedText("model_card.intended_use", "to plan crews")
            try await registry.setVersionTag(card, of: "flight-delay", "1", by: Fixture.author)
            try await registry.signOff("flight-delay", "1", for: .production, by: Fixture.director)
            try await registry.transition("flight-delay", "1", to: .production, by: Fixture.author)
            #expect(try await registry.health().first?.status == .green)
            time.advance(days: 11)
            #expect(try await registry.health().first?.findings.map(\.kind) == [.signOffsExpired])
            try await registry.deleteVersionTag(card.key, of: "flight-delay", "1", by: Fixture.author)
            let health = try #require(try await registry.health().first)
            #expect(health.findings.map(\.kind) == [.signOffsExpired, .policyUnmet] && health.status == .yellow)
        }
    }

    @Test func `The archiving of a model that nobody looks after is asked for once`() async throws {
        var policy = Policy.open
        policy.monitoring = .init(tolerance: .days(1), archiveAfter: .days(30))
        try await inProduction(policy) { fixture, time in
            let registry = fixture.registry
            #expect(try await registry.watchOverPlans().isEmpty)
            time.advance(days: 40)
            #expect(try await registry.watchOverPlans().isEmpty)
            time.advance(days: 25)
            let asked = try await registry.watchOverPlans()
            #expect(asked.map(\.stage) == [.archived] && asked.map(\.requestedBy) == ["martlet"])
            #expect(asked.first?.comment?.contains("Nobody has looked after it") == true)
            #expect(try await registry.watchOverPlans().isEmpty)
            try await registry.rejectTransition(of: "flight-delay", "1", to: .archived, by: Fixture.director)
            #expect(try await registry.watchOverPlans().isEmpty)
            // Looked after, and left alone again.
            try await look(fixture, at: time.now)
            time.advance(days: 70)
            let again = try #require(try await registry.watchOverPlans().first)
            try await registry.approveTransition(
                of: "flight-delay", "1", to: again.stage, by: Fixture.author)
            #expect(try await registry.version("flight-delay", "1").stage == .archived)
            #expect(try await registry.watchOverPlans().isEmpty)
        }
    }

    @Test func `A handover moves models, plans and contacts, and tells who takes over how they do`() async throws {
        try await inProduction { fixture, time in
            let registry = fixture.registry
            try await fixture.register("weather", by: Fixture.caller("colleague", [.contributor]))
            var other = try Self.plan(owner: "colleague")
            (other.model, other.escalation) = ("weather", .init(contacts: ["author"]))
            try await registry.setMonitoringPlan(other, by: Fixture.author)
            try await registry.requestTransition(of: "flight-delay", "1", to: .archived, by: Fixture.author)
            let dossier = try await registry.handOver(from: "author", to: "successor", by: Fixture.director)
            #expect(
                dossier.items.map { "\($0.kind.rawValue) \($0.name)" } == [
                    "model flight-delay", "monitoring_plan weather", "transition_request flight-delay/1 to Archived",
                ])
            #expect(dossier.health.map(\.model) == ["flight-delay", "weather"] && dossier.openRequests.count == 1)
            #expect(dossier.markdown.contains("| model | flight-delay |"))
            #expect(try await registry.modelWithOwner("flight-delay").owner == "successor")
            #expect(try await registry.modelWithOwner("weather").owner == "colleague")
            #expect(try await registry.monitoringPlan("weather")?.escalation?.contacts == ["successor"])
            try await registry.handOver(from: "director", to: "successor", by: Fixture.director)
            #expect(try await registry.monitoringPlan("flight-delay")?.owner == "successor")
            let left = try await registry.handOver(from: "author", to: "successor", by: Fixture.director)
            #expect(left.items.map(\.kind) == [.transitionRequest])
            await #expect(throws: IdentityError.userMissing("nobody")) {
                try await registry.handOver(from: "nobody", to: "successor", by: Fixture.director)
            }
        }
    }

    @Test func `Nothing is handed over to somebody who is gone`() async throws {
        try await inProduction(gone: ["successor"]) { fixture, _ in
            let refusal = await #expect(throws: RegistryError.self) {
                try await fixture.registry.handOver(from: "director", to: "successor", by: Fixture.author)
            }
            #expect(refusal?.message.contains("monitoring_plan flight-delay") == true)
            let owner = try await fixture.registry.monitoringPlan("flight-delay")?.owner
            #expect(owner == "director")
        }
    }

    @Test func `A plan of before is read as it was`() throws {
        let text = """
            {"model":"m","owner":"o","frequency":"monthly","reference":"a.b@1","thresholds":{"drift_share":0.5},\
            "retraining_trigger":"on_drift"}
            """
        let plan = try JSONDecoder().decode(MonitoringPlan.self, from: Data(text.utf8))
        #expect(plan.frequency == .monthly && plan.ownerGroup == nil && plan.problems.isEmpty)
        let again = try JSONDecoder().decode(MonitoringPlan.self, from: Data(try JSONEncoding.text(plan).utf8))
        #expect(again == plan)
    }
}
