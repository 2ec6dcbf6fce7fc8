import MartletDomain
import Testing

@Suite struct FeatureConsistencyGateTests {
    private func evidence(_ checks: [FeatureEvidence.Check]) -> Evidence {
        Evidence(features: [FeatureEvidence(view: "vendors", planHash: "h", checks: checks)])
    }

    private func unmet(_ evidence: Evidence) -> Int {
        var policy = Policy.open
        policy.production.featureConsistency = FeatureConsistency(maximumMismatches: 2, within: 1_000)
        return StageRuleTests.version().unmetGates(into: .production, askedBy: "other", under: policy, given: evidence)
            .count
    }

    @Test func `A recent check with few differences meets the gate, an old one or none does not`() {
        #expect(unmet(evidence([.init(kind: .replay, mismatches: 2, age: 1_000)])) == 0)
        #expect(unmet(evidence([.init(kind: .replay, mismatches: 0, age: 1_001)])) == 1)
        #expect(unmet(evidence([.init(kind: .replay, mismatches: 3, age: 1)])) == 1)
        #expect(unmet(evidence([])) == 1)
        #expect(unmet(Evidence()) == 0)
    }

    @Test func `A replay that agrees does not take back what was found in service`() {
        let checks: [FeatureEvidence.Check] = [
            .init(kind: .replay, mismatches: 0, age: 1), .init(kind: .log, mismatches: 9, age: 500),
        ]
        #expect(unmet(evidence(checks)) == 1)
    }
}
