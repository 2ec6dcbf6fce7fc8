import Foundation

/// Distances between the two empirical distribution functions.
extension PooledCounts<Double> {
    /// ∫|F_R − F_C| in units of the reference's population standard deviation, or of 0.001 where that is larger.
    func normedWasserstein() -> Double {
        var sum = 0.0
        forEachStep { gap, length in sum += abs(gap) * length }
        let mean = mean(reference, total: referenceTotal)
        let variance = squaredDeviations(reference, mean: mean) / Double(referenceTotal)
        return sum / max(variance.squareRoot(), 0.001)
    }

    /// √(2∫(F_R − F_C)²), in the square root of the column's unit.
    func energyDistance() -> Double {
        var sum = 0.0
        forEachStep { gap, length in sum += gap * gap * length }
        return (2 * sum).squareRoot()
    }

    /// F_R − F_C on each interval between neighbouring distinct values.
    private func forEachStep(_ body: (_ gap: Double, _ length: Double) -> Void) {
        var (sumR, sumC) = (0, 0)
        for index in values.indices.dropLast() {
            sumR += reference[index]
            sumC += current[index]
            let gap = Double(sumR) / Double(referenceTotal) - Double(sumC) / Double(currentTotal)
            body(gap, values[index + 1] - values[index])
        }
    }
}
