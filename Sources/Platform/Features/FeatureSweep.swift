import MartletDomain
import QueryEngine

/// One feature of a table made ready: its values laid out by source row, and the rule that turns a timeline into
/// answers.
struct FeatureSweep: Sendable {
    enum Form: Sendable {
        case longs, doubles, exact, rows
    }

    let feature: Feature
    let form: Form
    /// The column that the feature reads; nil for `count: "*"`.
    private let column: Column?
    /// Rows that take part: that pass the filter and, but for first and last, have a value. Nil for all.
    private let included: [Bool]?
    private let doubles: [Double]
    private let integers: [Int128]
    private let ranks: [Int64]

    init(_ feature: Feature, _ input: ViewInput) throws {
        self.feature = feature
        column = feature.definition.sourceColumns.first.flatMap { input.rows.columns[$0] }
        var (form, included) = (Form.rows, [Bool]?.none)
        var (doubles, integers, ranks): ([Double], [Int128], [Int64]) = ([], [], [])
        if case .aggregate(let aggregate, let name, _, let filter) = feature.definition {
            let own = name.flatMap { input.rows.columns[$0] }
            if let filter {
                included = try ExpressionColumn.passes(
                    filter, input.rows.columns, rowCount: input.rows.order.count, feature: feature.name)
            }
            if let validity = own?.validity, aggregate != .first, aggregate != .last {
                included = included.map { zip($0, validity).map { $0 && $1 } } ?? validity
            }
            switch aggregate {
            case .count: form = .longs
            case .sum, .avg:
                if let exact = own?.integers() {
                    (integers, form) = (exact, aggregate == .sum ? .exact : .doubles)
                } else {
                    (doubles, form) = (own?.doubles() ?? [], .doubles)
                }
            case .min, .max: ranks = own?.ranks() ?? []
            default: break
            }
        }
        (self.form, self.included) = (form, included)
        (self.doubles, self.integers, self.ranks) = (doubles, integers, ranks)
    }

    private func isIncluded(_ row: Int) -> Bool { included.map { $0[row] } ?? true }

    func answers(
        _ timeline: EventTimeline, _ times: LabelTimes, viewName: String, key: () -> String
    ) throws -> ViewInput.Answers {
        func rows(_ edges: [EventTimeline.Edge?]) throws -> ViewInput.Answers {
            if edges.contains(where: { $0?.isAmbiguous == true }) {
                throw FeatureError.ambiguousRows(view: viewName, feature: feature.name, key: key())
            }
            return .rows(edges.map { $0.map { Int32(clamping: $0.row) } ?? -1 })
        }
        guard case .aggregate(let aggregate, _, let window, _) = feature.definition else {
            var lookback: Int64?
            if case .latest(_, let declared) = feature.definition { lookback = declared }
            return try rows(timeline.latest(at: times, lookback: lookback))
        }
        switch aggregate {
        case .count: return .longs(timeline.counts(at: times, over: window, included: isIncluded))
        case .first, .last:
            return try rows(
                timeline.edges(at: times, over: window, last: aggregate == .last, included: isIncluded))
        case .min, .max:
            let rank = { row in isIncluded(row) ? ranks[row] : nil }
            let found =
                aggregate == .min
                ? timeline.minima(at: times, over: window, rank: rank)
                : timeline.maxima(at: times, over: window, rank: rank)
            return .rows(found.map { $0.map { Int32(clamping: $0) } ?? -1 })
        case .sum, .avg:
            if form == .doubles, integers.isEmpty {
                let sums = timeline.sums(at: times, over: window) { isIncluded($0) ? doubles[$0] : nil }
                return .doubles(
                    sums.map { $0.count == 0 ? nil : aggregate == .avg ? $0.sum / Double($0.count) : $0.sum })
            }
            let sums = timeline.exactSums(at: times, over: window) { isIncluded($0) ? integers[$0] : nil }
            let checked = try sums.map { sum, count -> (sum: Int128, count: Int64) in
                guard let sum else { throw FeatureError.overflow(feature: feature.name) }
                return (sum, count)
            }
            if aggregate == .sum { return .exact(checked.map { $0.count == 0 ? nil : $0.sum }) }
            let unit = scale.map(Column.power) ?? 1
            return .doubles(checked.map { $0.count == 0 ? nil : Double($0.sum) / Double($0.count) / unit })
        default: throw FeatureError.invalidComputation(["Feature \(feature.name) cannot be computed yet"])
        }
    }

    /// Digits after the point, of a decimal column.
    private var scale: Int? {
        if case .decimal(_, _, let scale) = column?.values { scale } else { nil }
    }

    func gathered(_ rows: [Int32]) -> Column {
        column?.gathered(rows, as: feature.name) ?? Column(feature.name, longs: rows.map { _ in nil })
    }

    /// Exact sums as longs, or as decimals of 38 digits with the column's scale.
    func exactColumn(_ sums: [Int128?]) throws -> Column {
        if let scale {
            let limit = (0..<38).reduce(Int128(1)) { power, _ in power * 10 }
            for case let sum? in sums where sum >= limit || sum <= -limit {
                throw FeatureError.overflow(feature: feature.name)
            }
            return Column(
                feature.name, .decimal(sums.map { $0 ?? 0 }, precision: 38, scale: scale),
                validity: Column.validity(sums))
        }
        return Column(
            feature.name,
            longs: try sums.map { sum in
                guard let sum else { return nil }
                guard let long = Int64(exactly: sum) else { throw FeatureError.overflow(feature: feature.name) }
                return long
            })
    }
}
