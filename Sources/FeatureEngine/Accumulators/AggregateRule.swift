package import MartletDomain

/// One aggregate of values of one type: the state it starts from, and what a state amounts to.
package struct AggregateRule: Sendable, Hashable {
    package let aggregate: FeatureAggregate
    /// Nil for `count` of rows.
    package let input: DataType?
    /// Sums and averages of doubles, and everything that is defined on doubles alone, read the input as a double.
    private let scale: Int

    /// Nil if the aggregate is not defined on that type: a sum of text, an aggregate of no column but `count`.
    package init?(_ aggregate: FeatureAggregate, input: DataType?) {
        guard Self.accepts(aggregate, input) else { return nil }
        (self.aggregate, self.input) = (aggregate, input)
        if case .decimal(_, let scale) = input { self.scale = scale } else { scale = 0 }
    }

    private static func accepts(_ aggregate: FeatureAggregate, _ input: DataType?) -> Bool {
        guard let input else { return aggregate == .count }
        switch aggregate {
        case .sum, .avg, .stddevSamp, .stddevPop, .varSamp, .varPop, .approxQuantile:
            switch input {
            case .boolean, .byte, .short, .integer, .long, .float, .double, .decimal: return true
            case .string, .binary, .date, .timestamp: return false
            }
        case .count, .min, .max, .first, .last, .countDistinct, .approxCountDistinct: return true
        }
    }

    private var isFloating: Bool { input == .double || input == .float }

    /// The type of the answer. Sums of integers and of truth are longs, of decimals decimals of 38 digits.
    package var output: DataType {
        switch aggregate {
        case .count, .countDistinct, .approxCountDistinct: .long
        case .sum:
            if case .decimal(_, let scale) = input {
                .decimal(precision: 38, scale: scale)
            } else {
                isFloating ? .double : .long
            }
        case .avg, .stddevSamp, .stddevPop, .varSamp, .varPop, .approxQuantile: .double
        case .min, .max, .first, .last: input ?? .long
        }
    }

    /// The state of no events.
    package var empty: AggregateState {
        switch aggregate {
        case .count: input == nil ? .rows(0) : .values(0)
        case .sum, .avg: isFloating ? .doubles(ExactSum(), count: 0) : .integers(ExactIntegerSum(), count: 0)
        case .min: .least(.null)
        case .max: .greatest(.null)
        case .first: .first(nil)
        case .last: .last(nil)
        case .countDistinct: .distinct(DistinctCounts())
        case .stddevSamp, .stddevPop, .varSamp, .varPop: .moments(ExactMoments(), scale: scale)
        case .approxCountDistinct: .distinctSketch(DistinctSketch())
        case .approxQuantile: .quantiles(QuantileSketch(), scale: scale)
        }
    }

    /// An answer, or why there is none.
    package enum Answer: Sendable, Equatable {
        case value(CellValue)
        /// The sum leaves its type.
        case overflow
        /// First or last of several rows with one event time and tie break.
        case ambiguous
    }

    /// What the state of ``empty`` and the events added to it amounts to. Of no values, counts are 0 and the rest null.
    package func answer(_ state: AggregateState) -> Answer {
        switch state {
        case .rows(let count), .values(let count): return .value(.long(count))
        case .integers(let sum, let count):
            if count == 0 { return .value(.null) }
            if aggregate == .avg {
                return sum.average(of: count, scale: scale).map { .value(.double($0)) } ?? .overflow
            }
            if case .decimal = input { return sum.decimal.map { .value(.decimal($0)) } ?? .overflow }
            return sum.long.map { .value(.long($0)) } ?? .overflow
        case .doubles(let sum, let count):
            if count == 0 { return .value(.null) }
            return .value(.double(aggregate == .avg ? sum.average(of: count) : sum.rounded))
        case .least(let value), .greatest(let value): return .value(value)
        case .first(let edge), .last(let edge):
            guard let edge else { return .value(.null) }
            return edge.isAmbiguous ? .ambiguous : .value(edge.value.canonical)
        case .distinct(let counts): return .value(.long(counts.count))
        case .distinctSketch(let sketch): return .value(.long(sketch.count))
        case .moments(let moments, _): return .value(deviation(moments).map { .double($0) } ?? .null)
        case .quantiles(let sketch, _):
            guard case .approxQuantile(let quantile) = aggregate else { return .value(.null) }
            return .value(sketch.quantile(quantile).map { .double($0) } ?? .null)
        }
    }

    private func deviation(_ moments: ExactMoments) -> Double? {
        switch aggregate {
        case .stddevSamp: moments.standardDeviation(sample: true)
        case .stddevPop: moments.standardDeviation(sample: false)
        case .varSamp: moments.variance(sample: true)
        default: moments.variance(sample: false)
        }
    }
}
