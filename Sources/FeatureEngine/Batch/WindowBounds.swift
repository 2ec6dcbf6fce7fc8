package import MartletDomain

/// A window's bounds in the ticks of a clock: microseconds, or nanoseconds without rounding.
package struct WindowBounds: Sendable, Hashable {
    let window: FeatureWindow
    let isInNanoseconds: Bool

    package init(window: FeatureWindow, isInNanoseconds: Bool) {
        (self.window, self.isInNanoseconds) = (window, isInNanoseconds)
    }

    /// The event times that count at `time`: from `start` up to but without `end`.
    func bounds(at time: Int64) -> (start: Int64, end: Int64) {
        guard isInNanoseconds else { return window.bounds(at: time) }
        let remainder = ((time % 1000) + 1000) % 1000
        var half = window
        half.includesEnd = false
        let coarse = half.bounds(at: (time - (time < .min + 1000 ? 0 : remainder)) / 1000)
        let rest: Int64
        switch window.extent {
        case .rolling, .months, .lifetime: rest = remainder
        case .tumbling, .sliding: rest = 0
        }
        let shift = rest + (window.includesEnd ? 1 : 0)
        return (
            coarse.start == .min ? .min : Self.scaled(coarse.start, plus: shift),
            Self.scaled(coarse.end, plus: shift)
        )
    }

    private static func scaled(_ microseconds: Int64, plus shift: Int64) -> Int64 {
        let (ticks, overflow) = microseconds.multipliedReportingOverflow(by: 1000)
        if overflow { return microseconds < 0 ? .min : .max }
        let (sum, carry) = ticks.addingReportingOverflow(shift)
        return carry ? .max : sum
    }
}
