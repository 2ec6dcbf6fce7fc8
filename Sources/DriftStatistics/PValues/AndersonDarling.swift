import Foundation

extension PooledCounts<Double> {
    /// Two-sample Anderson–Darling with mid-ranks (Scholz & Stephens 1987). The p-value is interpolated in a table
    /// and stays between 0.001 and 0.25.
    func andersonDarlingPValue() throws(NotComputable) -> Double {
        guard distinct > 1 else { throw NotComputable("Anderson-Darling needs two distinct values; there is one") }
        guard total > 3 else { throw NotComputable("Anderson-Darling needs four values; there are \(total)") }
        let size = Double(total)
        let (n1, n2) = (Double(referenceTotal), Double(currentTotal))
        var (sum1, sum2) = (0.0, 0.0)
        forEachMidRank { index, _, before in
            let ties = Double(reference[index] + current[index])
            let below = Double(before.reference + before.current) + ties / 2
            let weight = ties / size / (below * (size - below) - size * ties / 4)
            let first = size * (Double(before.reference) + Double(reference[index]) / 2) - below * n1
            let second = size * (Double(before.current) + Double(current[index]) / 2) - below * n2
            sum1 += weight * first * first
            sum2 += weight * second * second
        }
        let statistic = (size - 1) / size * (sum1 / n1 + sum2 / n2)
        let t = (statistic - 1) / andersonDarlingDeviation()
        if t < 0.325 { return 0.25 }
        if t > 6.546 { return 0.001 }
        // Least squares through the seven tabulated points, in the logarithm of the level.
        return exp(0.01819809457411147 * t * t - 1.0082265644652515 * t - 1.077770279820484)
    }

    /// Standard deviation of the statistic, equation 4 of the paper for k = 2.
    private func andersonDarlingDeviation() -> Double {
        let size = Double(total)
        let bigH = 1 / Double(referenceTotal) + 1 / Double(currentTotal)
        var (h, g, tail) = (0.0, 0.0, 0.0)
        for m in 1..<total {
            let term = 1 / Double(m)
            h += term
            // tail = Σ 1/j for j from N − m + 1 to N − 1
            g += term * tail
            tail += 1 / Double(total - m)
        }
        let a = (4 * g - 6) + (10 - 6 * g) * bigH
        let b = 4 * (2 * g - 4) + 16 * h + (2 * g - 14 * h - 4) * bigH - 8 * h + 4 * g - 6
        let c = 4 * (6 * h + 2 * g - 2) + 2 * (4 * h - 4 * g + 6) + (2 * h - 6) * bigH + 4 * h
        let d = 4 * (2 * h + 6) - 8 * h
        let cubic = ((a * size + b) * size + c) * size + d
        return (cubic / ((size - 1) * (size - 2) * (size - 3))).squareRoot()
    }
}
