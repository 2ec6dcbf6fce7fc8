import Foundation
package import MartletDomain
import Metadata

extension Registry {
    /// Puts a model's monitoring plan on record, as a new revision.
    /// - Throws: ``RegistryError/invalid(_:)`` with everything that is wrong with it, ``RegistryError/modelMissing(_:)``.
    @discardableResult
    package func setMonitoringPlan(_ plan: MonitoringPlan, by caller: Caller) async throws -> MonitoringPlan {
        let problems = plan.problems + plan.unknownTests
        guard problems.isEmpty else { throw RegistryError.invalid(problems) }
        let text = try canonicalText(plan)
        return try await change("set_monitoring_plan", ["name": plan.model, "plan": text], by: caller) { [knows] db in
            guard try knows(db, plan.reference) else {
                throw RegistryError.invalid([
                    "There is no \(plan.reference), so nothing could be held against it. `martlet data history "
                        + "\(plan.reference.name)` names the versions that there are."
                ])
            }
            db.note("revision", "\(try db.put(plan, onModel: plan.model))")
            return plan
        }
    }

    /// The monitoring plan in force; nil when the model has none.
    package func monitoringPlan(_ name: String) async throws -> MonitoringPlan? {
        try await store.read { db in try db.monitoringPlan(ofModel: try db.registeredModel(name)) }
    }
}

extension Transaction {
    /// - Returns: The number of the revision.
    @discardableResult
    func put(_ plan: MonitoringPlan, onModel name: String) throws -> Int64 {
        let model = try registeredModel(name)
        let last = try row(
            "SELECT revision FROM monitoring_plans WHERE model = ? ORDER BY revision DESC LIMIT 1", [.integer(model)])
        let revision = (try last?.integer("revision") ?? 0) + 1
        try execute(
            "INSERT INTO monitoring_plans (model, revision, plan, set_by, set_at) VALUES (?, ?, ?, ?, ?)",
            [
                .integer(model), .integer(revision), .text(try canonicalText(plan)), .text(caller.user.name),
                .integer(now),
            ])
        return revision
    }
}

extension Snapshot {
    func knows(_ table: TableReference) throws -> Bool {
        try row(
            "SELECT version FROM dataset_versions WHERE name = ? AND version = ?",
            [.text(table.name.description), .integer(table.version)]) != nil
    }

    func monitoringPlan(ofModel model: Int64) throws -> MonitoringPlan? {
        let row = try row(
            "SELECT p.plan, m.name FROM monitoring_plans p JOIN registered_models m ON m.number = p.model "
                + "WHERE p.model = ? ORDER BY p.revision DESC LIMIT 1", [.integer(model)])
        guard let row else { return nil }
        guard var plan = try? JSONDecoder().decode(MonitoringPlan.self, from: Data(try row.text("plan").utf8)) else {
            throw StoreError.unexpectedValue(column: "plan")
        }
        plan.model = try row.text("name")
        return plan
    }
}
