import Foundation
import FuzzInputs

/// The seed of this run's random tests: new each time unless MARTLET_TEST_SEED says it. Failures print it.
enum Seed {
    static let value: UInt64 =
        ProcessInfo.processInfo.environment["MARTLET_TEST_SEED"].flatMap { UInt64($0) }
        ?? UInt64.random(in: 0...999_999)

    /// Cases of each random test; MARTLET_TEST_CASES multiplies them.
    static let factor = ProcessInfo.processInfo.environment["MARTLET_TEST_CASES"].flatMap { Int($0) } ?? 1

    static func note(_ index: Int) -> String { "MARTLET_TEST_SEED=\(value), case \(index)" }
}

extension Dice {
    /// Doubles of every kind: even, of all magnitudes, whole, near each other, tiny, huge, and sometimes special.
    mutating func double(special: Bool = true) -> Double {
        switch below(special ? 20 : 18) {
        case 0...4: return Double.random(in: -1...1, using: &self)
        case 5...7: return Double(below(2001) - 1000)
        case 8...9: return Double(below(2001) - 1000) / 8
        case 10: return 1e16 * (isLucky(50) ? 1 : -1) + Double(below(3))
        case 11: return Double.random(in: -1...1, using: &self) * 1e-9
        case 12...13:
            return Double(
                sign: isLucky(50) ? .plus : .minus, exponent: below(2046) - 1022,
                significand: Double.random(in: 1..<2, using: &self))
        case 14: return Double(bitPattern: next() & 0x800F_FFFF_FFFF_FFFF)
        case 15: return pick([0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude])
        case 16...17: return Double(sign: .plus, exponent: -below(60), significand: isLucky(50) ? 1 : -1)
        default: return pick([.nan, .infinity, -.infinity, Double(bitPattern: 0xFFF8_0000_0000_0001)])
        }
    }
}

/// A double whose equality is of bits, but that all NaN are one.
struct Bits: Equatable, CustomStringConvertible {
    let value: Double?
    init(_ value: Double?) { self.value = value }
    static func == (left: Self, right: Self) -> Bool {
        guard let left = left.value, let right = right.value else { return left.value == nil && right.value == nil }
        return left.isNaN && right.isNaN || left.bitPattern == right.bitPattern
    }
    var description: String { value.map { "\($0) (\(String($0.bitPattern, radix: 16)))" } ?? "nil" }
}
