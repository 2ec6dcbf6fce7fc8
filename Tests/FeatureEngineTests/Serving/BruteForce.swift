import MartletDomain

import FeatureEngine

/// What each feature is, by its definition: every event looked at for every request, nothing kept.
struct BruteForce {
    /// A value, or none because nothing decides or a sum leaves its type.
    enum Outcome: Equatable {
        case value(CellValue)
        case refused
    }

    let history: RandomHistory

    func answers(_ request: RandomHistory.Request) -> [String: Outcome] {
        var outcomes: [String: Outcome] = [:]
        for lookup in history.lookups { look(lookup, request, &outcomes) }
        for feature in history.aggregates { outcomes[feature.name] = aggregate(feature, request) }
        for feature in history.derived { outcomes[feature.name] = derive(feature, outcomes) }
        return outcomes
    }

    /// Events of the request's key that were known at its time.
    private func known(_ request: RandomHistory.Request) -> [RandomHistory.Event] {
        guard let key = request.key, let now = request.time else { return [] }
        if history.isComposite, request.part == nil { return [] }
        return history.events.filter { event in
            guard event.key == key, event.time != nil else { return false }
            if history.isComposite, event.part == nil || event.part != request.part { return false }
            guard history.hasAvailability else { return true }
            guard let known = event.known else { return false }
            return known <= now
        }
    }

    private func tie(_ event: RandomHistory.Event) -> Int64 { history.hasTie ? event.rank ?? .min : 0 }

    private static func cell(_ name: String?, _ event: RandomHistory.Event) -> CellValue {
        switch name {
        case "long": event.long.map { .long($0) } ?? .null
        case "double": event.double.map { .double($0) } ?? .null
        case "text": event.text.map { .string($0) } ?? .null
        case "flag": event.flag.map { .boolean($0) } ?? .null
        case "dec": event.decimal.map { .decimal($0) } ?? .null
        default: .null
        }
    }

    // MARK: Lookups

    private func look(
        _ lookup: FeatureLookup, _ request: RandomHistory.Request, _ outcomes: inout [String: Outcome]
    ) {
        let now = request.time ?? 0
        let rows = known(request).filter { ($0.time ?? .max) <= now }
        let newest = rows.map { ($0.time ?? 0, tie($0)) }.max { $0 < $1 }
        var found = rows.filter { row in newest.map { newest in newest == (row.time ?? 0, tie(row)) } ?? false }
        if let lookback = lookup.lookback, let newest, now - newest.0 > lookback { found = [] }
        for column in lookup.features ?? [] {
            let name = lookup.rename[column] ?? column
            var value = found.first.map { Self.cell(column, $0) } ?? .null
            if value.isNull, let fallback = lookup.defaults[name] {
                switch fallback {
                case .long(let number): value = .long(number)
                case .double(let number): value = .double(number)
                default: break
                }
            }
            outcomes[name] = found.count > 1 ? .refused : .value(value)
        }
    }

    // MARK: Windows

    private func aggregate(_ feature: WindowFeature, _ request: RandomHistory.Request) -> Outcome {
        guard let now = request.time else { return .value(.null) }
        let window = PlainWindow(feature.window)
        let rows = known(request).filter { event in
            guard let time = event.time, window.holds(time, at: now) else { return false }
            guard let filter = feature.filter else { return true }
            let outcome = try? filter.evaluate { Self.cell(filter.columns[$0], event).featureValue(scale: 2) }
            return outcome == .boolean(true)
        }
        if feature.input == nil { return .value(.long(Int64(rows.count))) }
        switch feature.aggregate {
        case .first: return edge(rows, feature.input) { $0 < $1 }
        case .last: return edge(rows, feature.input) { $0 > $1 }
        default:
            return aggregate(feature, rows.map { Self.cell(feature.input, $0) }.filter { !$0.isNull })
        }
    }

    private func edge(
        _ rows: [RandomHistory.Event], _ column: String?, _ precedes: ((Int64, Int64), (Int64, Int64)) -> Bool
    ) -> Outcome {
        guard let best = rows.map({ ($0.time ?? 0, tie($0)) }).min(by: precedes) else { return .value(.null) }
        let cells = Set(rows.filter { ($0.time ?? 0, tie($0)) == best }.map { Self.cell(column, $0) })
        return cells.count == 1 ? .value(cells.first ?? .null) : .refused
    }

