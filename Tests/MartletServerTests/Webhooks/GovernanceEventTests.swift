import Foundation
import MartletDomain
import Platform
import TestKit
import Testing

/// What happens in the registry, as webhooks are told of it.
struct GovernanceEventTests {
    private let here = WebhookSettings(allowHTTP: true, allowPrivate: true)
    private static let policy = Policy(
        staging: .init(signOffs: [.reviewer]), production: .init(signOffs: [.programManager]))

    private func caller(_ name: String, _ role: Role) -> Caller {
        Caller(User(name: name, roles: [role]), requestID: "request-of-\(name)")
    }

    /// The events that wait for a webhook, oldest first, with their data.
    private func told(_ server: TestServer, _ hook: Webhook) async throws -> [(event: String, data: JSON)] {
        try await server.platform.webhooks.deliveries(of: hook.id, size: 1_000).reversed().map { delivery in
            let body = try JSON(Data(delivery.body.utf8))
            return (delivery.event.rawValue, body["data"] == .null ? body : body["data"])
        }
    }

    private func hook(
        _ server: TestServer, _ events: [WebhookEvent], model: String? = nil, name: String = "all"
    ) async throws -> Webhook {
        try await server.platform.webhooks.create(
            name, url: "http://127.0.0.1:9/", events: events, model: model, by: .anyone)
    }

    private let own = WebhookEvent.allCases.filter(\.isMartlets)

