import Foundation
package import MartletDomain
import Metadata

extension Registry {
    /// How every model in service is looked after, by name; or one model, in service or not.
    ///
    /// The files themselves are not read: what they say was checked when the version moved, and is checked when it is loaded.
    package func health(of name: String? = nil) async throws -> [ModelHealth] {
        let (policies, standing, now) = (policies, standing, store.clock.now)
        return try await store.read { db in
            try db.health(of: name, policies, standing, now)
        }
    }

    /// Asks for the archiving of models that nobody has looked after for as long as their policy allows. Doing it again changes
    /// nothing.
    /// - Returns: What was asked for.
    @discardableResult
    package func watchOverPlans() async throws -> [TransitionRequest] {
        let moment = store.clock.now
        var requests: [TransitionRequest] = []
        for health in try await health() {
            let grace = policy(for: health.model).monitoring.archiveAfter
            guard let grace, let since = health.unwatchedSince, let version = health.version,
                moment - since > grace.milliseconds
            else { continue }
            let id = ModelVersion.ID(name: health.model, version: version)
            // Who turned the request down need not do so again, until somebody has looked after the model.
            let isAsked = try await store.read { db in
                try db.row(
                    "SELECT id FROM transition_requests WHERE version = ? AND stage = 'Archived' AND requested_by = ? "
                        + "AND (status = 'open' OR created_at >= ?) LIMIT 1",
                    [.integer(try db.version(id).number), .text(User.martlet.name), .integer(since)]) != nil
            }
            guard !isAsked else { continue }
            requests.append(
                try await requestTransition(
                    of: health.model, "\(version)", to: .archived,
                    comment: "Nobody has looked after it since \(Instant(milliseconds: since)): "
                        + health.findings.map(\.text).joined(separator: " "),
                    by: Caller(.martlet, requestID: "watch")))
        }
        return requests
    }
}

extension Snapshot {
    func health(
        of name: String?, _ policies: Policies, _ standing: (Snapshot, String) throws -> OwnerStanding, _ now: Int64
    ) throws -> [ModelHealth] {
        let models: [(number: Int64, name: String)]
        if let name {
            models = [(try registeredModel(name), name)]
        } else {
            models = try rows("SELECT number, name FROM registered_models WHERE deleted_at IS NULL ORDER BY name").map {
                (try $0.integer("number"), try $0.text("name"))
            }
        }
        return try models.compactMap { model in
            let stored = try productionVersion(ofModel: model.number)
            guard name != nil || stored != nil else { return nil }
            let policy = policies.policy(for: model.name)
            return try facts(model.number, model.name, stored, policy, standing, now).health(under: policy)
        }
    }

    private func facts(
        _ model: Int64, _ name: String, _ stored: StoredVersion?, _ policy: Policy,
        _ standing: (Snapshot, String) throws -> OwnerStanding, _ now: Int64
    ) throws -> HealthFacts {
        let moment = try registryTime(now)
        var facts = HealthFacts(model: name, version: stored?.version, now: moment)
        facts.plan = try monitoringPlan(ofModel: model)
        facts.planSetAt = try row(
            "SELECT set_at FROM monitoring_plans WHERE model = ? ORDER BY revision DESC LIMIT 1", [.integer(model)])?
            .integer("set_at")
        if let plan = facts.plan { facts.owner = try standing(self, plan.owner) }
        guard let stored else { return facts }
        facts.inProductionSince = try row(
            "SELECT changed_at FROM stage_changes WHERE version = ? AND to_stage = 'Production' "
                + "AND (way IS NULL OR way <> 'ratified') ORDER BY number DESC LIMIT 1", [.integer(stored.number)])?
            .integer("changed_at")
        facts.lastCheck = try row(
            "SELECT record FROM monitoring_checks WHERE model = ? ORDER BY checked_at DESC LIMIT 1", [.text(name)]
        ).map { try decoded(MonitoringCheck.self, from: $0.text("record")) }
        facts.brokenGlass = try brokenGlass(of: stored, in: .production, .done)
        facts.unmet = stored.version.unmetGates(
            into: .production, askedBy: "", under: policy,
            given: try evidence(on: stored, under: policy, files: nil, at: now))
        return facts
    }
}
