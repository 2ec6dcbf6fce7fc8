import MartletDomain

/// What some events amount to, for one aggregate: exact, mergeable in any order, and a function of the set of events.
///
/// Made by ``AggregateRule/empty`` and read by ``AggregateRule/answer(_:)``.
package enum AggregateState: Sendable {
    /// Events, whatever their value.
    case rows(Int64)
    /// Values that are not null.
    case values(Int64)
    case integers(ExactIntegerSum, count: Int64)
    case doubles(ExactSum, count: Int64)
    case moments(ExactMoments, scale: Int)
    case least(CellValue)
    case greatest(CellValue)
    case first(EdgeValue?)
    case last(EdgeValue?)
    case distinct(DistinctCounts<CellValue>)
    case distinctSketch(DistinctSketch)
    case quantiles(QuantileSketch, scale: Int)

    /// Takes in one event. Nulls are passed over, but by `rows`, `first` and `last`.
    package mutating func add(_ value: CellValue, eventTime: Int64, tieBreak: CellValue) {
        switch self {
        case .rows(let count):
            self = .rows(count &+ 1)
            return
        case .first(let edge):
            var new = EdgeValue(value, eventTime: eventTime, tieBreak: tieBreak)
            if let edge { new.formEarlier(edge) }
            self = .first(new)
            return
        case .last(let edge):
            var new = EdgeValue(value, eventTime: eventTime, tieBreak: tieBreak)
            if let edge { new.formLater(edge) }
            self = .last(new)
            return
        default: break
        }
        if !value.isNull { add(present: value) }
    }

    private mutating func add(present value: CellValue) {
        switch self {
        case .values(let count): self = .values(count &+ 1)
        case .integers(var sum, let count):
            switch value {
            case .long(let value): sum.add(value)
            case .boolean(let value): sum.add(Int64(value ? 1 : 0))
            case .decimal(let value): sum.add(value)
            default: return
            }
            self = .integers(sum, count: count &+ 1)
        case .doubles(var sum, let count):
            self = .rows(0)
            if case .double(let value) = value { sum.add(value) }
            self = .doubles(sum, count: count &+ 1)
        case .moments(var moments, let scale):
            self = .rows(0)
            if let value = value.double(scale: scale) { moments.add(value) }
            self = .moments(moments, scale: scale)
        case .least(let least):
            if least.isNull || CellValue.precedes(value, least) { self = .least(value.canonical) }
        case .greatest(let greatest):
            if CellValue.precedes(greatest, value) { self = .greatest(value.canonical) }
        case .distinct(var counts):
            self = .rows(0)
            counts.add(value)
            self = .distinct(counts)
        case .distinctSketch(var sketch):
            self = .rows(0)
            sketch.add(value)
            self = .distinctSketch(sketch)
        case .quantiles(var sketch, let scale):
            self = .rows(0)
            if let value = value.double(scale: scale) { sketch.add(value) }
            self = .quantiles(sketch, scale: scale)
        case .rows, .first, .last: break
        }
    }

    /// Takes in what another state of the same rule has seen.
    package mutating func merge(_ other: AggregateState) {
        switch (self, other) {
        case (.rows(let count), .rows(let more)): self = .rows(count &+ more)
        case (.values(let count), .values(let more)): self = .values(count &+ more)
        case (.integers(var sum, let count), .integers(let others, let more)):
            sum.merge(others)
            self = .integers(sum, count: count &+ more)
        case (.doubles(var sum, let count), .doubles(let others, let more)):
            self = .rows(0)
            sum.merge(others)
            self = .doubles(sum, count: count &+ more)
        case (.moments(var moments, let scale), .moments(let others, _)):
            self = .rows(0)
            moments.merge(others)
            self = .moments(moments, scale: scale)
        case (.least(let value), .least(let other)):
            if !other.isNull, value.isNull || CellValue.precedes(other, value) { self = .least(other) }
        case (.greatest(let value), .greatest(let other)):
            if CellValue.precedes(value, other) { self = .greatest(other) }
        case (.first(let edge), .first(let other?)):
            var other = other
            if let edge { other.formEarlier(edge) }
            self = .first(other)
        case (.last(let edge), .last(let other?)):
            var other = other
            if let edge { other.formLater(edge) }
            self = .last(other)
        case (.distinct(var counts), .distinct(let others)):
            self = .rows(0)
            counts.merge(others)
            self = .distinct(counts)
        case (.distinctSketch(var sketch), .distinctSketch(let others)):
            self = .rows(0)
            sketch.merge(others)
            self = .distinctSketch(sketch)
        case (.quantiles(var sketch, let scale), .quantiles(let others, _)):
            self = .rows(0)
            sketch.merge(others)
            self = .quantiles(sketch, scale: scale)
        default: break
        }
    }
}

extension CellValue {
    /// A number as a double, a decimal's nearest; truth is 1 and 0. Nil for what is no number.
    package func double(scale: Int) -> Double? {
        switch self {
        case .boolean(let value): value ? 1 : 0
        case .long(let value): Double(value)
        case .double(let value): value
        case .decimal(let value): Double(unscaled: value, scale: scale)
        case .null, .string, .binary, .date, .timestamp: nil
        }
    }

    /// The one NaN for every NaN, so that equal values have equal bits.
    package var canonical: CellValue {
        if case .double(let value) = self, value.isNaN { .double(.nan) } else { self }
    }
}
