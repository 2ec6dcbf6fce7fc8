extension ModelVersion {
    /// This version moved to `stage`, or every gate that keeps it. Reads no clock, touches no store.
    ///
    /// Production asks for all that Staging does too, so that going there straight walks around nothing.
    public func moved(
        to stage: Stage, by asker: String, under policy: Policy, given evidence: Evidence, at time: Int64
    ) throws(RegistryError) -> Self {
        let unmet = unmetGates(into: stage, askedBy: asker, under: policy, given: evidence)
        guard unmet.isEmpty else { throw .gatesUnmet(id, into: .stage(stage), unmet) }
        var moved = self
        (moved.stage, moved.updatedAt) = (stage, time)
        return moved
    }

    /// Whether callers may find this version by an alias: only if it could stand in the stage that the policy names for
    /// it.
    public func requireFit(
        for alias: String, askedBy asker: String, under policy: Policy, given evidence: Evidence
    ) throws(RegistryError) {
        let stage = policy.stage(forAlias: alias)
        var unmet = unmetGates(into: stage, askedBy: asker, under: policy, given: evidence, isAlias: true)
        unmet += policy.freeze(of: [stage], at: evidence.moment)
        guard unmet.isEmpty else { throw .gatesUnmet(id, into: .alias(alias), unmet) }
    }

    /// Whether an alias may be taken from this version: callers who use it find nothing afterwards, as if it were
    /// archived.
    public func requireRemovable(
        alias: String, askedBy asker: String, under policy: Policy, given evidence: Evidence
    ) throws(RegistryError) {
        let stage = policy.stage(forAlias: alias)
        guard stage.isInService else { return }
        var unmet = unmetGates(into: .archived, askedBy: asker, under: policy, given: evidence, isAlias: true)
        unmet += policy.freeze(of: [stage], at: evidence.moment)
        guard unmet.isEmpty else { throw .gatesUnmet(id, into: .removedAlias(alias), unmet) }
    }

    /// The gates between this version and a stage that the evidence does not meet, for somebody who asks.
    /// - Parameter isAlias: Whether it is for an alias, where the stage that the version stands in says nothing.
    public func unmetGates(
        into stage: Stage, askedBy asker: String, under policy: Policy, given evidence: Evidence, isAlias: Bool = false
    ) -> [UnmetGate] {
        guard policy.order.contains(stage) else { return [.unknownStage(stage, known: policy.order)] }
        var stages = policy.stages(on: stage)
        if !isAlias, stage != .archived, goesBack(to: stage, in: policy.order) {
            // Callers find nothing afterwards, as if it were archived.
            stages += policy.stages(on: .archived)
        }
        let frozen = isAlias ? [] : policy.freeze(of: [stage, self.stage], at: evidence.moment)
        return frozen + unmetGates(of: stages, askedBy: asker, under: policy, given: evidence)
    }

    /// Whether it stands in front of callers, and would stand behind where it stands.
    private func goesBack(to stage: Stage, in order: [Stage]) -> Bool {
        guard self.stage.isInService, let from = order.firstIndex(of: self.stage), let to = order.firstIndex(of: stage)
        else { return false }
        return to < from
    }

    /// What going back to this version does not meet.
    /// - Parameter stage: Where it goes back to; for an alias, the stage whose gates the policy names for it.
    public func unmetGatesOfRollback(
        into stage: Stage = .production, askedBy asker: String, under policy: Policy, given evidence: Evidence
    ) -> [UnmetGate] {
        (policy.rollback.duringFreeze ? [] : policy.freeze(of: [stage], at: evidence.moment))
            + unmetGates(
                of: [(stage, policy.rollback.requirements)], askedBy: asker, under: policy, given: evidence)
    }

    private func unmetGates(
        of stages: [(stage: Stage, requirements: Policy.Requirements)], askedBy asker: String, under policy: Policy,
        given evidence: Evidence
    ) -> [UnmetGate] {
        let requirements = stages.map(\.requirements)
        let plan = evidence.monitoringPlan
        var unmet = signOffPlaces(stages, asker, policy, evidence).unmet
        if requirements.contains(where: \.monitoringPlan), plan == nil { unmet.append(.monitoringPlan) }
        unmet += unmetPerformance(requirements.compactMap(\.minimumAreaUnderROC).max(), evidence)
        unmet += requirements.compactMap(\.featureConsistency).flatMap { asked in
            evidence.features.filter { !$0.fulfils(asked) }.map { .featureConsistency(asked, $0) }
        }
        if requirements.contains(where: \.completeMonitoringPlan), let plan, !plan.missing.isEmpty {
            unmet.append(.incompletePlan(plan.missing))
        }
        unmet += unmetEvidence(requirements, evidence)
        for (stage, asked) in stages {
            guard let span = asked.waitingPeriod else { continue }
            let since = evidence.requests.filter { $0.stage == stage }.map(\.at).min()
            if since.map({ evidence.moment - $0 < span.milliseconds }) ?? true {
                unmet.append(.waitingPeriod(stage, span, since: since))
            }
        }
        return unmet
    }

    private func unmetPerformance(_ minimum: Double?, _ evidence: Evidence) -> [UnmetGate] {
        guard let minimum else { return [] }
        let results = evidence.gateResults.filter {
            $0.version == id && $0.metric == GateResult.areaUnderROC && $0.artifactDigest == artifactDigest
        }
        // A try that came to no figure says nothing about the files, and one that was held against less than the policy
        // asks for says nothing new about them: neither passes, nor takes a pass away.
        let last =
            results.last { result in
                let isLenient = result.outcome == .passed && result.minimum < minimum
                return result.outcome != .couldNotBeEvaluated && !(isLenient && result.value ?? -1 >= minimum)
            } ?? results.last
        let isMet = artifactCount > 0 && last.map { $0.outcome == .passed && $0.minimum >= minimum } ?? false
        return isMet ? [] : [.performance(minimum: minimum, last: last)]
    }

    /// The sign-offs that let this version into a stage, of those that the evidence holds.
    public func approvals(
        into stage: Stage, askedBy asker: String, under policy: Policy, given evidence: Evidence
    ) -> [SignOff] {
        signOffPlaces(policy.stages(on: stage), asker, policy, evidence).counted
    }

    /// Every sign-off takes a person of its own: who holds two roles counts for one of them.
    private func signOffPlaces(
        _ stages: [(stage: Stage, requirements: Policy.Requirements)], _ asker: String, _ policy: Policy,
        _ evidence: Evidence
    ) -> (unmet: [UnmetGate], counted: [SignOff]) {
        let wanted = stages.flatMap { on in
            on.requirements.signOffs.map {
                (stage: on.stage, role: $0, expiry: on.requirements.signOffsExpireAfter)
            }
        }
        guard !wanted.isEmpty else { return ([], []) }
        let signed = wanted.map { want in
            evidence.signOffs.filter {
                $0.version == id && $0.stage == want.stage && $0.role == want.role
                    && $0.artifactDigest == artifactDigest
            }
        }
        // Who asks, or made it, is never who approves, by whatever account.
        let asking = evidence.requests.filter { request in stages.contains { $0.stage == request.stage } }.map(\.by)
        let barred = Set(([asker, registeredBy] + asking + evidence.authors).map(policy.people.person))
        // What drift is measured against is part of what was signed for.
        let since = stages.contains { $0.requirements.trainingDrift != nil } ? evidence.planSetAt : .min
        let candidates = zip(wanted, signed).map { want, signed in
            signed.filter { signOff in
                !barred.contains(policy.people.person(signOff.user)) && signOff.at >= since
                    && (want.expiry.map { evidence.isFresh(signOff.at, for: $0) } ?? true)
            }
        }
        let counted = distinctChoices(candidates.map { $0.map { policy.people.person($0.user) } })
        let unmet = wanted.indices.filter { counted[$0] == nil }.map { index -> UnmetGate in
            // Who fills another of the places for the same role counts.
            let filling = wanted.indices.filter {
                wanted[$0].stage == wanted[index].stage && wanted[$0].role == wanted[index].role
            }.compactMap { counted[$0] }
            return UnmetGate.signOff(
                wanted[index].stage, wanted[index].role,
                discounted: signed[index].map(\.user).filter { !filling.contains(policy.people.person($0)) }
                    .withoutRepeats)
        }
        // Of several by one person the newest says what they think now.
        let chosen = wanted.indices.compactMap { index in
            counted[index].flatMap { person in
                candidates[index].last { policy.people.person($0.user) == person }
            }
        }
        return (unmet, chosen)
    }
}

extension Policy {
    /// The freezes that hold for one of these stages.
    /// - Parameter time: Milliseconds since 1970 UTC.
    public func freeze(of stages: [Stage], at time: Int64) -> [UnmetGate] {
        freezes.filter { !$0.stages.allSatisfy { !stages.contains($0) } && $0.contains(time) }.map { .frozen($0) }
    }
}

/// One of the candidates for each place, nobody twice, so that as many places as can be are filled (Kuhn's matching).
private func distinctChoices(_ candidates: [[String]]) -> [String?] {
    var places: [String: Int] = [:]
    func fill(_ place: Int, _ tried: inout Set<String>) -> Bool {
        for candidate in candidates[place] where tried.insert(candidate).inserted {
            if let taken = places[candidate], !fill(taken, &tried) { continue }
            places[candidate] = place
            return true
        }
        return false
    }
    for place in candidates.indices {
        var tried: Set<String> = []
        _ = fill(place, &tried)
    }
    var choices = [String?](repeating: nil, count: candidates.count)
    for (candidate, place) in places { choices[place] = candidate }
    return choices
}

extension [String] {
    fileprivate var withoutRepeats: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
