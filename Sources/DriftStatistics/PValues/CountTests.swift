import Foundation

/// Tests on counts per level.
extension PooledCounts {
    /// χ² of the current counts against the reference counts scaled to the same total, cells − 1 degrees of freedom.
    /// A level new in current has p = 0; a single level has no p-value (NaN).
    func chiSquarePValue() -> Double {
        let scale = Double(currentTotal) / Double(referenceTotal)
        var statistic = 0.0
        for index in values.indices {
            let expected = Double(reference[index]) * scale
            let difference = Double(current[index]) - expected
            if expected == 0 { return 0 }
            statistic += difference * difference / expected
        }
        return chiSquareUpperTail(statistic, degreesOfFreedom: Double(distinct - 1))
    }

    /// Log-likelihood ratio 2ΣO ln(O/E) with the same expected counts. Evidently computes it for samples of equal
    /// size only; the scaling makes it hold for any.
    func gTestPValue() -> Double {
        let scale = Double(currentTotal) / Double(referenceTotal)
        var statistic = 0.0
        for index in values.indices where current[index] > 0 {
            let expected = Double(reference[index]) * scale
            if expected == 0 { return 0 }
            let observed = Double(current[index])
            statistic += 2 * observed * log(observed / expected)
        }
        return chiSquareUpperTail(statistic, degreesOfFreedom: Double(distinct - 1))
    }

    /// Two-proportion Z test, two-sided, pooled variance, no continuity correction. With more than two levels
    /// it compares the smallest with all others.
    func zTestPValue() -> Double {
        guard distinct > 1 else { return 1 }
        let (n1, n2) = (Double(referenceTotal), Double(currentTotal))
        let x1 = Double(referenceTotal - reference[0])
        let x2 = Double(currentTotal - current[0])
        let pooled = (x1 + x2) / (n1 + n2)
        let z = (x1 / n1 - x2 / n2) / (pooled * (1 - pooled) * (1 / n1 + 1 / n2)).squareRoot()
        return 2 * normalUpperTail(abs(z))
    }

    /// Fisher's exact test of a 2×2 table, two-sided: the probabilities of all tables that are not likelier.
    func fisherExactPValue() throws(NotComputable) -> Double {
        guard distinct <= 2 else {
            throw NotComputable("Fisher's exact test compares two levels; this column has \(distinct)")
        }
        guard distinct == 2 else { return 1 }
        let drawn = reference[0] + current[0]
        let lowest = max(0, drawn - currentTotal)
        let highest = min(drawn, referenceTotal)
        let whole = logBinomial(total, drawn)
        func logProbability(_ k: Int) -> Double {
            logBinomial(referenceTotal, k) + logBinomial(currentTotal, drawn - k) - whole
        }
        let limit = logProbability(reference[0]) + 1e-7
        var sum = 0.0
        for k in lowest...highest {
            let value = logProbability(k)
            if value <= limit { sum += exp(value) }
        }
        return min(1, sum)
    }
}
