/// Whether somebody who is named as an owner still is there.
public enum OwnerStanding: Sendable, Hashable {
    case active
    /// Since then, milliseconds since 1970 UTC, if it is known.
    case deactivated(since: Int64?)
    /// No account has the name.
    case unknown
}

/// What is on record of a model in service when its health is asked for.
public struct HealthFacts: Sendable {
    public var model: String
    public var version: ModelVersion?
    /// The alias by which callers find it, when it is not in Production.
    public var alias: String?
    /// When that version came to Production, or got the alias.
    public var inProductionSince: Int64?
    public var plan: MonitoringPlan?
    public var planSetAt: Int64?
    public var lastCheck: MonitoringCheck?
    public var owner: OwnerStanding
    /// A transition past the gates that nobody has ratified.
    public var brokenGlass: BreakGlass?
    /// Gates of Production that the version does not meet now.
    public var unmet: [UnmetGate]
    /// Milliseconds since 1970 UTC.
    public var now: Int64

    public init(
        model: String, version: ModelVersion?, inProductionSince: Int64? = nil, plan: MonitoringPlan? = nil,
        planSetAt: Int64? = nil, lastCheck: MonitoringCheck? = nil, owner: OwnerStanding = .active,
        brokenGlass: BreakGlass? = nil, unmet: [UnmetGate] = [], now: Int64
    ) {
        (self.model, self.version, self.inProductionSince) = (model, version, inProductionSince)
        (self.plan, self.planSetAt, self.lastCheck, self.owner) = (plan, planSetAt, lastCheck, owner)
        (self.brokenGlass, self.unmet, self.now) = (brokenGlass, unmet, now)
    }
}

extension HealthFacts {
    /// What these facts say. A model that serves nobody is green.
    public func health(under policy: Policy) -> ModelHealth {
        var health = ModelHealth(
            model: model, version: version?.id.version, owner: plan?.owner, ownerGroup: plan?.ownerGroup,
            lastCheckAt: lastCheck?.checkedAt)
        health.alias = alias
        if let plan {
            let owners = [plan.owner] + [plan.ownerGroup].compactMap { $0 }
            // Where nobody is named, whoever answers for the model is told.
            let contacts = plan.escalation?.contacts ?? []
            health.escalation = .init(
                contacts: contacts.isEmpty ? owners : contacts, webhook: plan.escalation?.webhook)
            health.retraining = .init(
                plan.retrainingTrigger, job: plan.retrainingJob, runID: lastCheck?.retrainingRunID)
        }
        if let brokenGlass { health.findings.append(brokenGlass.finding) }
        guard let version else { return health }
        addPlan(to: &health, policy)
        addCheck(to: &health)
        addUnmet(to: &health, version)
        return health
    }

    private func addPlan(to health: inout ModelHealth, _ policy: Policy) {
        guard let plan else {
            let isAsked = policy.stages(on: .production).contains { $0.requirements.monitoringPlan }
            health.findings.append(
                .init(
                    .noPlan, isAsked ? .red : .yellow,
                    "it has no monitoring plan. Run: \(UnmetGate.planCommand(model))", since: inProductionSince))
            return
        }
        // A version that is newer than the last look starts the count again; a plan that is put on record again does
        // not.
        let counted = [lastCheck?.checkedAt, inProductionSince].compactMap { $0 }.max() ?? planSetAt ?? now
        let due = plan.frequency.due(after: counted)
        health.nextCheckDue = due
        if now > due + policy.monitoring.tolerance.milliseconds {
            health.findings.append(
                .init(
                    .overdue, .red,
                    "a look was due on \(Instant(milliseconds: due)) and has not been made. Run: martlet monitoring check "
                        + shellWord(model), since: due))
        } else if now > due {
            health.findings.append(
                .init(.overdue, .yellow, "a look is due since \(Instant(milliseconds: due))", since: due))
        }
        switch owner {
        case .active: break
        case .deactivated(let since):
            health.findings.append(
                .init(
                    .ownerGone, .red,
                    "its owner \(plan.owner) is deactivated. Run: martlet handover --from \(shellWord(plan.owner)) --to NAME",
                    since: since))
        case .unknown:
            health.findings.append(
                .init(.ownerUnknown, .yellow, "its owner \(plan.owner) is nobody who has an account", since: planSetAt))
        }
    }

    private func addCheck(to health: inout ModelHealth) {
        guard let check = lastCheck, let plan else { return }
        var reasons: [(MonitoringPlan.RetrainingTrigger, text: String)] = []
        if check.datasetDrift { reasons.append((.onDrift, "the data have drifted")) }
        if let minimum = plan.thresholds.minimumAreaUnderROC, let value = check.areaUnderROC, value < minimum {
            reasons.append((.onPerformance, "the realised AUC is \(value), below \(minimum)"))
        }
        guard !reasons.isEmpty else { return }
        // What a look of an earlier version found calls for nothing any more.
        if check.modelVersion == health.version.map({ "\($0)" }) {
            health.retraining?.calledForBecause = reasons.first { $0.0 == plan.retrainingTrigger }?.text
        }
        health.findings.append(
            .init(
                .lastCheckFailed, .red,
                "the last look found: \(reasons.map(\.text).joined(separator: "; ")) (run \(check.runID))",
                since: check.checkedAt))
    }

    private func addUnmet(to health: inout ModelHealth, _ version: ModelVersion) {
        let signOffs = unmet.filter {
            if case .signOff(_, _, let discounted) = $0 { !discounted.isEmpty } else { false }
        }
        if !signOffs.isEmpty {
            health.findings.append(
                .init(
                    .signOffsExpired, .yellow,
                    "sign-offs have expired or do not count any more: "
                        + signOffs.list(version.id)))
        }
        let others = unmet.filter { gate in
            switch gate {
            case .frozen, .waitingPeriod, .monitoringPlan: false
            case .metric(_, .productionNotMeasured), .metric(_, .notBetter): false
            default: !signOffs.contains(gate)
            }
        }
        if !others.isEmpty {
            health.findings.append(
                .init(
                    .policyUnmet, .yellow,
                    "it does not meet the policy of today: "
                        + others.list(version.id)))
        }
    }
}

extension BreakGlass {
    fileprivate var finding: ModelHealth.Finding {
        let ratifying =
            switch target {
            case .stage(let stage): "martlet registry transition \(version.argument) --stage \(stage.rawValue)"
            case .alias(let alias): "martlet models alias set \(version.argument) \(shellWord(alias))"
            }
        let way = alias.map { "was given the alias \($0)" } ?? "went to \(stage.rawValue)"
        return .init(
            .brokenGlass, .red,
            "version \(version.version) \(way) past the gates, asked for by \(askedBy) and confirmed by "
                + "\(confirmedBy ?? "nobody"): \(reason). Ratify it: \(ratifying)", since: confirmedAt)
    }
}

extension [UnmetGate] {
    /// Their sentences in one line.
    fileprivate func list(_ version: ModelVersion.ID) -> String {
        map { gate in
            let sentence = gate.sentence(version)
            return sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
        }.joined(separator: "; ")
    }
}
