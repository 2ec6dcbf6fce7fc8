import Foundation

/// The limiting distribution function of the Cramér–von Mises statistic (Anderson & Darling 1952):
/// Σ_k Γ(k+½) / (Γ(k+1) π^{3/2} √z) · √(4k+1) · e^{−q} K_{1/4}(q), q = (4k+1)²/(16z).
/// Terms below 1e-7 are left out, as other software does; this costs up to 1e-8.
package func cramerVonMisesCDF(_ z: Double) -> Double {
    guard z > 0 else { return 0 }
    var total = 0.0
    for k in 0..<1000 {
        let odd = Double(4 * k + 1)
        let q = odd * odd / (16 * z)
        let ratio = exp(logGamma(Double(k) + 0.5) - logGamma(Double(k) + 1))
        // e^{−q} K(q) = e^{−2q} · (e^{q} K(q)), and the second factor is what the integral gives.
        let bessel = exp(-2 * q) * scaledBesselK(order: 0.25, q)
        let term = ratio / (pow(Double.pi, 1.5) * z.squareRoot()) * odd.squareRoot() * bessel
        total += term
        if term < 1e-7 { break }
    }
    return total
}

/// e^x K_ν(x) = ∫₀^∞ e^{−x(cosh t − 1)} cosh νt dt by the trapezoid rule, which is exact to double precision here.
func scaledBesselK(order: Double, _ x: Double) -> Double {
    let end = acosh(1 + 745 / x)
    let count = 400
    let step = end / Double(count)
    var sum = 0.5
    for i in 1...count {
        let t = step * Double(i)
        // cosh t − 1 = 2 sinh²(t/2), without cancellation.
        let half = sinh(t / 2)
        let weight = i == count ? 0.5 : 1
        sum += weight * exp(-2 * x * half * half) * cosh(order * t)
    }
    return sum * step
}
