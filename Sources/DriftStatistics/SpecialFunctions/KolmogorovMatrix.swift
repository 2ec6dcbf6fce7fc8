import Foundation

/// P(D_n < x) exactly, by the matrix power of Marsaglia, Tsang & Wang (2003); cost about (2nx)³ log₂ n.
///
/// With k = ⌈nx⌉ and h = k − nx the value is n!/nⁿ times the middle element of the n-th power of a
/// (2k − 1)-square matrix. Powers are kept in range by a separate binary exponent.
func kolmogorovMatrixCDF(n: Int, x: Double) -> Double {
    let t = Double(n) * x
    let k = Int(t.rounded(.up))
    let h = Double(k) - t
    let size = 2 * k - 1
    guard size > 0 else { return 0 }
    var base = ScaledMatrix(size: size)
    for i in 0..<size {
        for j in 0..<size where i - j + 1 >= 0 {
            var value = 1.0
            if j == 0 { value -= pow(h, Double(i + 1)) }
            if i == size - 1 { value -= pow(h, Double(size - j)) }
            if i == size - 1, j == 0, 2 * h > 1 { value += pow(2 * h - 1, Double(size)) }
            base.elements[i * size + j] = value * exp(-logFactorial(i - j + 1))
        }
    }
    let power = base.power(n)
    let middle = power.elements[(k - 1) * size + (k - 1)]
    guard middle > 0 else { return 0 }
    let logValue =
        log(middle) + Double(power.exponent) * log(2.0) + logFactorial(n) - Double(n) * log(Double(n))
    return min(1, exp(logValue))
}

/// A square matrix times 2^exponent, elements row after row.
private struct ScaledMatrix {
    let size: Int
    var elements: [Double]
    var exponent = 0

    init(size: Int) {
        self.size = size
        elements = [Double](repeating: 0, count: size * size)
    }

    func power(_ n: Int) -> ScaledMatrix {
        var result = ScaledMatrix(size: size)
        for i in 0..<size { result.elements[i * size + i] = 1 }
        var square = self
        var rest = n
        while rest > 0 {
            if rest & 1 == 1 { result = result.times(square) }
            rest >>= 1
            if rest > 0 { square = square.times(square) }
        }
        return result
    }

    private func times(_ other: ScaledMatrix) -> ScaledMatrix {
        var product = ScaledMatrix(size: size)
        product.exponent = exponent + other.exponent
        for i in 0..<size {
            for k in 0..<size {
                let factor = elements[i * size + k]
                if factor == 0 { continue }
                for j in 0..<size { product.elements[i * size + j] += factor * other.elements[k * size + j] }
            }
        }
        let largest = product.elements.max() ?? 0
        guard largest > 0 else { return product }
        let shift = Int(largest.exponent)
        product.exponent += shift
        let scale = Double(sign: .plus, exponent: -shift, significand: 1)
        for i in product.elements.indices { product.elements[i] *= scale }
        return product
    }
}
