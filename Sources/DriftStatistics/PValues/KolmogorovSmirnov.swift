import Foundation

/// The two-sample Kolmogorov–Smirnov test, two-sided. Ties do not change the p-value.
extension PooledCounts<Double> {
    /// p-value: exact while neither sample has more than 10,000 values, else that of the one-sample statistic
    /// with the effective sample size.
    func kolmogorovSmirnovPValue() -> Double {
        let divisor = greatestCommonDivisor(referenceTotal, currentTotal)
        let (stepR, stepC) = (currentTotal / divisor, referenceTotal / divisor)
        var (sumR, sumC, distance) = (0, 0, 0)
        for index in values.indices {
            sumR += reference[index] * stepR
            sumC += current[index] * stepC
            distance = max(distance, abs(sumR - sumC))
        }
        if distance == 0 { return 1 }
        if max(referenceTotal, currentTotal) <= 10_000 {
            return exactKolmogorovSmirnov(referenceTotal, currentTotal, distance: distance)
        }
        let product = Double(referenceTotal) * Double(currentTotal)
        let size = (product / Double(total)).rounded(.toNearestOrEven)
        let largest = Double(referenceTotal) * Double(stepR)
        return kolmogorovUpperTail(n: Int(size), x: Double(distance) / largest)
    }
}

/// P(D ≥ distance / lcm(n, m)) over equally likely orderings of n and m values.
///
/// Walks from (0, 0) to (n, m). At (i, j) the next value is of the first sample with probability
/// (n − i)/(n + m − i − j). Only what is still inside the band is kept; what leaves it is added to the result, so
/// nothing is subtracted and small p-values keep their relative accuracy.
package func exactKolmogorovSmirnov(_ n: Int, _ m: Int, distance: Int) -> Double {
    let divisor = greatestCommonDivisor(n, m)
    let (a, b) = (m / divisor, n / divisor)
    var alive = [Double](repeating: 0, count: n + 2)
    alive[0] = 1
    var (low, high) = (0, 0)
    var left = 0.0
    for t in 1...(n + m) {
        let remaining = Double(n + m - t + 1)
        // Cells (i, t − i) inside the band: |i·a − (t − i)·b| < distance.
        let nextLow = max(max(0, t - m), floorDivide(t * b - distance, a + b) + 1)
        let nextHigh = min(min(n, t), -floorDivide(-(t * b + distance), a + b) - 1)
        // New cells low…high + 1, from the right so that the left neighbour is still the old one.
        for i in stride(from: min(high + 1, n), through: low, by: -1) {
            var mass = 0.0
            if i <= high, t - 1 - i < m { mass += alive[i] * Double(m - (t - 1 - i)) / remaining }
            if i > low { mass += alive[i - 1] * Double(n - i + 1) / remaining }
            if i < nextLow || i > nextHigh {
                left += mass
                mass = 0
            }
            alive[i] = mass
        }
        (low, high) = (max(nextLow, low), min(nextHigh, high + 1))
        if low > high { break }
    }
    return min(1, left)
}

func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
    var (a, b) = (left, right)
    while b != 0 { (a, b) = (b, a % b) }
    return max(1, a)
}

private func floorDivide(_ value: Int, _ divisor: Int) -> Int {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
}
