import Foundation

/// P(X ≥ x) of the χ² distribution: the upper regularised incomplete gamma function Q(df/2, x/2).
/// NaN without degrees of freedom or for a NaN statistic, 0 for an infinite one.
package func chiSquareUpperTail(_ x: Double, degreesOfFreedom df: Double) -> Double {
    guard df > 0, !x.isNaN else { return .nan }
    guard x > 0 else { return 1 }
    guard x < .infinity else { return 0 }
    let shape = df / 2
    let y = x / 2
    let scale = exp(shape * log(y) - y - logGamma(shape))
    // Abramowitz & Stegun 6.5.29 below the turning point, the continued fraction 6.5.31 above it.
    if y < shape + 1 { return max(0, 1 - scale * lowerGammaSeries(shape, y)) }
    return scale * upperGammaFraction(shape, y)
}

private func lowerGammaSeries(_ shape: Double, _ y: Double) -> Double {
    var term = 1 / shape
    var sum = term
    var denominator = shape
    for _ in 0..<1_000_000 {
        denominator += 1
        term *= y / denominator
        sum += term
        if term < sum * 1e-17 { break }
    }
    return sum
}

private func upperGammaFraction(_ shape: Double, _ y: Double) -> Double {
    let tiny = 1e-300
    var b = y + 1 - shape
    var c = 1 / tiny
    var d = 1 / b
    var value = d
    for i in 1..<1_000_000 {
        let step = Double(i)
        let a = -step * (step - shape)
        b += 2
        d = a * d + b
        if abs(d) < tiny { d = tiny }
        c = b + a / c
        if abs(c) < tiny { c = tiny }
        d = 1 / d
        let factor = d * c
        value *= factor
        if abs(factor - 1) < 1e-16 { break }
    }
    return value
}