    @Test func `Requests, comments, sign-offs and stages are told with who, from where and how`() async throws {
        try await withServer(policy: Self.policy, webhooks: here) { server in
            let registry = server.platform.registry
            let hook = try await hook(server, own)
            let (author, checker) = (caller("author", .contributor), caller("checker", .reviewer))
            try await registry.createModel("late", by: author)
            for _ in 0..<2 {
                try await registry.createVersion(of: "late", source: try await server.logModel(), by: author)
            }
            _ = try await registry.comment("hm", on: "late", "1", by: checker)
            try await registry.requestTransition(of: "late", "1", to: .staging, comment: "please", by: author)
            try await registry.cancelTransition(of: "late", "1", to: .staging, by: author)
            try await registry.requestTransition(of: "late", "1", to: .staging, by: author)
            try await registry.rejectTransition(of: "late", "1", to: .staging, comment: "no", by: checker)
            try await registry.requestTransition(of: "late", "1", to: .staging, by: author)
            try await registry.approveTransition(of: "late", "1", to: .staging, by: checker)
            try await registry.signOff("late", "2", for: .staging, by: checker)
            try await registry.transition("late", "2", to: .staging, archiveExisting: true, by: author)
            let told = try await told(server, hook)
            #expect(
                told.map { $0.event } == [
                    "comment.created", "transition_request.created", "transition_request.cancelled",
                    "transition_request.created", "transition_request.rejected", "transition_request.created",
                    "sign_off.given", "transition_request.approved", "model_version.stage_changed", "sign_off.given",
                    "model_version.stage_changed", "model_version.stage_changed",
                ])
            #expect(told[0].data["comment"] == "hm" && told[0].data["by"] == "checker")
            #expect(told[1].data["comment"] == "please" && told[1].data["to_stage"] == "Staging")
            #expect(told[6].data["role"] == "reviewer" && told[6].data["stage"] == "Staging")
            let moves = told.filter { $0.event == "model_version.stage_changed" }.map { $0.data }
            #expect(
                moves[0] == [
                    "name": "late", "version": "1", "from_stage": "None", "to_stage": "Staging", "way": "request",
                    "replaced_by": .null, "by": "checker",
                ])
            #expect(moves[1]["version"] == "2" && moves[1]["way"] == "transition" && moves[1]["by"] == "author")
            #expect(moves[2]["version"] == "1" && moves[2]["way"] == "replaced" && moves[2]["replaced_by"] == "2")
            #expect(moves[2]["from_stage"] == "Staging" && moves[2]["to_stage"] == "Archived")
        }
    }

    @Test func `Broken glass and rollback are told loudly, and a refused change to nobody`() async throws {
        try await withServer(policy: Self.policy, webhooks: here) { server in
            let registry = server.platform.registry
            let (author, director) = (caller("author", .contributor), caller("director", .programManager))
            let checker = caller("checker", .reviewer)
            try await server.platform.writeTable("a.b")
            try await registry.createModel("late", by: author)
            for _ in 0..<2 {
                try await registry.createVersion(of: "late", source: try await server.logModel(), by: author)
            }
            try await registry.signOff("late", "1", for: .staging, by: checker)
            try await registry.signOff("late", "1", for: .production, by: director)
            try await registry.setMonitoringPlan(
                MonitoringPlan(
                    model: "late", owner: "author", frequency: .monthly, reference: try TableReference("a.b@0"),
                    thresholds: .init(), retrainingTrigger: .manual), by: author)
            try await registry.transition("late", "1", to: .production, by: author)
            let hook = try await hook(server, own)
            await #expect(throws: RegistryError.self) {
                try await registry.transition("late", "2", to: .production, by: author)
            }
            #expect(try await told(server, hook).isEmpty)
            try await registry.askBreakGlass("late", "2", to: .stage(.production), reason: "it burns", by: author)
            try await registry.confirmBreakGlass("late", "2", to: .stage(.production), by: director)
            let glass = try await told(server, hook)
            #expect(
                glass.map { $0.event } == [
                    "break_glass.asked", "break_glass.done", "model_version.stage_changed",
                    "model_version.stage_changed",
                ])
            #expect(glass[0].data["reason"] == "it burns" && !glass[0].data["unmet_gates"].elements.isEmpty)
            #expect(glass[2].data["way"] == "break_glass" && glass[3].data["way"] == "replaced")
            #expect(glass[1].data["asked_by"] == "author" && glass[1].data["by"] == "director")
            try await registry.rollBack("late", reason: "worse", by: director)
            let rolled = try await told(server, hook).dropFirst(4)
            #expect(
                rolled.map { $0.event } == [
                    "model_version.stage_changed", "registered_model.rolled_back", "model_version.stage_changed",
                ])
            #expect(rolled.first?.data["way"] == "rollback")
            #expect(rolled.dropFirst().first?.data["archived_versions"] == ["2"])
        }
    }

    @Test func `A webhook of one model follows it to its new name, and hears of no namesake`() async throws {
        try await withServer(webhooks: here) { server in
            let registry = server.platform.registry
            for name in ["late", "early"] { try await registry.createModel(name, by: .anyone) }
            let hook = try await hook(
                server, [.registeredModelRenamed, .registeredModelDeleted, .modelVersionDeleted, .modelVersionCreated],
                model: "late")
            for name in ["early", "late"] {
                try await registry.createVersion(of: name, source: "s3://bucket/model", by: .anyone)
            }
            try await registry.renameModel("late", to: "later", by: .anyone)
            #expect(try await server.platform.webhooks.webhook(hook.id).model == "later")
            try await registry.deleteVersion("later", "1", by: .anyone)
            try await registry.deleteModel("later", by: .anyone)
            try await registry.createModel("later", by: .anyone)
            try await registry.createVersion(of: "later", source: "s3://bucket/model", by: .anyone)
            let told = try await told(server, hook)
            #expect(
                told.map { $0.event } == [
                    "model_version.created", "registered_model.renamed", "model_version.deleted",
                    "registered_model.deleted",
                ])
            #expect(told[1].data == ["name": "later", "former_name": "late", "by": "anyone"])
            await #expect(throws: RegistryError.modelMissing("none")) {
                try await self.hook(server, [.stageChanged], model: "none")
            }
        }
    }

    @Test func `A model that turns red is told of once, and what is red to the webhook that its plan names`()
        async throws
    {
        let clock = SettableClock()
        var policy = Policy.open
        policy.monitoring = .init(tolerance: .days(1), archiveAfter: .days(60))
        try await withServer(policy: policy, webhooks: here, clock: clock.wall) { server in
            let registry = server.platform.registry
            try await server.platform.writeTable("a.b")
            let asks = try await hook(
                server, [.healthTurnedRed, .modelHealthEscalated, .archivingAsked, .transitionRequested])
            let named = try await hook(server, [.registeredModelCreated], name: "desk")
            let other = try await hook(server, [.registryTransitioned], name: "other")
            try await registry.createModel("late", by: .anyone)
            try await registry.createVersion(of: "late", source: try await server.logModel(), by: .anyone)
            try await registry.setMonitoringPlan(
                MonitoringPlan(
                    model: "late", owner: "anyone", frequency: .monthly, reference: try TableReference("a.b@0"),
                    thresholds: .init(), retrainingTrigger: .manual,
                    escalation: .init(contacts: ["desk"], webhook: "desk")), by: .anyone)
            try await registry.transition("late", "1", to: .production, by: .anyone)
            try await registry.watchOverPlans()
            #expect(try await told(server, asks).isEmpty)
            clock.advance(by: 35 * 86_400_000)
            for _ in 0..<3 {
                try await registry.escalate()
                try await registry.watchOverPlans()
            }
            let red = try await told(server, asks)
            #expect(red.map { $0.event } == ["model_health.escalated", "model_health.turned_red"])
            #expect(red.last?.data["contacts"] == ["desk"] && red.last?.data["status"] == "red")
            #expect(red.last?.data["findings"].elements.isEmpty == false)
            clock.advance(by: 90 * 86_400_000)
            for _ in 0..<2 { try await registry.watchOverPlans() }
            #expect(
                try await told(server, asks).dropFirst(2).map { $0.event } == [
                    "transition_request.created", "model_health.archiving_asked",
                ])
            #expect(
                try await told(server, named).map { $0.event } == [
                    "registered_model.created", "model_health.escalated",
                ])
            #expect(try await told(server, other).count == 1)
            // What is out of service, or gone, is red no more.
            try await registry.transition("late", "1", to: .archived, by: .anyone)
            try await registry.watchOverPlans()
            try await registry.deleteModel("late", by: .anyone)
            try await registry.watchOverPlans()
            #expect(try await told(server, asks).count == 4)
        }
    }
}
