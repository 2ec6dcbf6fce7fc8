import FuzzInputs
import Testing

import FeatureEngine

struct SketchTests {
    @Test func `The stable hash is XXH64`() {
        #expect(stableHash64([]) == 0xEF46_DB37_51D8_E999)
        #expect(stableHash64(Array("a".utf8)) == 0xD24E_C4F1_A98C_6E5B)
        #expect(stableHash64(Array("abc".utf8)) == 0x44BC_2CF5_AD77_0999)
        #expect(stableHash64(Array("Nobody inspects the spammish repetition".utf8)) == 0xFBCE_A83C_8A37_8BF1)
    }

    @Test(arguments: [1, 10, 300, 1_000, 10_000, 20_000, 100_000])
    func `Distinct values are estimated within five percent`(count: Int) {
        var sketch = DistinctSketch()
        for value in 0..<count {
            sketch.add(.long(Int64(value)))
            if value % 3 == 0 { sketch.add(.long(Int64(value))) }
        }
        let error = abs(Double(sketch.count) - Double(count)) / Double(count)
        #expect(error < 0.05, "\(sketch.count) for \(count)")
        if count <= 10 { #expect(sketch.count == Int64(count)) }
    }

    @Test func `Sketches of parts merge to the sketch of the whole`() {
        for index in 0..<60 * Seed.factor {
            var dice = Dice(seed: Seed.value, index: index)
            let values = (0..<dice.below(2_000)).map { _ in dice.double() }
            var distinct = [DistinctSketch](repeating: DistinctSketch(), count: 3)
            var quantiles = [QuantileSketch](repeating: QuantileSketch(), count: 3)
            var (wholeDistinct, wholeQuantiles) = (DistinctSketch(), QuantileSketch())
            var sliding = SlidingDistinctSketch()
            let gone = (0..<dice.below(500)).map { _ in dice.double() }
            for value in gone {
                sliding.add(.double(value))
                wholeQuantiles.add(value)
            }
            for value in values {
                let part = dice.below(3)
                distinct[part].add(.double(value))
                quantiles[part].add(value)
                wholeDistinct.add(.double(value))
                wholeQuantiles.add(value)
                sliding.add(.double(value))
            }
            for value in gone {
                sliding.remove(.double(value))
                wholeQuantiles.remove(value)
            }
            for part in [1, 2] {
                distinct[0].merge(distinct[part])
                quantiles[0].merge(quantiles[part])
            }
            #expect(distinct[0].count == wholeDistinct.count, "\(Seed.note(index))")
            #expect(sliding.count == wholeDistinct.count, "\(Seed.note(index))")
            #expect(quantiles[0] == wholeQuantiles, "\(Seed.note(index))")
        }
    }

    @Test func `Quantiles are within one percent of the value at their rank`() throws {
        for index in 0..<300 * Seed.factor {
            var dice = Dice(seed: Seed.value, index: index)
            let values = (0..<1 + dice.below(200)).map { _ in dice.double() }
            var sketch = QuantileSketch()
            for value in values { sketch.add(value) }
            let sorted = values.sorted { CellValue.rank($0) < CellValue.rank($1) }
            for quantile in [0, 0.25, 0.5, 0.9, 0.99, 1] {
                let exact = sorted[Int(quantile * Double(values.count - 1))]
                let estimate = try #require(sketch.quantile(quantile))
                // Subnormals are farther apart than one percent.
                let isNear =
                    estimate.isNaN && exact.isNaN || estimate == exact
                    || abs(estimate - exact) <= 0.010_000_000_1 * abs(exact) || abs(exact) < 1e-300
                #expect(isNear, "\(Seed.note(index)): \(estimate) for \(exact)")
            }
        }
    }

    @Test func `Text is told apart by its bytes, zeros and NaN are one`() {
        var counts = DistinctCounts<CellValue>()
        for value in ["e\u{301}", "\u{e9}", "e\u{301}"] { counts.add(.string(value)) }
        #expect(counts.count == 2)
        counts.remove(.string("e\u{301}"))
        #expect(counts.count == 2)
        counts.remove(.string("e\u{301}"))
        #expect(counts.count == 1)
        var doubles = DistinctCounts<CellValue>()
        for value in [0.0, -0.0, .nan, Double(bitPattern: 0xFFF8_0000_0000_0001)] { doubles.add(.double(value)) }
        #expect(doubles.count == 2)
        #expect(CellValue.double(-0.0).stableHash == CellValue.double(0).stableHash)
    }
}
