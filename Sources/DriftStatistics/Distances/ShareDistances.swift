import Foundation

/// Distances between two lists of shares, reference p and current q.
struct SharePair {
    let reference: [Double]
    let current: [Double]

    /// √((Σp ln(p/m) + Σq ln(q/m))/2) with m = (p + q)/2: at most √ln 2.
    func jensenShannon() -> Double {
        let p = normalised(reference)
        let q = normalised(current)
        var sum = 0.0
        for (a, b) in zip(p, q) {
            let middle = (a + b) / 2
            if a > 0 { sum += a * log(a / middle) }
            if b > 0 { sum += b * log(b / middle) }
        }
        return max(0, sum / 2).squareRoot()
    }

    /// Σp ln(p/q), in nats, after zeros are filled.
    func kullbackLeibler() -> Double {
        zip(normalised(filled(reference)), normalised(filled(current))).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
    }

    /// Σ(p − q) ln(p/q), after zeros are filled; not normalised again.
    func populationStability() -> Double {
        zip(filled(reference), filled(current)).reduce(0) { $0 + ($1.0 - $1.1) * log($1.0 / $1.1) }
    }

    /// √(1 − Σ√(pq))
    func hellinger() -> Double {
        let overlap = zip(reference, current).reduce(0) { $0 + ($1.0 * $1.1).squareRoot() }
        return (1 - min(1, max(0, overlap))).squareRoot()
    }

    private func normalised(_ shares: [Double]) -> [Double] {
        let sum = shares.reduce(0, +)
        return shares.map { $0 / sum }
    }

    /// Zeros become a millionth of the smallest share where that is at most 0.0001, else 0.0001.
    private func filled(_ shares: [Double]) -> [Double] {
        let smallest = shares.lazy.filter { $0 > 0 }.min() ?? 1
        let filling = smallest <= 0.0001 ? smallest / 1_000_000 : 0.0001
        return shares.map { $0 == 0 ? filling : $0 }
    }
}

extension PooledCounts<String> {
    func sharePair() -> SharePair { SharePair(reference: referenceShares, current: currentShares) }
}

extension PooledCounts<Double> {
    /// Shares per Sturges bin of the pooled values when the reference has more than 20 distinct values, else per
    /// distinct value.
    func sharePair() throws(NotComputable) -> SharePair {
        guard distinctInReference > 20 else {
            return SharePair(reference: referenceShares, current: currentShares)
        }
        let (inReference, inCurrent) = try sturgesBins(size: total).counts(of: self)
        return SharePair(
            reference: inReference.map { Double($0) / Double(referenceTotal) },
            current: inCurrent.map { Double($0) / Double(currentTotal) })
    }

    /// 1 − overlap of the two densities over Sturges bins of the distinct values, under the root.
    func hellinger() throws(NotComputable) -> Double {
        let bins = try sturgesBins(size: distinct)
        let (inReference, inCurrent) = bins.counts(of: self)
        let mean = (bins.edges[bins.count] - bins.edges[0]) / Double(bins.count)
        var overlap = 0.0
        for bin in 0..<bins.count where inReference[bin] > 0 && inCurrent[bin] > 0 {
            let p = Double(inReference[bin]) / Double(referenceTotal)
            let q = Double(inCurrent[bin]) / Double(currentTotal)
            overlap += (p * q).squareRoot() * (mean / bins.width(bin))
        }
        return (1 - min(1, max(0, overlap))).squareRoot()
    }

    func sturgesBins(size: Int) throws(NotComputable) -> Bins {
        guard let low = values.first, let high = values.last, let bins = Bins.sturges(low: low, high: high, size: size)
        else { throw NotComputable("the range of the values is too wide to divide into bins") }
        return bins
    }
}
