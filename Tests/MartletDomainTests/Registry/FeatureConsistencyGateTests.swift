import MartletDomain
import Testing

@Suite struct FeatureConsistencyGateTests {
    private typealias Check = FeatureEvidence.Check

    private func evidence(_ checks: [Check]) -> Evidence {
        Evidence(features: [FeatureEvidence(view: "vendors", planHash: "h", checks: checks)])
    }

    private func check(
        _ mismatches: Int64, _ kind: ConsistencyCheck.Kind = .replay, age: Int64, requests: Int64 = 10,
        _ span: (Int64, Int64) = (0, 100)
    ) throws -> Check {
        Check(
            kind: kind, mismatches: mismatches, age: age, requests: requests,
            span: try TimeWindow(from: span.0, to: span.1))
    }

    private func unmet(_ evidence: Evidence, minimumRequests: Int64 = 1) -> Int {
        var policy = Policy.open
        policy.production.featureConsistency = FeatureConsistency(
            maximumMismatches: 2, within: 1_000, minimumRequests: minimumRequests)
        return StageRuleTests.version().unmetGates(into: .production, askedBy: "other", under: policy, given: evidence)
            .count
    }

    @Test func `A recent check with few differences meets the gate, an old one or none does not`() throws {
        #expect(unmet(evidence([try check(2, age: 1_000)])) == 0)
        #expect(unmet(evidence([try check(0, age: 1_001)])) == 1)
        #expect(unmet(evidence([try check(3, age: 1)])) == 1)
        #expect(unmet(evidence([])) == 1)
        #expect(unmet(Evidence()) == 0)
    }

    @Test func `A replay that agrees does not take back what was found in service`() throws {
        #expect(unmet(evidence([try check(0, age: 1), try check(9, .log, age: 500)])) == 1)
    }

    @Test func `A check that failed stands, however old, until one that was asked about all its times passes`() throws {
        let failed = try check(9, age: 900_000, (10, 90))
        #expect(unmet(evidence([try check(0, age: 1, (10, 89)), failed])) == 1)
        #expect(unmet(evidence([try check(0, age: 1, (50, 200)), failed])) == 1)
        #expect(unmet(evidence([try check(0, age: 1, (10, 90)), failed])) == 0)
        #expect(unmet(evidence([try check(0, age: 1, (60, 70)), try check(0, age: 5, (0, 100)), failed])) == 0)
        // One that was made before the failure says nothing of it.
        #expect(unmet(evidence([try check(0, age: 1, (60, 70)), failed, try check(0, age: 5, (0, 100))])) == 1)
        let unknown = Check(kind: .replay, mismatches: 0, age: 1, requests: 10, span: nil)
        #expect(unmet(evidence([unknown, failed])) == 1)
    }

    @Test func `A check over fewer requests than are asked for does not meet the gate`() throws {
        #expect(unmet(evidence([try check(0, age: 1, requests: 99)]), minimumRequests: 100) == 1)
        #expect(unmet(evidence([try check(0, age: 1, requests: 100)]), minimumRequests: 100) == 0)
    }

    @Test func `Only a comparison of every feature at every request passes, and one differing cell fails`() {
        func judged(_ requests: Int64, _ cells: [(Int64, Int64)]) -> ConsistencyCheck {
            var check = ConsistencyCheck(
                view: "vendors", planHash: "h", kind: .log, outcome: .passed, source: nil, requests: requests,
                features: cells.enumerated().map { index, cell in
                    var difference = FeatureDifference(feature: "f\(index)")
                    (difference.cells, difference.mismatches) = cell
                    return difference
                }, by: "somebody")
            check.judge(whenEmpty: "nothing was asked")
            return check
        }
        #expect(judged(5, [(5, 0), (5, 0)]).outcome == .passed)
        #expect(judged(5, [(5, 0), (5, 1)]).outcome == .failed)
        #expect(judged(5, [(5, 0), (0, 0)]).outcome == .couldNotBeEvaluated)
        #expect(judged(5, [(4, 0)]).reason == "f0 was compared at 4 of 5 requests")
        #expect(judged(5, [(4, 1)]).outcome == .failed)
        #expect(judged(5, []).outcome == .couldNotBeEvaluated)
        #expect(judged(0, [(0, 0)]).reason == "nothing was asked")
    }

    @Test func `Tables of Martlet's own are written by nobody else`() throws {
        for name in ["martlet.feature_log", "main.martlet.x", "martlet.a.b", "Martlet.x", "martlet.x:cleaned"] {
            let table = try TableName(name)
            #expect(throws: ReservedTable(table: table)) { try User.anyone.requireWrite(to: table) }
            #expect(throws: Never.self) { try User.martlet.requireWrite(to: table) }
        }
        #expect(throws: Never.self) { try User.anyone.requireWrite(to: TableName("risk.martlet")) }
    }
}
