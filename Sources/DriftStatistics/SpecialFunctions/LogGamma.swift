import Foundation

/// ln Γ(x) for x > 0: Stirling's series at 10 or above, reached from below by Γ(x + 1) = xΓ(x).
/// Written here because the C library's `lgamma` keeps the sign in a global variable.
package func logGamma(_ x: Double) -> Double {
    var shifted = x
    var product = 1.0
    while shifted < 10 {
        product *= shifted
        shifted += 1
    }
    let inverse = 1 / shifted
    let square = inverse * inverse
    let series =
        inverse
        * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square * (1.0 / 1188)))))
    return (shifted - 0.5) * log(shifted) - shifted + 0.5 * log(2 * Double.pi) + series - log(product)
}

/// ln n!
package func logFactorial(_ n: Int) -> Double { logGamma(Double(n) + 1) }

/// ln of the binomial coefficient n over k, for 0 ≤ k ≤ n.
func logBinomial(_ n: Int, _ k: Int) -> Double { logFactorial(n) - logFactorial(k) - logFactorial(n - k) }
