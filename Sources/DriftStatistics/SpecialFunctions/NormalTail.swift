import Foundation

/// P(Z ≥ z) of the standard normal distribution, with full relative accuracy in the far tail.
package func normalUpperTail(_ z: Double) -> Double { 0.5 * erfc(z / 2.0.squareRoot()) }
