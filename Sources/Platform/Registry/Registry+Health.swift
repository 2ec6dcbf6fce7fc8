import Foundation
package import MartletDomain
import Metadata

extension Registry {
    /// How every model in service is looked after, by name; or one model, in service or not.
    ///
    /// The files themselves are not read: what they say was checked when the version moved, and is checked when it is
    /// loaded.
    package func health(of name: String? = nil) async throws -> [ModelHealth] {
        let (policies, standing, now) = (policies, standing, store.clock.now)
        return try await store.read { db in
            try db.health(of: name, policies, standing, now)
        }
    }

    /// Tells of models that have turned red since it was last done, and asks for the archiving of models that nobody
    /// has looked after for as long as their policy allows. Doing it again changes nothing.
    /// - Returns: What was asked for.
    @discardableResult
    package func watchOverPlans() async throws -> [TransitionRequest] {
        let moment = try await clock().registry
        var requests: [TransitionRequest] = []
        let found = try await health()
        try await note(found)
        for health in found {
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
                    notice: .archivingAsked(health),
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
            let policy = policies.policy(for: model.name)
            let service = try inService(ofModel: model.number, policy)
            let glass = try brokenGlass(ofModel: model.number, model.name)
            guard name != nil || service != nil || glass != nil else { return nil }
            var facts = try facts(model.number, model.name, service, policy, standing, now)
            facts.brokenGlass = glass
            return facts.health(under: policy)
        }
    }

    /// The version that callers find: in Production or, where none is, by an alias that stands for it. Of a prompt
    /// none.
    private func inService(ofModel model: Int64, _ policy: Policy) throws -> (stored: StoredVersion, alias: String?)? {
        if let stored = try productionVersion(ofModel: model) { return (stored, nil) }
        let aliases = try rows(
            "SELECT a.alias FROM registered_model_aliases a JOIN model_versions v ON v.number = a.version "
                + "WHERE a.model = ? ORDER BY v.version DESC, a.alias", [.integer(model)]
        ).map { try $0.text("alias") }
        guard let alias = aliases.first(where: { policy.stage(forAlias: $0) == .production }),
            try !isPrompt(model: model), let stored = try version(ofModel: model, alias: alias)
        else { return nil }
        return (stored, alias)
    }

    /// When a version came to Production, up to a time.
    private func cameToProduction(_ stored: StoredVersion, by latest: Int64) throws -> Int64? {
        try row(
            "SELECT changed_at FROM stage_changes WHERE version = ? AND to_stage = 'Production' "
                + "AND (way IS NULL OR way <> 'ratified') AND changed_at <= ? ORDER BY number DESC LIMIT 1",
            [.integer(stored.number), .integer(latest)])?.integer("changed_at")
    }

    /// Since when an alias means a version: to set it again is no beginning.
    private func called(_ alias: String, _ stored: StoredVersion) throws -> Int64? {
        try row(
            "SELECT MIN(changed_at) AS since FROM stage_changes WHERE version = ? AND alias = ? AND is_removed = ? "
                + "AND number > COALESCE((SELECT MAX(number) FROM stage_changes WHERE model = ? AND alias = ? "
                + "AND (version <> ? OR is_removed = ?)), -1)",
            [
                .integer(stored.number), .text(alias), SQLValue(false), .integer(stored.model), .text(alias),
                .integer(stored.number), SQLValue(true),
            ])?.integerIfPresent("since")
    }

    private func facts(
        _ model: Int64, _ name: String, _ service: (stored: StoredVersion, alias: String?)?, _ policy: Policy,
        _ standing: (Snapshot, String) throws -> OwnerStanding, _ now: Int64
    ) throws -> HealthFacts {
        let moment = try registryTime(now)
        var facts = HealthFacts(model: name, version: service?.stored.version, now: moment)
        facts.plan = try monitoringPlan(ofModel: model)
        facts.planSetAt = try row(
            "SELECT set_at FROM monitoring_plans WHERE model = ? ORDER BY revision DESC LIMIT 1", [.integer(model)])?
            .integer("set_at")
        if let plan = facts.plan { facts.owner = try standing(self, plan.owner) }
        guard let service else { return facts }
        let stored = service.stored
        facts.alias = service.alias
        // What bears a time to come was recorded with a clock that was wrong: nobody knows when it was.
        let latest = moment + Evidence.clockTolerance
        facts.inProductionSince =
            try service.alias.map { try called($0, stored) } ?? cameToProduction(stored, by: latest)
        facts.lastCheck = try row(
            "SELECT record FROM monitoring_checks WHERE model = ? AND checked_at <= ? ORDER BY checked_at DESC LIMIT 1",
            [.text(name), .integer(latest)]
        ).map { try decoded(MonitoringCheck.self, from: $0.text("record")) }
        facts.unmet = stored.version.unmetGates(
            into: .production, askedBy: "", under: policy,
            given: try evidence(on: stored, under: policy, files: nil, at: now), isAlias: service.alias != nil)
        return facts
    }
}
