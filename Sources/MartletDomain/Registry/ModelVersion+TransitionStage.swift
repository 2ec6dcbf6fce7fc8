/// What is on record about a version when it is to move.
public struct Evidence: Sendable, Hashable {
    public var signOffs: [SignOff]
    public var monitoringPlan: MonitoringPlan?
    /// Newest last.
    public var gateResults: [GateResult]
    /// The feature views that the version takes.
    public var features: [FeatureEvidence]

    public init(
        signOffs: [SignOff] = [], monitoringPlan: MonitoringPlan? = nil, gateResults: [GateResult] = [],
        features: [FeatureEvidence] = []
    ) {
        (self.signOffs, self.monitoringPlan, self.gateResults) = (signOffs, monitoringPlan, gateResults)
        self.features = features
    }
}

/// One thing that stands between a version and a stage.
public enum UnmetGate: Sendable, Hashable {
    /// `discounted` are those who signed but registered the version, ask for the move, or are counted for another gate.
    case signOff(Stage, Role, discounted: [String])
    case monitoringPlan
    case performance(minimum: Double, last: GateResult?)
    /// A view whose served values were not found to be a batch's: not at all, too long ago, or with too many differences.
    case featureConsistency(FeatureConsistency, FeatureEvidence)
}

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

    /// Whether callers may find this version by an alias: only if it could stand in Production.
    public func requireFit(
        for alias: String, askedBy asker: String, under policy: Policy, given evidence: Evidence
    ) throws(RegistryError) {
        let unmet = unmetGates(into: .production, askedBy: asker, under: policy, given: evidence)
        guard unmet.isEmpty else { throw .gatesUnmet(id, into: .alias(alias), unmet) }
    }

    /// The gates between this version and a stage that the evidence does not meet, for somebody who asks.
    public func unmetGates(
        into stage: Stage, askedBy asker: String, under policy: Policy, given evidence: Evidence
    ) -> [UnmetGate] {
        let stages = policy.stages(on: stage)
        return unmetSignOffs(stages, asker, evidence)
            + (stages.contains { $0.requirements.monitoringPlan } && evidence.monitoringPlan == nil
                ? [.monitoringPlan] : [])
            + unmetPerformance(stages.compactMap(\.requirements.minimumAreaUnderROC).max(), evidence)
            + stages.compactMap(\.requirements.featureConsistency).flatMap { asked in
                evidence.features.filter { !$0.fulfils(asked) }.map { .featureConsistency(asked, $0) }
            }
    }

    private func unmetPerformance(_ minimum: Double?, _ evidence: Evidence) -> [UnmetGate] {
        guard let minimum else { return [] }
        let results = evidence.gateResults.filter {
            $0.version == id && $0.metric == GateResult.areaUnderROC && $0.artifactDigest == artifactDigest
        }
        // A try that came to no figure says nothing about the files: it does not pass, nor takes a pass away.
        let last = results.last { $0.outcome != .couldNotBeEvaluated } ?? results.last
        let isMet = artifactCount > 0 && last.map { $0.outcome == .passed && $0.minimum >= minimum } ?? false
        return isMet ? [] : [.performance(minimum: minimum, last: last)]
    }

    /// Every sign-off takes a person of its own: who holds two roles counts for one of them.
    private func unmetSignOffs(
        _ stages: [(stage: Stage, requirements: Policy.Requirements)], _ asker: String, _ evidence: Evidence
    ) -> [UnmetGate] {
        let wanted = stages.flatMap { on in on.requirements.signOffs.map { (stage: on.stage, role: $0) } }
        let signed = wanted.map { want in
            evidence.signOffs.filter {
                $0.version == id && $0.stage == want.stage && $0.role == want.role
                    && $0.artifactDigest == artifactDigest
            }.map(\.user)
        }
        // Who asks, or made it, is never who approves.
        let candidates = signed.map { $0.filter { $0 != asker && $0 != registeredBy } }
        let counted = distinctChoices(candidates)
        return wanted.indices.filter { counted[$0] == nil }.map { index in
            .signOff(wanted[index].stage, wanted[index].role, discounted: signed[index].withoutRepeats)
        }
    }
}

extension Policy {
    /// The stages whose requirements hold for one that is to stand in `stage`, the first to pass first.
    func stages(on stage: Stage) -> [(stage: Stage, requirements: Requirements)] {
        switch stage {
        case .unstaged, .archived: []
        case .staging: [(.staging, staging)]
        case .production: [(.staging, staging), (.production, production)]
        }
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
