import DriftStatistics
import Testing

@Suite struct SpeedTests {
    /// 20 columns of 30,000 rows; the limit is far above what it takes, so that only a change of order fails.
    @Test(.enabled(if: isOptimised))
    func `Twenty columns of thirty thousand rows take less than a second`() {
        var generator = SeededGenerator(state: 1)
        func set() -> [(String, DriftColumn)] {
            (0..<20).map { column in
                if column % 4 == 3 {
                    let levels: [String?] = (0..<30_000).map { _ in
                        "level \(Int.random(in: 0..<20, using: &generator))"
                    }
                    return ("c\(column)", .categorical(levels))
                }
                return ("c\(column)", .numeric((0..<30_000).map { _ in Double.random(in: 0...1, using: &generator) }))
            }
        }
        let (reference, current) = (set(), set())
        let elapsed = ContinuousClock().measure {
            #expect(datasetDrift(reference: reference, current: current).columnCount == 20)
        }
        #expect(elapsed < .seconds(1), "\(elapsed)")
        print("30,000 × 20: \(elapsed)")
    }
}
