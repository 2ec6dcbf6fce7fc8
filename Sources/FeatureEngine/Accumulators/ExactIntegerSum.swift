/// The exact sum of integers or of a decimal's unscaled values, as 192 bits: no order of additions overflows before the
/// sum itself does.
package struct ExactIntegerSum: Sendable, Equatable {
    private(set) var low: UInt128 = 0
    private(set) var high: Int64 = 0

    package init() {}

    init(low: UInt128, high: Int64) { (self.low, self.high) = (low, high) }

    @inline(__always)
    package mutating func add(_ value: Int64) {
        let (sum, carry) = low.addingReportingOverflow(UInt128(truncatingIfNeeded: value))
        low = sum
        high &+= (value < 0 ? -1 : 0) + (carry ? 1 : 0)
    }

    @inline(__always)
    package mutating func remove(_ value: Int64) {
        let (sum, borrow) = low.subtractingReportingOverflow(UInt128(truncatingIfNeeded: value))
        low = sum
        high &-= (value < 0 ? -1 : 0) + (borrow ? 1 : 0)
    }

    package mutating func add(_ value: Int128) {
        let (sum, carry) = low.addingReportingOverflow(UInt128(truncatingIfNeeded: value))
        low = sum
        high &+= (value < 0 ? -1 : 0) + (carry ? 1 : 0)
    }

    package mutating func remove(_ value: Int128) {
        let (sum, borrow) = low.subtractingReportingOverflow(UInt128(truncatingIfNeeded: value))
        low = sum
        high &-= (value < 0 ? -1 : 0) + (borrow ? 1 : 0)
    }

    package mutating func merge(_ other: ExactIntegerSum) {
        let (sum, carry) = low.addingReportingOverflow(other.low)
        low = sum
        high &+= other.high &+ (carry ? 1 : 0)
    }

    /// Nil if it leaves 128 bits.
    package var value: Int128? {
        let value = Int128(truncatingIfNeeded: low)
        return high == (value < 0 ? -1 : 0) ? value : nil
    }

    /// Nil if it leaves 64 bits.
    package var long: Int64? { value.flatMap { Int64(exactly: $0) } }

    /// Nil if it has more than 38 digits.
    package var decimal: Int128? {
        guard let value, value.magnitude < Self.decimalLimit else { return nil }
        return value
    }

    private static let decimalLimit: UInt128 = (0..<38).reduce(1) { power, _ in power * 10 }

    /// The sum as a double, divided by the count as a double, then by `10^scale`: three roundings, always in this order.
    /// Nil if the sum leaves 128 bits.
    package func average(of count: Int64, scale: Int = 0) -> Double? {
        value.map { Double($0) / Double(count) / powerOfTen(scale) }
    }
}

/// `10^exponent` as a double, exact up to 22; a decimal's scale is in 0...38.
package func powerOfTen(_ exponent: Int) -> Double { (0..<max(0, exponent)).reduce(1.0) { power, _ in power * 10 } }
