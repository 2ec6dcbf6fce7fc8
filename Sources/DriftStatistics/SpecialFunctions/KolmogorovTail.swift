import Foundation

/// P(D_n ≥ x) for the one-sample two-sided Kolmogorov–Smirnov statistic of n values.
///
/// The choice of formula by n and x is that of Simard & L'Ecuyer (2011), so that p-values agree with other
/// software also where a branch is an approximation with an error near 1e-6.
package func kolmogorovUpperTail(n: Int, x: Double) -> Double {
    guard n > 0, !x.isNaN else { return .nan }
    let size = Double(n)
    let t = size * x
    if x >= 1 { return 0 }
    if t <= 0.5 { return 1 }
    if t <= 1 {
        // Ruben & Gambino: P(D_n < x) = n! (2x − 1/n)^n.
        return 1 - exp(logFactorial(n) + size * log((2 * t - 1) / size))
    }
    if t >= size - 1 { return 2 * pow(1 - x, size) }
    if x >= 0.5 { return min(1, 2 * oneSidedKolmogorovTail(n: n, x: x)) }
    let effect = t * x
    if n <= 140 {
        return effect <= 4 ? 1 - kolmogorovMatrixCDF(n: n, x: x) : min(1, 2 * oneSidedKolmogorovTail(n: n, x: x))
    }
    if effect >= 370 { return 0 }
    if effect >= 2.2 { return min(1, 2 * oneSidedKolmogorovTail(n: n, x: x)) }
    let exact = n <= 100_000 && size * pow(x, 1.5) <= 1.4
    let below = exact ? kolmogorovMatrixCDF(n: n, x: x) : pelzGoodCDF(n: size, x: x)
    return min(1, max(0, 1 - below))
}

/// Smirnov's exact one-sided tail S(n, x) = x Σ C(n, j) (x + j/n)^(j−1) (1 − x − j/n)^(n−j), summed in logs.
func oneSidedKolmogorovTail(n: Int, x: Double) -> Double {
    let size = Double(n)
    let last = Int((size * (1 - x)).rounded(.down))
    let whole = logFactorial(n)
    var sum = 0.0
    for j in 0...max(0, last) {
        let share = x + Double(j) / size
        let rest = 1 - share
        let power = n - j
        guard rest > 0 || power == 0 else { continue }
        let tail = power == 0 ? 0 : Double(power) * log(rest)
        sum += exp(whole - logFactorial(j) - logFactorial(power) + Double(j - 1) * log(share) + tail)
    }
    return x * sum
}

/// The Pelz & Good (1976) expansion of P(D_n ≤ x) in z = x√n, with the terms of order 1, n^−½, n^−1 and n^−3/2.
private func pelzGoodCDF(n: Double, x: Double) -> Double {
    let z = x * n.squareRoot()
    let z2 = z * z
    let z4 = z2 * z2
    let z6 = z4 * z2
    let pi2 = Double.pi * Double.pi
    var order0 = 0.0
    var order1 = 0.0
    var order2 = 0.0
    var order3 = 0.0
    for k in 1...(Int((16 * z / Double.pi).rounded(.up)) + 1) {
        let m = Double(2 * k - 1)
        let m2 = m * m * pi2 / 4
        let weight = exp(-m2 / (2 * z2))
        order0 += weight
        order1 += (m2 - z2) * weight
        order2 += (6 * z6 + 2 * z4 + (2 * z4 - 5 * z2) * m2 + (1 - 2 * z2) * m2 * m2) * weight
        let constant = -30 * z6 - 90 * z4 * z4
        let linear = (135 * z4 - 96 * z6) * m2
        let quadratic = (212 * z4 - 60 * z2) * m2 * m2
        let cubic = (5 - 30 * z2) * m2 * m2 * m2
        order3 += (constant + linear + quadratic + cubic) * weight
        let whole = Double(k) * Double.pi
        let whole2 = whole * whole
        let wholeWeight = exp(-whole2 / (2 * z2))
        order2 -= 2 * z4 * whole2 * wholeWeight
        order3 += 30 * z4 * whole2 * (3 * z2 - whole2) * wholeWeight
    }
    let root = (2 * Double.pi).squareRoot()
    let rootN = n.squareRoot()
    return root
        * (order0 / z + order1 / (6 * z4 * rootN) + order2 / (72 * z6 * z * n)
            + order3 / (6480 * z6 * z4 * n * rootN))
}
