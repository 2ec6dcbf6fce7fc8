import FuzzInputs
import MartletDomain
import Testing

import FeatureEngine

struct AggregateStateTests {
    private func answer(
        _ aggregate: FeatureAggregate, _ type: DataType?, _ events: [(CellValue, Int64, CellValue)]
    ) throws -> AggregateRule.Answer {
        let rule = try #require(AggregateRule(aggregate, input: type))
        var state = rule.empty
        for (value, time, tie) in events { state.add(value, eventTime: time, tieBreak: tie) }
        var parts = [rule.empty, rule.empty]
        for (index, (value, time, tie)) in events.enumerated() {
            parts[index % 2].add(value, eventTime: time, tieBreak: tie)
        }
        var merged = rule.empty
        for part in parts.reversed() { merged.merge(part) }
        let answer = rule.answer(state)
        #expect(rule.answer(merged) == answer)
        return answer
    }

    private func double(_ answer: AggregateRule.Answer) -> Double? {
        if case .value(.double(let value)) = answer { value } else { nil }
    }

    @Test func `Counts of nothing are 0 and everything else of nothing is null`() throws {
        for name in FeatureAggregate.names {
            let aggregate = try #require(FeatureAggregate(name, quantile: 0.5))
            let expected: CellValue
            switch aggregate {
            case .count, .countDistinct, .approxCountDistinct: expected = .long(0)
            default: expected = .null
            }
            #expect(try answer(aggregate, .double, []) == .value(expected))
            let nulls = try answer(aggregate, .double, [(.null, 1, .null), (.null, 2, .null)])
            #expect(nulls == .value(expected))
        }
        #expect(try answer(.count, nil, [(.null, 1, .null)]) == .value(.long(1)))
    }

    @Test func `Each function of a few values`() throws {
        let events: [(CellValue, Int64, CellValue)] = [
            (.double(4), 3, .null), (.double(1), 1, .null), (.null, 2, .null), (.double(1), 4, .null),
        ]
        #expect(try answer(.count, .double, events) == .value(.long(3)))
        #expect(try answer(.sum, .double, events) == .value(.double(6)))
        #expect(try answer(.avg, .double, events) == .value(.double(2)))
        #expect(try answer(.min, .double, events) == .value(.double(1)))
        #expect(try answer(.max, .double, events) == .value(.double(4)))
        #expect(try answer(.first, .double, events) == .value(.double(1)))
        #expect(try answer(.last, .double, Array(events.prefix(3))) == .value(.double(4)))
        #expect(try answer(.countDistinct, .double, events) == .value(.long(2)))
        #expect(try answer(.varPop, .double, events) == .value(.double(2)))
        #expect(try answer(.varSamp, .double, events) == .value(.double(3)))
        #expect(try answer(.stddevSamp, .double, [events[0]]) == .value(.null))
        #expect(try answer(.stddevPop, .double, [events[0]]) == .value(.double(0)))
    }

    @Test func `Sums of whole numbers, of truth and of decimals have their own types`() throws {
        #expect(
            try answer(.sum, .boolean, [(.boolean(true), 1, .null), (.boolean(false), 1, .null)]) == .value(.long(1)))
        #expect(
            try answer(.avg, .boolean, [(.boolean(true), 1, .null), (.boolean(false), 1, .null)])
                == .value(.double(0.5)))
        let decimal = DataType.decimal(precision: 18, scale: 2)
        #expect(
            try answer(.sum, decimal, [(.decimal(150), 1, .null), (.decimal(-50), 1, .null)]) == .value(.decimal(100)))
        #expect(
            try answer(.avg, decimal, [(.decimal(150), 1, .null), (.decimal(-50), 1, .null)]) == .value(.double(0.5)))
        #expect(try answer(.sum, .long, [(.long(.max), 1, .null), (.long(1), 1, .null)]) == .overflow)
        #expect(
            try answer(.sum, .long, [(.long(.max), 1, .null), (.long(1), 1, .null), (.long(-1), 2, .null)])
                == .value(.long(.max)))
        #expect(AggregateRule(.sum, input: .string) == nil)
        #expect(AggregateRule(.sum, input: nil) == nil)
        #expect(AggregateRule(.sum, input: decimal)?.output == .decimal(precision: 38, scale: 2))
    }

    @Test func `First and last go by time, then tie break with null the lowest, and say when that decides nothing`()
        throws
    {
        #expect(try answer(.last, .long, [(.long(1), 5, .long(2)), (.long(2), 5, .null)]) == .value(.long(1)))
        #expect(try answer(.first, .long, [(.long(1), 5, .long(2)), (.long(2), 5, .null)]) == .value(.long(2)))
        #expect(try answer(.last, .long, [(.null, 5, .long(2)), (.long(2), 5, .long(1))]) == .value(.null))
        #expect(try answer(.last, .long, [(.long(1), 5, .null), (.long(2), 5, .null)]) == .ambiguous)
        #expect(try answer(.last, .long, [(.long(1), 5, .null), (.long(1), 5, .null)]) == .value(.long(1)))
        #expect(
            try answer(.first, .long, [(.long(1), 5, .null), (.long(2), 5, .null), (.long(3), 4, .null)])
                == .value(.long(3)))
    }

    @Test func `The least and the greatest have NaN last, zero after its negative, and text by bytes`() throws {
        let doubles: [(CellValue, Int64, CellValue)] = [.nan, 1, 0, -0.0, -.infinity].map { (.double($0), 1, .null) }
        let greatest = try #require(double(try answer(.max, .double, doubles)))
        #expect(greatest.isNaN)
        #expect(try answer(.min, .double, doubles) == .value(.double(-.infinity)))
        let zero = try #require(double(try answer(.max, .double, Array(doubles[2...]))))
        #expect(zero.sign == .plus)
        let texts: [(CellValue, Int64, CellValue)] = ["\u{e9}", "f", "e\u{301}"].map { (.string($0), 1, .null) }
        #expect(try answer(.min, .string, texts) == .value(.string("e\u{301}")))
        #expect(try answer(.max, .string, texts) == .value(.string("\u{e9}")))
    }
}
