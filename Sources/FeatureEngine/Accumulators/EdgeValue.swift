/// The value of the first or the last of some events: by event time, then by tie break, null the lowest.
///
/// Of events that agree in both, that with the greater value in ``CellValue/precedes(_:_:)`` is the later one, so that the
/// answer does not depend on the order of arrival; ``isAmbiguous`` says that it came to this.
package struct EdgeValue: Sendable, Equatable {
    package private(set) var eventTime: Int64
    package private(set) var tieBreak: CellValue
    package private(set) var value: CellValue
    /// Another event of the same event time and tie break has another value.
    package private(set) var isAmbiguous: Bool

    package init(_ value: CellValue, eventTime: Int64, tieBreak: CellValue, isAmbiguous: Bool = false) {
        (self.value, self.eventTime, self.tieBreak) = (value, eventTime, tieBreak)
        self.isAmbiguous = isAmbiguous
    }

    /// Whether this is earlier than `other` by the clocks; nil if they do not say.
    private func isEarlier(than other: EdgeValue) -> Bool? {
        if eventTime != other.eventTime { return eventTime < other.eventTime }
        if CellValue.precedes(tieBreak, other.tieBreak) { return true }
        return CellValue.precedes(other.tieBreak, tieBreak) ? false : nil
    }

    /// The later of two.
    package mutating func formLater(_ other: EdgeValue) { form(other, later: true) }

    /// The earlier of two.
    package mutating func formEarlier(_ other: EdgeValue) { form(other, later: false) }

    private mutating func form(_ other: EdgeValue, later: Bool) {
        if let earlier = isEarlier(than: other) {
            if earlier == later { self = other }
            return
        }
        let ambiguous = isAmbiguous || other.isAmbiguous || value != other.value
        if later ? CellValue.precedes(value, other.value) : CellValue.precedes(other.value, value) { self = other }
        isAmbiguous = ambiguous
    }
}
