import MartletDomain

/// The instants at which a view is computed for all its keys.
package struct FeatureGrid: Sendable, Hashable {
    /// Microseconds since 1970 UTC; `end` is not part of it.
    package var start: Int64
    package var end: Int64
    package var every: Int64

    package static let mostInstants = 100_000

    /// - Throws: ``InvalidRequest``.
    package init(from start: Int64, to end: Int64, every: Int64) throws {
        guard start < end, every > 0, !end.subtractingReportingOverflow(start).overflow,
            end.subtractingReportingOverflow(start).partialValue / every < Int64(Self.mostInstants)
        else {
            throw InvalidRequest("A grid has 1 to \(Self.mostInstants) instants, and ends after it starts.")
        }
        (self.start, self.end, self.every) = (start, end, every)
    }

    package var instants: [Int64] { Array(stride(from: start, to: end, by: Int64.Stride(every))) }
}
