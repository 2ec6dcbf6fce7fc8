extension ModelVersion {
    /// What the requirements ask for that is measured, recorded or written down, and is not there.
    func unmetEvidence(_ requirements: [Policy.Requirements], _ evidence: Evidence) -> [UnmetGate] {
        var unmet: [UnmetGate] = requirements.flatMap(\.metrics).compactMap { gate in
            shortfall(of: gate, evidence).map { .metric(gate, $0) }
        }
        for gate in requirements.compactMap(\.dataQuality) {
            if let reason = evidence.trainingData.shortfall(of: gate) {
                unmet.append(.dataQuality(gate, reason: reason))
            }
        }
        for gate in requirements.compactMap(\.trainingDrift) where !isWithin(gate, evidence) {
            let own = evidence.trainingDrift.last { isOfThese($0.version, $0.artifactDigest) }
            unmet.append(.trainingDrift(gate, last: own, reference: evidence.monitoringPlan?.reference))
        }
        for gate in requirements.compactMap(\.unitTests) {
            if let reason = shortfall(of: gate, evidence) { unmet.append(.unitTests(gate, reason: reason)) }
        }
        let missing = requirements.flatMap(\.modelCard).filter { !evidence.cardFields.contains($0) }
        if !missing.isEmpty { unmet.append(.modelCard(missing: missing)) }
        if requirements.contains(where: \.signature), !evidence.hasSignature { unmet.append(.signature) }
        if requirements.contains(where: \.sealed), !evidence.isSealed || artifactCount == 0 { unmet.append(.seal) }
        return unmet
    }

    private func isOfThese(_ version: ModelVersion.ID, _ digest: String) -> Bool {
        version == id && digest == artifactDigest && artifactCount > 0
    }

    private func shortfall(of gate: MetricGate, _ evidence: Evidence) -> UnmetGate.MetricShortfall? {
        func fits(_ evaluation: Evaluation) -> Bool {
            evaluation.metric == gate.metric && evaluation.table.name.description == gate.dataset
                && (gate.reported || !evaluation.isReported)
        }
        let own = evidence.evaluations.last { fits($0) && isOfThese($0.version, $0.artifactDigest) }
        guard let own, own.value.isFinite else { return .notMeasured }
        guard own.value >= gate.minimum ?? -.infinity, own.value <= gate.maximum ?? .infinity else {
            return .outOfRange(own)
        }
        guard let margin = gate.betterThanProductionBy, let others = evidence.productionEvaluations else { return nil }
        guard let other = others.last(where: { fits($0) && $0.table == own.table }) else {
            return .productionNotMeasured(on: own.table)
        }
        let gain = gate.lowerIsBetter ? other.value - own.value : own.value - other.value
        return gain >= margin ? nil : .notBetter(own, production: other)
    }

    /// Training data that are the reference have not moved from it.
    private func isWithin(_ gate: TrainingDriftGate, _ evidence: Evidence) -> Bool {
        guard let reference = evidence.monitoringPlan?.reference else { return false }
        let training = evidence.trainingData.tables.first
        if training == reference { return true }
        let last = evidence.trainingDrift.last {
            isOfThese($0.version, $0.artifactDigest) && $0.reference == reference && $0.training == training
        }
        return last.map { $0.share <= gate.maximumShare } ?? false
    }

    private func shortfall(of gate: UnitTestGate, _ evidence: Evidence) -> String? {
        let results = evidence.testResults.filter { result in
            isOfThese(result.version, result.artifactDigest)
                && (gate.within.map { evidence.isFresh(result.at, for: $0) } ?? true)
        }
        let suites = gate.suites.isEmpty ? Set(results.map(\.suite)).sorted() : gate.suites
        guard !suites.isEmpty else { return "none recorded for its files" }
        var count: Int64 = 0
        for suite in suites {
            guard let last = results.last(where: { $0.suite == suite }) else { return "no result of \(suite)" }
            guard last.failed == 0 else { return "\(last.failed) of \(suite) failed" }
            count += last.passed
        }
        return count >= gate.minimum ? nil : "\(count) passed, of at least \(gate.minimum)"
    }
}

extension Evidence.TrainingData {
    /// Why the data do not pass; nil when they do. What nobody looked at does not.
    fileprivate func shortfall(of gate: DataQualityGate) -> String? {
        guard !tables.isEmpty else { return "nothing says which data it was trained on" }
        let own = runs.filter { tables.contains($0.table) }
        guard !own.isEmpty else {
            return "no suite was run on \(tables.map(\.description).joined(separator: ", "))"
        }
        for suite in gate.suites where !own.contains(where: { gate.means($0, by: suite) }) {
            return "\(suite) was not run on \(tables.map(\.description).joined(separator: ", "))"
        }
        var newest: [String: Run] = [:]
        for run in own where gate.suites.isEmpty || gate.suites.contains(where: { gate.means(run, by: $0) }) {
            newest["\(run.suite) \(run.table)"] = run
        }
        let failed = newest.values.filter { !$0.passed }.map { "\($0.suite) on \($0.table)" }.sorted()
        return failed.isEmpty ? nil : "failed: \(failed.joined(separator: ", "))"
    }
}
