import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

private typealias Fixture = RegistryFixture

/// What a monitoring plan brings about by itself, and a clock that was wrong.
struct EscalationTests {
    private static let admin = Fixture.caller("admin", [.administrator])

    @Test func `Who is named is told once of each finding, on the log and by the webhook that is named`() async throws {
        let time = try SettableClock("2026-03-02T09:00:00Z")
        try await withWorkspace(webhooks: .init(allowHTTP: true, allowPrivate: true), clock: time.wall) { platform in
            let registry = platform.registry
            let hook = try await platform.webhooks.create(
                "pager", url: "http://127.0.0.1:9/hook", events: [.promptCreated], by: .anyone)
            let made = try await Deliveries.train(platform)
            var plan = try Fixture.plan(Deliveries.model)
            plan.reference = made.training
            plan.escalation = .init(contacts: ["desk", "duty"], webhook: "pager")
            plan.retrainingJob = "retrain"
            try await registry.setMonitoringPlan(plan, by: .anyone)
            try await registry.transition(Deliveries.model, "1", to: .production, by: .anyone)
            #expect(try await registry.escalate().isEmpty)
            time.advance(days: 40)
            let health = try #require(try await registry.health().first)
            #expect(health.status == .red && health.escalation?.contacts == ["desk", "duty"])
            #expect(health.retraining?.trigger == .onDrift && health.retraining?.job == "retrain")
            #expect(health.retraining?.calledForBecause == nil)
            let told = try await registry.escalate()
            #expect(told.map(\.finding.kind) == [.overdue] && told.map(\.webhook) == ["pager"])
            #expect(try await registry.escalate().isEmpty)
            let entry = try #require(try await platform.auditEntries().last)
            #expect(entry.actionName == "escalate" && entry.requestParams["contacts"] == "desk, duty")
            #expect(entry.userIdentity.name == "martlet" && entry.requestParams["webhook"] == "pager")
            let deliveries = try await platform.webhooks.deliveries(of: hook.id)
            #expect(deliveries.map(\.event) == [.modelHealthEscalated])
            let body = try JSON(Data(try #require(deliveries.first).body.utf8))
            #expect(body["data"]["finding"] == "overdue" && body["data"]["name"] == "late-delivery")
            // A webhook that is not there is said to be missing, and keeps nothing from the log.
            plan.escalation?.webhook = "gone"
            plan.frequency = .daily
            try await registry.setMonitoringPlan(plan, by: .anyone)
            let again = try await registry.escalate()
            #expect(again.map(\.webhook) == [nil])
            #expect(try await platform.auditEntries().last?.requestParams["webhook_missing"] == "true")
        }
    }

    @Test(arguments: [MonitoringPlan.RetrainingTrigger.onDrift, .onPerformance, .manual])
    func `Retraining is called for by what the plan names`(trigger: MonitoringPlan.RetrainingTrigger) async throws {
        try await withWorkspace { platform in
            let made = try await Deliveries.train(platform)
            let registry = platform.registry
            try await registry.transition(Deliveries.model, "1", to: .production, by: .anyone)
            var plan = try Fixture.plan(Deliveries.model)
            (plan.reference, plan.retrainingTrigger) = (made.training, trigger)
            (plan.thresholds, plan.retrainingJob) = (.init(driftShare: 0.1, minimumAreaUnderROC: 0.9999), "retrain")
            try await registry.setMonitoringPlan(plan, by: .anyone)
            _ = try await platform.scoring.scoreBatch(
                "models:/\(Deliveries.model)/Production", in: Deliveries.window(Deliveries.served),
                into: TableName(Deliveries.predictions), by: .anyone)
            let check = try await platform.monitoring.check(
                Deliveries.model, predictions: TableName(Deliveries.predictions),
                in: Deliveries.window(Deliveries.served), labelsKnownAt: nil, experiment: "monitoring", by: .anyone)
            #expect(check.datasetDrift && check.areaUnderROC ?? 1 < 0.9999)
            let health = try #require(try await registry.health().first)
            #expect(health.findings.map(\.kind).contains(.lastCheckFailed) && health.retraining?.trigger == trigger)
            let reason = health.retraining?.calledForBecause
            switch trigger {
            case .onDrift: #expect(reason?.contains("drifted") == true)
            case .onPerformance: #expect(reason?.contains("AUC") == true)
            case .manual: #expect(reason == nil)
            }
            #expect(health.retraining?.runID == check.retrainingRunID)
        }
    }

    @Test func `A clock that was far ahead is mended by an administrator, on the log, and makes nothing fresh`()
        async throws
    {
        var policy = Policy(production: .init(signOffs: [.programManager]))
        policy.production.signOffsExpireAfter = .days(30)
        policy.production.waitingPeriod = .days(1)
        let time = try SettableClock("2026-03-02T09:00:00Z")
        try await Fixture.with(policies: Policies(policy), clock: time.wall) { fixture in
            let registry = fixture.registry
            let name = "flight-delay"
            try await fixture.register()
            await #expect(throws: RegistryError.self) {
                try await registry.resetClock(reason: "nothing is wrong", by: Self.admin)
            }
            time.advance(days: 5_000)
            try await registry.signOff(name, "1", for: .production, by: Fixture.director)
            try await registry.requestTransition(of: name, "1", to: .production, by: Fixture.author)
            time.advance(days: -4_999)
            #expect(try await registry.clock().isBehind)
            try await registry.signOff(name, "1", for: .production, by: Fixture.otherDirector)
            await #expect(throws: RegistryError.self) { try await registry.resetClock(reason: " ", by: Self.admin) }
            await #expect(throws: IdentityError.self) {
                try await registry.resetClock(reason: "2040", by: Fixture.director)
            }
            let clock = try await registry.resetClock(reason: "the host came up in 2039", by: Self.admin)
            #expect(clock.registry == time.now && clock.former == time.now + 4_999 * 86_400_000)
            #expect(try await registry.clock() == RegistryClock(registry: time.now, clock: time.now))
            let entry = try #require(try await fixture.entries().last)
            #expect(entry.actionName == "reset_clock" && entry.userIdentity.name == "admin")
            #expect(entry.requestParams["reason"] == "the host came up in 2039")
            #expect(entry.requestParams["former_time"] != entry.requestParams["time"])
            // Neither the sign-offs of 2039 nor its request count, and both can be made again.
            let unmet = try await registry.unmetGates(of: name, "1", into: .production, by: Fixture.author)
            #expect(unmet.count == 2)
            try await registry.signOff(name, "1", for: .production, by: Fixture.director)
            try await registry.cancelTransition(of: name, "1", to: .production, by: Fixture.author)
            try await registry.requestTransition(of: name, "1", to: .production, by: Fixture.author)
            time.advance(days: 2)
            try await registry.transition(name, "1", to: .production, by: Fixture.author)
            #expect(try await registry.health(of: name).first?.nextCheckDue == nil)
            #expect(try await registry.asOf(time.now, name).production?.version == 1)
        }
    }

    @Test func `A glass that was asked for in a time to come is not broken now`() async throws {
        let time = try SettableClock("2026-03-02T09:00:00Z")
        let policy = Policy(production: .init(signOffs: [.programManager]))
        try await Fixture.with(policies: Policies(policy), clock: time.wall) { fixture in
            let registry = fixture.registry
            try await fixture.register()
            time.advance(days: 365)
            try await registry.askBreakGlass(
                "flight-delay", "1", to: .stage(.production), reason: "x", by: Fixture.author)
            time.advance(days: -364)
            try await registry.resetClock(reason: "a year ahead", by: Self.admin)
            await #expect(throws: RegistryError.self) {
                try await registry.confirmBreakGlass(
                    "flight-delay", "1", to: .stage(.production), by: Fixture.director)
            }
        }
    }
}
