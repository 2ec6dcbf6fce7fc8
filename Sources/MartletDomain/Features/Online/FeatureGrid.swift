/// The instants at which a view is computed for all its keys.
public struct FeatureGrid: Sendable, Hashable {
    /// Microseconds since 1970 UTC; `end` is not part of it.
    public var start: Int64
    public var end: Int64
    public var every: Int64

    public static let mostInstants = 100_000

    /// - Throws: ``InvalidRequest``.
    public init(from start: Int64, to end: Int64, every: Int64) throws(InvalidRequest) {
        guard start < end, every > 0, !end.subtractingReportingOverflow(start).overflow,
            end.subtractingReportingOverflow(start).partialValue / every < Int64(Self.mostInstants)
        else {
            throw InvalidRequest("A grid has 1 to \(Self.mostInstants) instants, and ends after it starts.")
        }
        (self.start, self.end, self.every) = (start, end, every)
    }

    public var instants: [Int64] { Array(stride(from: start, to: end, by: Int64.Stride(every))) }

    /// This grid and one that goes on from it or overlaps it, as one; nil if an instant between them would be left out, or
    /// the steps are others.
    public func extended(by other: FeatureGrid) -> FeatureGrid? {
        guard every == other.every, isInStep(other), other.start <= next, other.next >= start else {
            return nil
        }
        var whole = self
        (whole.start, whole.end) = (min(start, other.start), max(end, other.end))
        return whole
    }

    private func isInStep(_ other: FeatureGrid) -> Bool {
        let (distance, overflow) = other.start.subtractingReportingOverflow(start)
        return !overflow && distance % every == 0
    }

    /// The first instant after the last.
    private var next: Int64 {
        let count = (end - start - 1) / every + 1
        let (length, isTooFar) = count.multipliedReportingOverflow(by: every)
        let (next, overflow) = start.addingReportingOverflow(length)
        return isTooFar || overflow ? .max : next
    }
}
