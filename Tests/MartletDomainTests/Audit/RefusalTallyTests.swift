import MartletDomain
import Testing

@Suite struct RefusalTallyTests {
    private func refusal(_ address: String?, _ path: String = "/api/x") -> Refusal {
        Refusal(
            action: AuditAction("identity", "authenticate", ["path": path]), code: .unauthenticated,
            message: "no token",
            user: User(name: "unknown", roles: []), sourceAddress: address)
    }

    @Test func `The first is told at once, and the rest of the minute together`() {
        var tally = RefusalTally()
        #expect(tally.add(refusal("10.0.0.1"), at: 1_000).map(\.count) == [1])
        for second in 2..<50 { #expect(tally.add(refusal("10.0.0.1"), at: Int64(second) * 1_000).isEmpty) }
        #expect(tally.due(at: 60_999).isEmpty)
        let told = tally.due(at: 61_000)
        #expect(told.map(\.count) == [48] && told.first?.first == 2_000 && told.first?.last == 49_000)
        #expect(tally.isEmpty && tally.due(at: 200_000).isEmpty)
        #expect(tally.add(refusal("10.0.0.1"), at: 62_000).map(\.count) == [1])
    }

    @Test func `Addresses, doors and codes are told apart`() {
        var tally = RefusalTally()
        #expect(tally.add(refusal("10.0.0.1"), at: 0).count == 1)
        #expect(tally.add(refusal("10.0.0.2"), at: 0).count == 1)
        #expect(tally.add(refusal(nil), at: 0).count == 1)
        #expect(tally.add(refusal("10.0.0.1", "/api/y"), at: 0).count == 1)
        #expect(tally.rest().isEmpty)
    }

    @Test func `A flood from everywhere costs no more than a bounded number of entries a minute`() {
        var tally = RefusalTally()
        var told = 0
        for number in 0..<100_000 { told += tally.add(refusal("2001:db8::\(number)"), at: 5).count }
        let rest = tally.due(at: 70_000)
        #expect(told == RefusalTally.mostKinds && rest.count == 1)
        #expect(rest.first?.count == 100_000 - RefusalTally.mostKinds)
        #expect(rest.first?.refusal.sourceAddress == RefusalTally.manyAddresses)
    }

    @Test func `A clock that was put back holds nothing back`() {
        var tally = RefusalTally()
        _ = tally.add(refusal("a"), at: 1_000_000)
        _ = tally.add(refusal("a"), at: 1_000_001)
        #expect(tally.due(at: 500).map(\.count) == [1])
    }
}
