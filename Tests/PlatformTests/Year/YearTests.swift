import AuditLog
import Foundation
import MartletDomain
import Platform
import TestKit
import Testing

/// One year of a small business, played through with a clock that the test holds: five people, two models, a program
/// manager who leaves, a handover, drift, retraining, a refused promotion, a break-glass, a rollback.
struct YearTests {
    private static let policy = Policy(
        staging: .init(signOffs: [.reviewer]),
        production: .init(signOffs: [.programManager], monitoringPlan: true, minimumAreaUnderROC: 0.6))

    /// What was in Production when a month began, of the first model; the second had one version all the time.
    private static let inProduction: [(month: String, version: Int64, approver: String?)] = [
        ("2024-05", 1, "manager"), ("2024-06", 1, "manager"), ("2024-07", 1, "manager"), ("2024-08", 1, "manager"),
        ("2024-09", 1, "manager"), ("2024-10", 1, "manager"), ("2024-11", 2, "successor"), ("2024-12", 3, nil),
        ("2025-01", 2, "successor"), ("2025-02", 2, "successor"), ("2025-03", 2, "successor"),
        ("2025-04", 2, "successor"),
    ]

    @Test func `After a year, each month's Production, predictions and evidence are what they were`() async throws {
        let clock = try SettableClock("2024-04-09T08:00:00Z", step: 1)
        try await withWorkspace(policy: Self.policy, clock: clock.wall) { platform in
            let world = try await YearWorld(platform, clock)
            try await spring(world)
            var predictions = try await summer(world)
            predictions += try await autumn(world)
            predictions += try await winter(world)
            try clock.set("2025-04-02T08:00:00Z")
            try await expectHistory(world)
            try await expectReasons(world, predictions)
            try await expectEvidence(world)
            #expect(try await platform.audit.verify().isIntact)
        }
    }

    /// April and May: two models are trained, approved and go to Production.
    private func spring(_ world: YearWorld) async throws {
        try await world.prepare()
        let first = try await world.train(
            YearWorld.day, ("2024-01-01", "2024-03-01"), holdout: ("2024-03-01", "2024-04-01"))
        try await world.plan(YearWorld.day, owner: world.manager, reference: first.training)
        try await world.promote(first.version, by: world.manager, on: first.holdout)
        try world.clock.set("2024-05-10T08:00:00Z")
        try await world.importRows(from: "2024-04-08", to: "2024-05-01")
        let second = try await world.train(
            YearWorld.night, ("2024-01-01", "2024-04-01"), holdout: ("2024-04-01", "2024-05-01"))
        try await world.plan(YearWorld.night, owner: world.manager, reference: second.training)
        try await world.promote(second.version, by: world.manager, on: second.holdout)
        #expect(try await world.health(YearWorld.night).status == .green)
    }

    /// June to August: each month is scored when it is over. In June the program manager leaves.
    private func summer(_ world: YearWorld) async throws -> [YearPrediction] {
        var predictions: [YearPrediction] = []
        for (month, next) in [("2024-05", "2024-06"), ("2024-06", "2024-07"), ("2024-07", "2024-08")] {
            try world.clock.set("\(next)-03T08:00:00Z")
            try await world.importRows(from: "\(month)-01", to: "\(next)-01")
            for model in [YearWorld.day, YearWorld.night] {
                predictions.append(try await world.score(model, month, next))
                _ = try await world.check(model, month, next)
            }
            if next == "2024-06" { try await leave(world) }
        }
        return predictions
    }

