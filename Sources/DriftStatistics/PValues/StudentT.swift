import Foundation

extension PooledCounts<Double> {
    /// Mean of one side of the table.
    func mean(_ counts: [Int], total: Int) -> Double {
        var sum = 0.0
        for index in values.indices { sum += values[index] * Double(counts[index]) }
        let first = sum / Double(total)
        // A second pass takes back what the first one lost to rounding.
        var rest = 0.0
        for index in values.indices where counts[index] > 0 { rest += (values[index] - first) * Double(counts[index]) }
        return first + rest / Double(total)
    }

    /// Sum of squared differences from the mean.
    func squaredDeviations(_ counts: [Int], mean: Double) -> Double {
        var sum = 0.0
        for index in values.indices where counts[index] > 0 {
            let difference = values[index] - mean
            sum += difference * difference * Double(counts[index])
        }
        return sum
    }

    /// Student's test of equal means with pooled variance, two-sided, N − 2 degrees of freedom. NaN when there is
    /// nothing to compare: two values in all, or no variance and equal means.
    func studentTPValue() -> Double {
        guard total > 2, distinct > 1 else { return .nan }
        let (n1, n2) = (Double(referenceTotal), Double(currentTotal))
        let mean1 = mean(reference, total: referenceTotal)
        let mean2 = mean(current, total: currentTotal)
        let deviations = squaredDeviations(reference, mean: mean1) + squaredDeviations(current, mean: mean2)
        let degrees = n1 + n2 - 2
        let error = (deviations / degrees * (1 / n1 + 1 / n2)).squareRoot()
        guard error > 0 else { return mean1 == mean2 ? .nan : 0 }
        return studentTwoSidedTail((mean1 - mean2) / error, degreesOfFreedom: degrees)
    }
}
