import Foundation

extension PooledCounts<Double> {
    /// Two-sample Cramér–von Mises: exact while neither sample has more than 20 values, else the limit law.
    func cramerVonMisesPValue() -> Double {
        let (n1, n2) = (Double(referenceTotal), Double(currentTotal))
        let size = n1 + n2
        var (sumR, sumC) = (0.0, 0.0)
        forEachMidRank { index, midRank, before in
            sumR += squares(from: midRank - Double(before.reference), count: reference[index])
            sumC += squares(from: midRank - Double(before.current), count: current[index])
        }
        let u = n1 * sumR + n2 * sumC
        if max(referenceTotal, currentTotal) <= 20 {
            return exactCramerVonMises(referenceTotal, currentTotal, u: u)
        }
        let product = n1 * n2
        let t = u / (product * size) - (4 * product - 1) / (6 * size)
        let expected = (1 + 1 / size) / 6
        let variance =
            (size + 1) * (4 * product * size - 3 * (n1 * n1 + n2 * n2) - 2 * product)
            / (45 * size * size * 4 * product)
        let z = 1.0 / 6 + (t - expected) / (45 * variance).squareRoot()
        return z < 0.003 ? 1 : max(0, 1 - cramerVonMisesCDF(z))
    }
}

/// (start − 1)² + (start − 2)² + … + (start − count)²
private func squares(from start: Double, count: Int) -> Double {
    let n = Double(count)
    return n * start * start - start * n * (n + 1) + n * (n + 1) * (2 * n + 1) / 6
}

/// Counts lattice paths from (0, 0) to (n, m) by the sum of (a·i − b·j)² over the points they visit.
private func exactCramerVonMises(_ n: Int, _ m: Int, u: Double) -> Double {
    let divisor = greatestCommonDivisor(n, m)
    let (a, b) = (m / divisor, n / divisor)
    let lcm = Double(n * a)
    let product = Double(n * m)
    let size = Double(n + m)
    let zeta = Int((lcm * lcm * size * (6 * u - product * (4 * product - 1)) / (6 * product * product)).rounded(.down))
    var column: [PathCounts] = []
    for i in 0...n {
        var below = PathCounts(sums: [], paths: [])
        for j in 0...m {
            let merged: PathCounts
            if i == 0, j == 0 {
                merged = PathCounts(sums: [0], paths: [1])
            } else {
                merged = (i == 0 ? PathCounts(sums: [], paths: []) : column[j]).merged(with: below)
            }
            let difference = a * i - b * j
            let cell = merged.shifted(by: difference * difference)
            if i == 0 { column.append(cell) } else { column[j] = cell }
            below = cell
        }
    }
    guard let end = column.last else { return .nan }
    var (extreme, all) = (0.0, 0.0)
    for (sum, paths) in zip(end.sums, end.paths) {
        all += Double(paths)
        if sum >= zeta { extreme += Double(paths) }
    }
    return extreme / all
}

/// How many paths have which sum, sums ascending.
private struct PathCounts {
    var sums: [Int]
    var paths: [Int]

    func shifted(by offset: Int) -> PathCounts { PathCounts(sums: sums.map { $0 + offset }, paths: paths) }

    func merged(with other: PathCounts) -> PathCounts {
        if sums.isEmpty { return other }
        if other.sums.isEmpty { return self }
        var result = PathCounts(sums: [], paths: [])
        result.sums.reserveCapacity(sums.count + other.sums.count)
        result.paths.reserveCapacity(sums.count + other.sums.count)
        var (i, j) = (0, 0)
        while i < sums.count || j < other.sums.count {
            let left = i < sums.count ? sums[i] : Int.max
            let right = j < other.sums.count ? other.sums[j] : Int.max
            let sum = min(left, right)
            var count = 0
            if left == sum { (count, i) = (count + paths[i], i + 1) }
            if right == sum { (count, j) = (count + other.paths[j], j + 1) }
            result.sums.append(sum)
            result.paths.append(count)
        }
        return result
    }
}
