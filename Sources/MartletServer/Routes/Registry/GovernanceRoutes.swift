import Hummingbird
import MartletAPI
import MartletDomain
package import Platform

/// Sign-offs, gates, history, monitoring plans and users, relative to `/api/martlet/1.0/`.
package func addGovernanceRoutes(to group: Routes, registry: Registry, identity: Identity) {
    addIdentityRoutes(to: group, identity)
    addFindModelVersionRoute(to: group, registry)
    addPolicyRoutes(to: group, registry)
    addSealRoutes(to: group, registry)
    group.on(SignOffVersion.self, "registry.sign_off", of: .model { $0.model }) { body, context in
        .init(
            signOffs: try await registry.signOff(
                body.model, body.version, for: try registry.stage(named: body.stage, of: body.model),
                comment: body.comment, of: body.artifactDigest, by: context.caller))
    }
    group.on(ListSignOffs.self, "registry.list_sign_offs", of: .model { $0.model }) { body, _ in
        let id = try ModelVersion.ID(body.model, body.version)
        return .init(
            signOffs: try await registry.signOffs(of: id), gateResults: try await registry.gateResults(of: id))
    }
    group.on(ListUnmetGates.self, "registry.list_unmet_gates", of: .model { $0.model }) { body, context in
        let id = try ModelVersion.ID(body.model, body.version)
        let unmet = try await registry.unmetGates(
            of: body.model, body.version, into: try registry.stage(named: body.stage, of: body.model),
            by: context.caller)
        return .init(unmet: unmet.map { $0.sentence(id) })
    }
    group.on(RegistryHistory.self, "registry.get_history", of: .model { $0.model }) { body, _ in
        let changes = try await registry.history(of: body.model)
        let production = body.at.flatMap { changes.production(at: $0) }
        return .init(changes: changes, production: production.map { "\($0.version)" })
    }
    group.on(SetMonitoringPlan.self, "registry.set_monitoring_plan", of: .model { $0.plan.model }) { body, context in
        try await registry.setMonitoringPlan(body.plan, by: context.caller)
    }
    group.on(GetMonitoringPlan.self, "registry.get_monitoring_plan", of: .model { $0.model }) { body, _ in
        guard let plan = try await registry.monitoringPlan(body.model) else {
            throw RegistryError.planMissing(model: body.model)
        }
        return plan
    }
}
