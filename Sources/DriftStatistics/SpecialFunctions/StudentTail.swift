import Foundation

/// P(|T| ≥ |t|) of Student's distribution: the regularised incomplete beta function I(df/2, ½) at df/(df + t²).
package func studentTwoSidedTail(_ t: Double, degreesOfFreedom df: Double) -> Double {
    guard df > 0, !t.isNaN else { return .nan }
    let square = t * t
    guard square > 0 else { return 1 }
    guard square < .infinity else { return 0 }
    return regularisedBeta(df / 2, 0.5, at: df / (df + square), complement: square / (df + square))
}

/// I_x(a, b), where `complement` is 1 − x given exactly. Continued fraction 26.5.8 of Abramowitz & Stegun.
private func regularisedBeta(_ a: Double, _ b: Double, at x: Double, complement: Double) -> Double {
    let front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log(complement))
    if x < (a + 1) / (a + b + 2) { return front * betaFraction(a, b, x) / a }
    return 1 - front * betaFraction(b, a, complement) / b
}

private func betaFraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    func away(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / away(1 - (a + b) * x / (a + 1))
    var value = d
    for i in 1..<100_000 {
        let m = Double(i)
        let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / away(1 + even * d)
        c = away(1 + even / c)
        value *= d * c
        let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / away(1 + odd * d)
        c = away(1 + odd / c)
        let factor = d * c
        value *= factor
        if abs(factor - 1) < 1e-16 { break }
    }
    return value
}
