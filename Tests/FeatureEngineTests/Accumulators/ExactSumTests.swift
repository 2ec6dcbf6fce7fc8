import Foundation
import FuzzInputs
import Testing

import FeatureEngine

struct ExactSumTests {
    private struct Golden: Decodable {
        let values: [String]
        let sum, variance, deviation: String
        let sample_variance, sample_deviation: String?
    }

    private static func goldens() throws -> [Golden] {
        let tests = (0..<3).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
        let file = tests.appending(path: "Golden/exact-sums/sums.json")
        return try JSONDecoder().decode([Golden].self, from: Data(contentsOf: file))
    }

    private static func double(_ hex: String) throws -> Double {
        Double(bitPattern: try #require(UInt64(hex, radix: 16)))
    }

    private static func isWithin(_ units: Int64, _ left: Double?, _ right: Double) -> Bool {
        guard let left else { return false }
        return left == right || abs(CellValue.rank(left) &- CellValue.rank(right)) <= units
    }

    @Test func `Sums equal the correctly rounded sums of rational arithmetic`() throws {
        for golden in try Self.goldens() {
            var sum = ExactSum()
            for value in golden.values { sum.add(try Self.double(value)) }
            #expect(Bits(sum.rounded) == Bits(try Self.double(golden.sum)), "\(golden.values)")
        }
    }

    @Test func `Variances and deviations are those of rational arithmetic to two units in the last place`() throws {
        for golden in try Self.goldens() {
            var moments = ExactMoments()
            for value in golden.values { moments.add(try Self.double(value)) }
            func check(_ ours: Double?, _ theirs: String?) throws {
                guard let theirs else {
                    #expect(ours == nil)
                    return
                }
                let expected = try Self.double(theirs)
                #expect(Self.isWithin(2, ours, expected), "\(String(describing: ours)) for \(expected)")
            }
            try check(moments.variance(sample: false), golden.variance)
            try check(moments.standardDeviation(sample: false), golden.deviation)
            try check(moments.variance(sample: true), golden.sample_variance)
            try check(moments.standardDeviation(sample: true), golden.sample_deviation)
        }
    }

    @Test func `Sums equal those added bit by bit, in any order, and merged from any parts`() {
        for index in 0..<1_500 * Seed.factor {
            var dice = Dice(seed: Seed.value, index: index)
            let special = dice.isLucky(20)
            let values = (0..<1 + dice.below(40)).map { _ in dice.double(special: special) }
            var plain = PlainSum()
            var whole = ExactSum()
            var parts = [ExactSum](repeating: ExactSum(), count: 1 + dice.below(5))
            for value in values { plain.add(value) }
            for value in values.shuffled(using: &dice) {
                whole.add(value)
                parts[dice.below(parts.count)].add(value)
            }
            var merged = ExactSum()
            for part in parts.shuffled(using: &dice) { merged.merge(part) }
            #expect(Bits(whole.rounded) == Bits(plain.rounded), "\(Seed.note(index)): \(values)")
            #expect(Bits(merged.rounded) == Bits(plain.rounded), "\(Seed.note(index)): \(values)")
        }
    }

    @Test func `What was added and taken away again leaves no trace`() {
        for index in 0..<1_000 * Seed.factor {
            var dice = Dice(seed: Seed.value, index: index)
            let kept = (0..<dice.below(20)).map { _ in dice.double() }
            let gone = (0..<dice.below(20)).map { _ in dice.double() }
            var (both, alone) = (ExactMoments(), ExactMoments())
            for value in (kept + gone).shuffled(using: &dice) { both.add(value) }
            for value in gone.shuffled(using: &dice) { both.remove(value) }
            for value in kept { alone.add(value) }
            #expect(Bits(both.sum.rounded) == Bits(alone.sum.rounded), "\(Seed.note(index))")
            for sample in [true, false] {
                #expect(
                    Bits(both.variance(sample: sample)) == Bits(alone.variance(sample: sample)), "\(Seed.note(index))")
                #expect(
                    Bits(both.standardDeviation(sample: sample)) == Bits(alone.standardDeviation(sample: sample)),
                    "\(Seed.note(index))")
            }
            #expect(both.sum.finite.digits == alone.sum.finite.digits, "\(Seed.note(index))")
        }
    }

    @Test func `A million equal terms and half a million merges lose nothing`() {
        var sum = ExactSum()
        for _ in 0..<1_000_000 { sum.add(0.1) }
        #expect(sum.rounded == 100_000.00000000001 || sum.rounded == 100_000)
        var one = ExactSum()
        one.add(0.1)
        var merged = ExactSum()
        for _ in 0..<500_000 { merged.merge(one) }
        for _ in 0..<500_000 { merged.add(0.1) }
        #expect(merged.finite.digits == sum.finite.digits)
        for _ in 0..<1_000_000 { merged.remove(0.1) }
        #expect(merged.isZero)
    }

    @Test func `An average is finite where the sum is not`() {
        var sum = ExactSum()
        for _ in 0..<4 { sum.add(.greatestFiniteMagnitude) }
        #expect(sum.rounded == .infinity)
        #expect(sum.average(of: 4) == .greatestFiniteMagnitude)
    }

    @Test func `Integers overflow only where their sum does`() {
        var sum = ExactIntegerSum()
        sum.add(Int64.max)
        sum.add(Int64.max)
        #expect(sum.long == nil)
        #expect(sum.value == Int128(Int64.max) * 2)
        sum.remove(Int64.max)
        #expect(sum.long == Int64.max)
        sum.add(Int128.max)
        #expect(sum.value == nil)
        sum.add(Int128.min)
        #expect(sum.value == Int128(Int64.max) - 1)
        var other = ExactIntegerSum()
        other.add(Int64(-5))
        sum.merge(other)
        #expect(sum.value == Int128(Int64.max) - 6)
        #expect(other.average(of: 2, scale: 1) == -0.25)
    }
}