    private func leave(_ world: YearWorld) async throws {
        let (identity, registry) = (world.platform.identity, world.platform.registry)
        try await identity.deactivate("manager", by: .setup)
        await #expect(throws: IdentityError.self) { try await identity.user(presenting: world.managersToken) }
        let alone = try await world.health(YearWorld.day)
        #expect(alone.status == .red && alone.findings.contains { $0.kind == .ownerGone })
        await #expect(throws: RegistryError.self) {
            try await registry.handOver(from: "manager", to: "nobody", by: world.reviewer)
        }
        let dossier = try await registry.handOver(from: "manager", to: "successor", by: world.reviewer)
        #expect(Set(dossier.items.map(\.name)).isSuperset(of: [YearWorld.day, YearWorld.night]))
        for model in [YearWorld.day, YearWorld.night] {
            #expect(try await registry.monitoringPlan(model)?.owner == "successor")
            let findings = try await world.health(model).findings
            #expect(!findings.contains { $0.kind == .ownerGone }, "\(findings)")
        }
    }

    /// September and October: parcels come from further away; a look finds that and retrains. The candidate is refused
    /// until the successor signs.
    private func autumn(_ world: YearWorld) async throws -> [YearPrediction] {
        let registry = world.platform.registry
        try world.clock.set("2024-09-03T08:00:00Z")
        try await world.importRows(from: "2024-08-01", to: "2024-09-01")
        var predictions: [YearPrediction] = []
        for model in [YearWorld.day, YearWorld.night] {
            predictions.append(try await world.score(model, "2024-08", "2024-09"))
        }
        let plan = try #require(try await registry.monitoringPlan(YearWorld.day))
        try await world.plan(
            YearWorld.day, owner: world.successor, reference: plan.reference, retraining: .onDrift)
        let check = try await world.check(YearWorld.day, "2024-08", "2024-09")
        #expect(check.datasetDrift && check.retrainingRunID != nil)
        let candidate = try #require(
            try await registry.latestVersions(of: YearWorld.day).first { $0.id.version == 2 })
        await #expect(throws: RegistryError.self) {
            try await registry.transition(YearWorld.day, "2", to: .production, by: world.operations)
        }
        let entry = try #require(
            try await world.platform.audit.search(AuditQuery(outcome: .refused), limit: 1).events.first?.entry)
        #expect(entry.actionName == "transition_stage" && entry.response.statusCode == 403)
        try world.clock.set("2024-10-03T08:00:00Z")
        try await world.importRows(from: "2024-09-01", to: "2024-10-01")
        let recent = try await Deliveries.set(
            ("2024-09-01", "2024-10-01"), as: "deliveries.holdout", world.platform, by: world.engineer)
        try await world.promote(candidate, by: world.successor, on: recent)
        for model in [YearWorld.day, YearWorld.night] {
            predictions.append(try await world.score(model, "2024-09", "2024-10"))
        }
        return predictions
    }

    /// November and December: a third version goes in past the gates, and out by a rollback.
    private func winter(_ world: YearWorld) async throws -> [YearPrediction] {
        let registry = world.platform.registry
        try world.clock.set("2024-11-20T08:00:00Z")
        try await world.importRows(from: "2024-10-01", to: "2024-11-01")
        _ = try await world.train(
            YearWorld.day, ("2024-08-01", "2024-10-01"), holdout: ("2024-10-01", "2024-11-01"))
        _ = try await registry.askBreakGlass(
            YearWorld.day, "3", to: .stage(.production), reason: "the carriers' addresses have changed",
            by: world.operations)
        await #expect(throws: RegistryError.self, "nobody breaks glass alone") {
            try await registry.confirmBreakGlass(YearWorld.day, "3", to: .stage(.production), by: world.operations)
        }
        _ = try await registry.confirmBreakGlass(YearWorld.day, "3", to: .stage(.production), by: world.successor)
        let loud = try await world.health(YearWorld.day)
        #expect(loud.status == .red && loud.findings.contains { $0.kind == .brokenGlass })
        var predictions: [YearPrediction] = []
        for model in [YearWorld.day, YearWorld.night] {
            predictions.append(try await world.score(model, "2024-10", "2024-11"))
        }
        try world.clock.set("2024-12-10T08:00:00Z")
        let back = try await registry.rollBack(YearWorld.day, reason: "it was worse", by: world.operations)
        #expect(back.version.id.version == 2 && back.archived.map(\.version) == [3])
        #expect(try await !world.health(YearWorld.day).findings.contains { $0.kind == .brokenGlass })
        return predictions
    }

    /// What was in Production, who had approved it, under which text, proven by the log.
    private func expectHistory(_ world: YearWorld) async throws {
        let (registry, audit) = (world.platform.registry, world.platform.audit)
        for (month, version, approver) in Self.inProduction {
            let at = try Instant("\(month)-01T00:00:00Z").microseconds / 1_000
            let found = try await registry.asOf(at, YearWorld.day)
            let production = try #require(found.production, "as of \(month)")
            #expect(production.version == version, "as of \(month)")
            #expect(production.approvals.contains { $0.user == approver } == (approver != nil), "as of \(month)")
            #expect((production.change.way == .breakGlass) == (version == 3), "as of \(month)")
            #expect(production.policy != nil && found.policy != nil, "as of \(month)")
            let position = try #require(production.change.auditPosition)
            let event = try await audit.event("\(position)")
            #expect(found.auditEntries["\(position)"] == event.entry.eventID)
            let proof = try await audit.prove(position: position, by: world.reviewer)
            try proof.verify(by: audit.verificationKey)
            let night = try await registry.asOf(at, YearWorld.night).production
            #expect(night?.version == (month == "2024-05" ? nil : 1), "as of \(month)")
        }
    }

    private func expectReasons(_ world: YearWorld, _ predictions: [YearPrediction]) async throws {
        #expect(predictions.filter { $0.model == YearWorld.day }.map(\.version) == [1, 1, 1, 1, 2, 3])
        #expect(predictions.filter { $0.model == YearWorld.night }.map(\.version) == [1, 1, 1, 1, 1, 1])
        for one in predictions {
            let why = try await world.platform.scoring.explain(one.id)
            #expect(why.replay.outcome == .equal && why.score == one.score, "\(one): \(why.replay)")
            #expect(why.work.modelVersion == "\(one.version)" && why.stage == .production, "\(one)")
            #expect(why.policyText != nil, "\(one)")
            let approver: String? =
                switch (one.model, one.version) {
                case (YearWorld.night, _), (_, 1): "manager"
                case (_, 2): "successor"
                default: nil
                }
            let approvers = why.signOffs.filter { $0.stage == .production }.map(\.user)
            #expect(approvers == (approver.map { [$0] } ?? []), "\(one)")
        }
    }

    private func expectEvidence(_ world: YearWorld) async throws {
        let key = "\(world.platform.audit.verificationKey)"
        for (model, version, approver) in [
            (YearWorld.day, 1, "manager"), (YearWorld.day, 2, "successor"), (YearWorld.day, 3, nil),
            (YearWorld.night, 1, "manager"),
        ] as [(String, Int, String?)] {
            let pack = try await world.platform.evidence.pack("models:/\(model)/\(version)", by: world.reviewer)
            let found = try EvidenceVerification(of: pack, trusting: key)
            #expect(found.problems == [] && found.model == model && found.version == "\(version)")
            #expect(found.provenEntries > 0)
            let archive = try ZipArchive(reading: pack)
            let approvals = String(decoding: try #require(archive["approvals.json"]), as: UTF8.self)
            for name in ["manager", "successor"] {
                let signed = approvals.contains("\"who\" : \"\(name)\"")
                // Who confirmed the break-glass moved the version, and signed for nothing.
                #expect(signed == (name == approver || version == 3 && name == "successor"), "\(model)/\(version)")
            }
            #expect(approvals.contains("past the gates") == (version == 3), "\(model)/\(version)")
        }
    }
}
