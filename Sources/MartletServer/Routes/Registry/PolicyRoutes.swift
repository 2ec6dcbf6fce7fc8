import MartletAPI
import MartletDomain
import Platform

/// Requests, activities, transitions past the gates, rollback, health, handover and history, below `/api/martlet/1.0/`.
func addPolicyRoutes(to group: Routes, _ registry: Registry) {
    addRequestRoutes(to: group, registry)
    addActivityRoutes(to: group, registry)
    addBreakGlassRoutes(to: group, registry)
    addRecordRoutes(to: group, registry)
    addHealthRoutes(to: group, registry)
}

private func addRequestRoutes(to group: Routes, _ registry: Registry) {
    group.on(RequestTransition.self, "registry.create_transition_request", of: .model { $0.model }) { body, context in
        try await registry.requestTransition(
            of: body.model, body.version, to: try registry.stage(named: body.stage, of: body.model),
            comment: body.comment, by: context.caller)
    }
    group.on(DecideTransition.self, "registry.decide_transition_request", of: .model { $0.model }) { body, context in
        let (name, version) = (body.model, body.version)
        let stage = try registry.stage(named: body.stage, of: name)
        try await context.require(body.decision.verb, on: .registeredModels([name]))
        switch body.decision {
        case .approve:
            let done = try await registry.approveTransition(
                of: name, version, to: stage, archiveExisting: body.archiveExisting ?? false, comment: body.comment,
                digest: body.artifactDigest, by: context.caller)
            return .init(activity: done.activity, stage: done.version.stage)
        case .reject:
            let activity = try await registry.rejectTransition(
                of: name, version, to: stage, comment: body.comment, by: context.caller)
            return .init(activity: activity, stage: try await registry.version(name, version).stage)
        case .cancel:
            let activity = try await registry.cancelTransition(
                of: name, version, to: stage, comment: body.comment, by: context.caller)
            return .init(activity: activity, stage: try await registry.version(name, version).stage)
        }
    }
    group.on(ListTransitionRequests.self, "registry.list_transition_requests", of: .model { $0.model }) { body, _ in
        .init(requests: try await registry.openRequests(of: body.model))
    }
}

private func addActivityRoutes(to group: Routes, _ registry: Registry) {
    group.on(CommentOnVersion.self, "registry.create_comment", of: .model { $0.model }) { body, context in
        try await registry.comment(body.comment, on: body.model, body.version, by: context.caller)
    }
    group.on(ListActivities.self, "registry.list_activities", of: .model { $0.model }) { body, _ in
        .init(activities: try await registry.activities(of: body.model, body.version))
    }
}

private func addBreakGlassRoutes(to group: Routes, _ registry: Registry) {
    group.on(AskBreakGlass.self, "registry.ask_break_glass", of: .model { $0.model }) { body, context in
        try await registry.askBreakGlass(
            body.model, body.version, to: try breakGlassTarget(body.stage, body.alias, of: body.model, registry),
            reason: body.reason, by: context.caller)
    }
    group.on(ConfirmBreakGlass.self, "registry.break_glass", of: .model { $0.model }) { body, context in
        try await registry.confirmBreakGlass(
            body.model, body.version, to: try breakGlassTarget(body.stage, body.alias, of: body.model, registry),
            by: context.caller)
    }
    group.on(RollBackModel.self, "registry.roll_back", of: .model { $0.model }) { body, context in
        let done =
            if let alias = body.alias {
                try await registry.rollBack(body.model, alias: alias, reason: body.reason, by: context.caller)
            } else {
                try await registry.rollBack(body.model, reason: body.reason, by: context.caller)
            }
        return .init(
            version: "\(done.version.id.version)", archived: done.archived.map { "\($0.version)" },
            aliasesMoved: done.aliasesMoved, aliasesLeft: done.aliasesLeft)
    }
}

private func breakGlassTarget(
    _ stage: String?, _ alias: String?, of model: String, _ registry: Registry
) throws -> BreakGlass.Target {
    switch (stage, alias) {
    case (let stage?, nil): return .stage(try registry.stage(named: stage, of: model))
    case (nil, let alias?): return .alias(alias)
    default: throw InvalidRequest("Say a stage or an alias.")
    }
}

private func addRecordRoutes(to group: Routes, _ registry: Registry) {
    group.on(RecordTests.self, "registry.record_tests", of: .model { $0.result.version.name }) { body, context in
        try await registry.record(body.result, by: context.caller)
    }
    group.on(ReportEvaluation.self, "registry.record_evaluation", of: .model { $0.model }) { body, context in
        let evaluation = Evaluation(
            version: try ModelVersion.ID(body.model, body.version), metric: body.metric, value: body.value,
            table: body.on, artifactDigest: body.artifactDigest, isReported: true)
        guard let recorded = try await registry.record([evaluation], by: context.caller).first else {
            throw InvalidRequest("Nothing was recorded.")
        }
        return recorded
    }
    group.on(ListEvidence.self, "registry.list_evidence", of: .model { $0.model }) { body, _ in
        let found = try await registry.recordedEvidence(of: body.model, body.version)
        return .init(evaluations: found.evaluations, tests: found.tests, drifts: found.drifts)
    }
}

private func addHealthRoutes(to group: Routes, _ registry: Registry) {
    group.on(GetModelHealth.self, "registry.get_health", of: .visible(.registeredModel)) { body, context in
        let visible = context.visible(.registeredModel)
        // What is somebody else's is answered as what is not there.
        if let name = body.model, !visible.contains(name) {
            try await context.require("registry.get_health", on: .registeredModels([name]))
        }
        return .init(models: try await registry.health(of: body.model).filter { visible.contains($0.model) })
    }
    group.on(HandOver.self, "registry.hand_over", of: .workspace) { body, context in
        try await registry.handOver(from: body.from, to: body.to, by: context.caller)
    }
    group.on(GetRegistryClock.self, "registry.get_clock", of: .workspace) { _, _ in try await registry.clock() }
    group.on(ResetRegistryClock.self, "policy.reset_clock", of: .workspace) { body, context in
        try await registry.resetClock(reason: body.reason, by: context.caller)
    }
    group.on(GetModelAsOf.self, "registry.get_as_of", of: .model { $0.model }) { body, _ in
        try await registry.asOf(body.at, body.model)
    }
    group.on(ListPolicies.self, "registry.list_policies", of: .workspace) { _, _ in
        .init(
            policies: try await registry.policyHistory().map {
                .init(digest: $0.digest, text: $0.text, from: $0.from, by: $0.by, auditPosition: $0.auditPosition)
            })
    }
}

/// Requests that need the models themselves, below `/api/martlet/1.0/`.
func addEvaluationRoutes(to group: Routes, platform: Platform) {
    group.on(
        EvaluateVersion.self, "models.evaluate",
        of: .all([.registeredModel, .experiment, .featureTable]) {
            [.modelURI($0.uri), .tables(["\($0.on.name)"])]
        }
    ) { body, context in
        let version = try await platform.registry.resolve(body.uri)
        return .init(evaluations: try await platform.models.evaluate(version.id, on: body.on, by: context.caller))
    }
    group.on(CompareTraining.self, "monitoring.compare_training", of: .model { $0.model }) { body, context in
        try await platform.monitoring.compareTraining(
            of: try ModelVersion.ID(body.model, body.version), by: context.caller)
    }
}

extension DecideTransition.Decision {
    /// What deciding so takes.
    fileprivate var verb: Verb {
        switch self {
        case .approve: "registry.approve_transition_request"
        case .reject: "registry.reject_transition_request"
        case .cancel: "registry.delete_transition_request"
        }
    }
}
