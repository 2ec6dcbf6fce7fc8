import Foundation

/// Where values stand along an axis, and which of them are marked.
package struct PlotScale: Sendable, Equatable {
    package struct Tick: Sendable, Equatable {
        package var value: Double
        package var label: String
    }

    package let lower: Double
    package let upper: Double
    package let isLogarithmic: Bool

    /// A scale that holds all of `values`, a little wider when they are all the same.
    /// - Parameter isLogarithmic: Takes only values above zero; the others must not be asked for.
    package init(holding values: some Sequence<Double>, isLogarithmic: Bool = false) {
        var (least, greatest) = (Double.infinity, -Double.infinity)
        for value in values where value.isFinite && (!isLogarithmic || value > 0) {
            (least, greatest) = (min(least, value), max(greatest, value))
        }
        if least > greatest { (least, greatest) = isLogarithmic ? (1, 10) : (0, 1) }
        if least == greatest {
            if isLogarithmic {
                (least, greatest) = (
                    max(least / 2, .leastNonzeroMagnitude), min(greatest * 2, .greatestFiniteMagnitude)
                )
            } else {
                let margin = least == 0 ? 1 : abs(least) / 10
                let bound = Double.greatestFiniteMagnitude
                (least, greatest) = (max(least - margin, -bound), min(greatest + margin, bound))
            }
        }
        (lower, upper, self.isLogarithmic) = (least, greatest, isLogarithmic)
    }

    /// From 0 at the lower end to 1 at the upper.
    package func position(of value: Double) -> Double {
        let (from, to, at) = isLogarithmic ? (log10(lower), log10(upper), log10(value)) : (lower, upper, value)
        // Halves, because the span of two finite numbers need not be finite.
        let span = to / 2 - from / 2
        guard span > 0 else { return 0.5 }
        return min(1, max(0, (at / 2 - from / 2) / span))
    }

    /// About `count` round values within the scale, in order; its ends when there are fewer than two such.
    package func ticks(about count: Int) -> [Tick] {
        let values = (isLogarithmic ? decades(about: count) : nil) ?? round(about: count)
        let marked = values.count > 1 ? values : [lower, upper]
        return marked.map { Tick(value: $0, label: Self.label($0, among: marked)) }
    }

    /// Powers of ten; nil when fewer than two are within the scale.
    private func decades(about count: Int) -> [Double]? {
        let (from, to) = (Int(log10(lower).rounded(.up)), Int(log10(upper).rounded(.down)))
        guard to > from else { return nil }
        let step = max(1, Int((Double(to - from) / Double(max(1, count - 1))).rounded(.up)))
        let values = stride(from: from, through: to, by: step).map { pow(10, Double($0)) }
        return values.count > 1 ? values : nil
    }

    /// Multiples of 1, 2 or 5 times a power of ten.
    private func round(about count: Int) -> [Double] {
        let span = upper - lower
        guard span.isFinite, span > 0 else { return [] }
        let rough = span / Double(max(1, count))
        let power = pow(10, floor(log10(rough)))
        guard power > 0, power.isFinite else { return [] }
        let share = rough / power
        let step = power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10)
        let (first, last) = ((lower / step).rounded(.up), (upper / step).rounded(.down))
        // Values so large that neighbours differ by more than a step have no round numbers between them.
        guard first.isFinite, last.isFinite, last - first < 1_000, first + 1 > first else { return [] }
        // Zero is added, because a scale has no negative zero.
        return stride(from: first, through: last, by: 1).map { $0 * step + 0 }
    }

    /// Six significant digits, or as many more as it takes to show each value to a thousandth of the way to the next.
    private static func label(_ value: Double, among values: [Double]) -> String {
        let steps = zip(values, values.dropFirst()).map { abs($1 / 2 - $0 / 2) * 2 }
        let tolerance = (steps.min() ?? 0) / 1_000
        func isFaithful(_ text: String) -> Bool { Double(text).map { abs($0 - value) <= tolerance } ?? false }
        for digits in 6...17 {
            let text = String(format: "%.\(digits)g", value)
            if isFaithful(text) { return text }
        }
        return "\(value)"
    }
}
