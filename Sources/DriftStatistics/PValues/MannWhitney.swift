import Foundation

extension PooledCounts<Double> {
    /// Mann–Whitney U, one-sided: small when the reference tends to be smaller than current. Exact without ties when
    /// one sample has at most 8 values, else the normal approximation with tie and continuity correction.
    /// Beside a sample of more than 100,000 values the approximation is always taken.
    func mannWhitneyPValue() -> Double {
        let (n1, n2) = (Double(referenceTotal), Double(currentTotal))
        let size = n1 + n2
        var rankSum = 0.0
        var tieSum = 0.0
        forEachMidRank { index, midRank, _ in
            rankSum += midRank * Double(reference[index])
            let ties = Double(reference[index] + current[index])
            tieSum += ties * (ties * ties - 1)
        }
        let u = n1 * n2 - (rankSum - n1 * (n1 + 1) / 2)
        let smaller = min(referenceTotal, currentTotal)
        let larger = max(referenceTotal, currentTotal)
        if smaller <= 8, tieSum == 0, larger <= 100_000 {
            return exactMannWhitneyUpperTail(smaller, larger, u: Int(u.rounded()))
        }
        let deviation = (n1 * n2 / 12 * ((size + 1) - tieSum / (size * (size - 1)))).squareRoot()
        let numerator = u - n1 * n2 / 2 - 0.5
        guard deviation > 0 else { return numerator < 0 ? 1 : 0 }
        return normalUpperTail(numerator / deviation)
    }
}

/// P(U ≥ u) for samples of k and n values without ties.
///
/// The number of orderings for each U is the coefficient of q^U in the Gaussian binomial (n + k over k), built
/// factor by factor as (1 − q^{n+i})/(1 − q^i). Symmetry keeps the work to the lower half, where no digits cancel.
package func exactMannWhitneyUpperTail(_ k: Int, _ n: Int, u: Int) -> Double {
    let top = k * n
    let half = top / 2
    var ways = [Double](repeating: 0, count: half + 1)
    ways[0] = 1
    for i in 1...k {
        if n + i <= half {
            for index in stride(from: half, through: n + i, by: -1) { ways[index] -= ways[index - n - i] }
        }
        if i <= half {
            for index in i...half { ways[index] += ways[index - i] }
        }
    }
    let all = exp(logBinomial(n + k, k))
    func lowerTail(_ last: Int) -> Double {
        guard last >= 0 else { return 0 }
        return ways[0...min(last, half)].reduce(0, +) / all
    }
    // P(U ≥ u) = P(U ≤ top − u).
    return top - u <= half ? lowerTail(top - u) : 1 - lowerTail(u - 1)
}
