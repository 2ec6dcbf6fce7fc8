import Foundation
package import MartletDomain
import Metadata

extension Registry {
    /// Moves all that one person answers for to another: models, monitoring plans, in which they may also be a contact,
    /// and feature tables whose tag `owner` names them. Who asked for a transition stays who asked.
    ///
    /// - Returns: What was handed over and how it does, for the one who takes it.
    /// - Throws: ``RegistryError/orphans(from:_:)`` with everything that nobody would answer for, when the other has no
    ///   account or is gone; ``IdentityError/userMissing(_:)`` for one who has no account and owns nothing.
    @discardableResult
    package func handOver(from: String, to: String, by caller: Caller) async throws -> HandoverDossier {
        let problems = [(from, "--from"), (to, "--to")].compactMap { name, option in
            name.allSatisfy(\.isWhitespace) || name.utf8.count > 500 ? "\(option) names a person." : nil
        }
        guard problems.isEmpty, from != to else {
            throw RegistryError.invalid(problems.isEmpty ? ["Whoever hands over is not who takes over."] : problems)
        }
        let (policies, standing) = (policies, standing)
        return try await change("hand_over", ["from": from, "to": to], by: caller) { db in
            let owned = try db.owned(by: from)
            if owned.items.isEmpty, try standing(db, from) == .unknown { throw IdentityError.userMissing(from) }
            guard try standing(db, to) == .active else {
                let things = owned.items.map { "\($0.kind.rawValue) \($0.name): \(to) has no account that is in use" }
                throw RegistryError.orphans(
                    from: from, things.isEmpty ? ["\(to) has no account that is in use"] : things)
            }
            try db.execute(
                "UPDATE registered_models SET owner = ?, owned_since = ? WHERE owner = ? AND deleted_at IS NULL",
                [.text(to), .integer(db.now), .text(from)])
            try db.execute(
                "UPDATE feature_table_tags SET value = ? WHERE key = 'owner' AND value = ? AND table_id IN "
                    + "(SELECT id FROM feature_tables WHERE dropped_at IS NULL)", [.text(to), .text(from)])
            for plan in owned.plans { try db.put(plan.handedOver(from: from, to: to), onModel: plan.model) }
            let names = Set(
                owned.items.filter { $0.kind == .model || $0.kind == .monitoringPlan }.map(\.name)
            ).sorted()
            var health: [ModelHealth] = []
            var requests: [TransitionRequest] = []
            for name in names {
                health += try db.health(of: name, policies, standing, db.now)
                requests += try db.openRequests(ofModelNamed: name)
            }
            db.note("items", owned.items.map { "\($0.kind.rawValue) \($0.name)" }.joined(separator: "\n"))
            return HandoverDossier(
                from: from, to: to, at: db.now, items: owned.items, health: health, openRequests: requests)
        }
    }
}

extension MonitoringPlan {
    fileprivate func handedOver(from: String, to: String) -> MonitoringPlan {
        var plan = self
        if plan.owner == from { plan.owner = to }
        let contacts = (escalation?.contacts ?? []).map { $0 == from ? to : $0 }
        plan.escalation?.contacts = contacts
        return plan
    }
}

extension Snapshot {
    /// What a person answers for, and the plans that name them.
    fileprivate func owned(
        by person: String
    ) throws -> (items: [HandoverDossier.Item], plans: [MonitoringPlan]) {
        var items = try rows(
            "SELECT name, owned_since FROM registered_models WHERE owner = ? AND deleted_at IS NULL ORDER BY name",
            [.text(person)]
        ).map { row in
            HandoverDossier.Item(
                .model, try row.text("name"), since: try row.integerIfPresent("owned_since") ?? 0)
        }
        var plans: [MonitoringPlan] = []
        let current = try rows(
            "SELECT p.plan, p.set_at, m.name FROM registered_models m JOIN monitoring_plans p ON p.model = m.number "
                + "WHERE m.deleted_at IS NULL AND p.revision = (SELECT MAX(revision) FROM monitoring_plans "
                + "WHERE model = m.number) ORDER BY m.name")
        for row in current {
            var plan = try decoded(MonitoringPlan.self, from: row.text("plan"))
            plan.model = try row.text("name")
            guard plan.owner == person || plan.escalation?.contacts.contains(person) == true else { continue }
            plans.append(plan)
            items.append(.init(.monitoringPlan, plan.model, since: try row.integer("set_at")))
        }
        items += try rows(
            "SELECT f.name, f.created_at FROM feature_tables f JOIN feature_table_tags t ON t.table_id = f.id "
                + "WHERE t.key = 'owner' AND t.value = ? AND f.dropped_at IS NULL ORDER BY f.name", [.text(person)]
        ).map { .init(.featureTable, try $0.text("name"), since: try $0.integer("created_at")) }
        let requests = try rows(
            "SELECT q.stage, q.created_at, v.version AS version_number, m.name AS model_name "
                + "FROM transition_requests q JOIN model_versions v ON v.number = q.version "
                + "JOIN registered_models m ON m.number = v.model WHERE q.requested_by = ? AND q.status = 'open' "
                + "ORDER BY q.number", [.text(person)])
        items += try requests.map {
            .init(
                .transitionRequest,
                "\(try $0.text("model_name"))/\(try $0.integer("version_number")) to \(try $0.text("stage"))",
                since: try $0.integer("created_at"))
        }
        return (items, plans)
    }

    func openRequests(ofModelNamed name: String) throws -> [TransitionRequest] {
        try rows(
            "SELECT q.*, v.version AS version_number FROM model_versions v JOIN transition_requests q "
                + "ON q.version = v.number AND q.status = 'open' WHERE v.model = ? AND v.deleted_at IS NULL "
                + "ORDER BY q.number", [.integer(try registeredModel(name))]
        ).map { try $0.transitionRequest(.init(name: name, version: try $0.integer("version_number"))) }
    }
}