    private func aggregate(_ feature: WindowFeature, _ values: [CellValue]) -> Outcome {
        let doubles = values.compactMap { $0.double(scale: 2) }
        let integers = values.compactMap { value -> Int128? in
            switch value {
            case .long(let number): Int128(number)
            case .boolean(let truth): truth ? 1 : 0
            case .decimal(let number): number
            default: nil
            }
        }
        let scale = feature.input == "dec" ? 2 : 0
        switch feature.aggregate {
        case .count: return .value(.long(Int64(values.count)))
        case .countDistinct: return .value(.long(Int64(Set(values).count)))
        case .approxCountDistinct:
            var sketch = DistinctSketch()
            for value in values { sketch.add(value) }
            return .value(.long(sketch.count))
        default: break
        }
        guard !values.isEmpty else { return .value(.null) }
        switch feature.aggregate {
        case .sum:
            if feature.input == "double" { return .value(.double(sum(doubles))) }
            let sum = integers.reduce(0, +)
            return .value(scale == 2 ? .decimal(sum) : .long(Int64(sum)))
        case .avg:
            if feature.input == "double" { return .value(.double(average(doubles))) }
            let sum = Double(integers.reduce(0, +))
            return .value(.double(sum / Double(values.count) / (scale == 2 ? 100 : 1)))
        case .min: return .value(values.min { CellValue.precedes($0, $1) } ?? .null)
        case .max: return .value(values.max { CellValue.precedes($0, $1) } ?? .null)
        case .approxQuantile(let quantile):
            var sketch = QuantileSketch()
            for value in doubles { sketch.add(value) }
            return .value(sketch.quantile(quantile).map { .double($0) } ?? .null)
        default:
            var moments = ExactMoments()
            for value in doubles.reversed() { moments.add(value) }
            let result: Double? =
                switch feature.aggregate {
                case .stddevSamp: moments.standardDeviation(sample: true)
                case .stddevPop: moments.standardDeviation(sample: false)
                case .varSamp: moments.variance(sample: true)
                default: moments.variance(sample: false)
                }
            return .value(result.map { .double($0) } ?? .null)
        }
    }

    private func sum(_ values: [Double]) -> Double {
        var sum = PlainSum()
        for value in values { sum.add(value) }
        return sum.rounded
    }

    private func average(_ values: [Double]) -> Double {
        let whole = sum(values)
        if whole.isFinite || values.contains(where: { !$0.isFinite }) { return whole / Double(values.count) }
        // Beyond the doubles: half of each first, which is exact for what is that great.
        var exact = ExactSum()
        for value in values { exact.add(value) }
        return exact.average(of: Int64(values.count))
    }

    // MARK: Derived features

    private func derive(_ feature: DerivedFeature, _ outcomes: [String: Outcome]) -> Outcome {
        var cells: [CellValue] = []
        for name in feature.inputs {
            guard case .value(let cell) = outcomes[name] else { return .refused }
            cells.append(cell)
        }
        let outputs = feature.inputs.compactMap { name in
            history.aggregates.first { $0.name == name }.flatMap { RandomHistory.rule($0)?.output }
        }
        let isDouble = outputs.contains(.double)
        switch feature.definition {
        case .ratio:
            guard let above = cells[0].double(scale: 0), let below = cells[1].double(scale: 0), below != 0 else {
                return .value(.null)
            }
            return .value(.double(above / below))
        case .sum:
            if cells.contains(where: \.isNull) { return .value(.null) }
            if isDouble {
                let doubles = cells.compactMap { $0.double(scale: 0) }
                return .value(.double(doubles[0] + doubles[1]))
            }
            guard case .long(let left) = cells[0], case .long(let right) = cells[1] else { return .refused }
            return .value(.long(left + right))
        case .coalesce:
            let cell = cells.first { !$0.isNull } ?? .null
            return .value(isDouble ? cell.double(scale: 0).map { .double($0) } ?? .null : cell)
        case .expression:
            // case when a > b then a else coalesce(b, 0) end
            var (first, second) = (cells[0], cells[1])
            if isDouble {
                first = first.double(scale: 0).map { .double($0) } ?? .null
                second = second.double(scale: 0).map { .double($0) } ?? .null
            }
            if !first.isNull, !second.isNull, isGreater(first, second) { return .value(first) }
            return .value(second.isNull ? (isDouble ? .double(0) : .long(0)) : second)
        }
    }

    /// NaN is greater than every other number, and zeros are equal.
    private func isGreater(_ left: CellValue, _ right: CellValue) -> Bool {
        left != right && CellValue.precedes(right, left)
    }
}
