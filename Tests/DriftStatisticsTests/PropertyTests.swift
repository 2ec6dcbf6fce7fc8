import DriftStatistics
import Foundation
import Testing

/// A small seeded generator (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

@Suite struct PropertyTests {
    static let symmetric = ["ks", "z", "t_test", "anderson", "cramer_von_mises", "jensenshannon", "hellinger", "ed"]

    private func columns(_ method: DriftMethod, seed: UInt64) -> (DriftColumn, DriftColumn) {
        var generator = SeededGenerator(state: seed)
        func side() -> DriftColumn {
            let count = Int.random(in: 4...120, using: &generator)
            guard method.allows(.num) else {
                let levels = ["a", "b"]
                return .categorical((0..<count).map { _ in levels.randomElement(using: &generator) })
            }
            let range = Bool.random(using: &generator) ? 1.0 : 40.0
            return .numeric((0..<count).map { _ in (Double.random(in: 0...range, using: &generator) * 8).rounded() })
        }
        return (side(), side())
    }

    @Test(arguments: DriftMethod.all)
    func `A set compared with itself does not drift`(method: DriftMethod) throws {
        for seed in UInt64(0)..<20 {
            let (column, _) = columns(method, seed: seed)
            let result = columnDrift(name: "x", reference: column, current: column, method: method)
            #expect(result.isComputed, "seed \(seed): \(result.status)")
            #expect(!result.isDrifted, "seed \(seed)")
            guard let score = result.score else { continue }
            switch method.scoreKind {
            case .pValue: #expect(score > 0.2, "seed \(seed): \(score)")
            case .distance: #expect(score < 1e-6, "seed \(seed): \(score)")
            }
        }
    }

    @Test(arguments: DriftMethod.all.filter { symmetric.contains($0.name) })
    func `Symmetric methods give the same score with the sets exchanged`(method: DriftMethod) throws {
        for seed in UInt64(0)..<20 {
            let (left, right) = columns(method, seed: seed)
            let there = columnDrift(name: "x", reference: left, current: right, method: method).score
            let back = columnDrift(name: "x", reference: right, current: left, method: method).score
            #expect((there == nil) == (back == nil), "seed \(seed)")
            guard let there, let back else { continue }
            // Sturges' edges are those of the pool, so that they do not depend on the order either.
            let isBinned = method.name == "jensenshannon"
            if !isBinned { #expect(abs(there - back) <= 1e-9, "seed \(seed): \(there) \(back)") }
        }
    }

    @Test(arguments: DriftMethod.all)
    func `Scores are in their range, and p-values never exceed one`(method: DriftMethod) {
        for seed in UInt64(100)..<140 {
            let (left, right) = columns(method, seed: seed)
            guard let score = columnDrift(name: "x", reference: left, current: right, method: method).score
            else { continue }
            #expect(score >= 0, "seed \(seed): \(score)")
            if method.scoreKind == .pValue { #expect(score <= 1, "seed \(seed): \(score)") }
            if method.name == "jensenshannon" { #expect(score <= log(2.0).squareRoot() + 1e-12, "seed \(seed)") }
            if method.name == "hellinger" { #expect(score <= 1, "seed \(seed)") }
        }
    }

    @Test func `The order of rows does not change a score`() {
        for seed in UInt64(0)..<10 {
            var generator = SeededGenerator(state: seed)
            let reference = (0..<200).map { _ in Double.random(in: 0...1, using: &generator) }
            let current = (0..<150).map { _ in Double.random(in: 0...1.2, using: &generator) }
            for method in DriftMethod.all where method.allows(.num) {
                let one = columnDrift(
                    name: "x", reference: .numeric(reference), current: .numeric(current), method: method)
                let other = columnDrift(
                    name: "x", reference: .numeric(reference.shuffled(using: &generator)),
                    current: .numeric(current.shuffled(using: &generator)), method: method)
                #expect(one == other, "seed \(seed), \(method.name)")
            }
        }
    }

    @Test func `A large shift is drift for every method but the one-sided test when values fall`() {
        let reference = DriftColumn.numeric((0..<300).map { Double($0 % 50) })
        let current = DriftColumn.numeric((0..<300).map { Double($0 % 50) - 40 })
        for method in DriftMethod.all where method.allows(.num) {
            let result = columnDrift(name: "x", reference: reference, current: current, method: method)
            #expect(result.isDrifted == (method.name != "mannw"), "\(method.name)")
        }
    }
}
