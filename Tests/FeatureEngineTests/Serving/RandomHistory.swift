import FuzzInputs
import MartletDomain
import QueryEngine

import FeatureEngine

/// A random table of events, random requests, and random features over them.
struct RandomHistory {
    struct Event {
        var key: Int64?
        var part: String?
        var time: Int64?
        var known: Int64?
        var rank: Int64?
        var long: Int64?
        var double: Double?
        var text: String?
        var flag: Bool?
        var decimal: Int128?
    }

    struct Request {
        var key: Int64?
        var part: String?
        var time: Int64?
    }

    var events: [Event] = []
    var requests: [Request] = []
    let hasAvailability: Bool
    let hasTie: Bool
    /// Rows may agree in key, time and tie break.
    let hasTwins: Bool
    let isComposite: Bool
    var aggregates: [WindowFeature] = []
    var lookups: [FeatureLookup] = []
    var derived: [DerivedFeature] = []

    static let columns: [Relation.Column] = [
        .init("key", .long), .init("part", .string), .init("at", .timestamp), .init("known", .timestamp),
        .init("rank", .long), .init("long", .long), .init("double", .double), .init("text", .string),
        .init("flag", .boolean), .init("dec", .decimal(precision: 18, scale: 2)),
    ]
    static let requestColumns: [Relation.Column] = [
        .init("k", .long), .init("p", .string), .init("now", .timestamp),
    ]

    init(_ dice: inout Dice) {
        (hasAvailability, hasTwins, isComposite) = (dice.isLucky(50), dice.isLucky(10), dice.isLucky(25))
        hasTie = hasTwins || dice.isLucky(60)
        let range = dice.pick([8, 40, 2_000])
        let unit: Int64 = dice.pick([1, 1_000_000, 86_400_000_000])
        let origin: Int64 = dice.pick([0, -20, 1_709_164_800_000_000, -3_000_000_000_000])
        func time(_ dice: inout Dice) -> Int64 { origin + Int64(dice.below(range)) * unit }
        let keys = dice.pick([1, 2, 5])
        for index in 0..<dice.pick([0, 1, 5, 40, 150, 600]) {
            let at = time(&dice)
            events.append(
                Event(
                    key: dice.isLucky(3) ? nil : Int64(dice.below(keys)),
                    part: dice.isLucky(3) ? nil : dice.pick(["", "a"]),
                    time: dice.isLucky(3) ? nil : at,
                    known: dice.isLucky(5) ? nil : at + Int64(dice.below(8) - 1) * unit * Int64(dice.below(3)),
                    rank: hasTwins ? Int64(dice.below(3)) : dice.isLucky(3) ? nil : Int64(index),
                    long: dice.isLucky(15) ? nil : Int64(dice.below(9)) - 4,
                    double: dice.isLucky(15) ? nil : dice.double(special: dice.isLucky(30)),
                    text: dice.isLucky(15)
                        ? nil : dice.pick(["a", "b", "\u{e9}", "e\u{301}", "", "a longer text than fits"]),
                    flag: dice.isLucky(15) ? nil : dice.isLucky(50),
                    decimal: dice.isLucky(15)
                        ? nil
                        : dice.isLucky(10)
                            // More digits than a double has.
                            ? Int128(Int64.random(in: -99_999_999_999_999_999...99_999_999_999_999_999, using: &dice))
                            : Int128(dice.below(20_001) - 10_000)))
        }
        for _ in 0..<dice.pick([1, 4, 30]) {
            requests.append(
                Request(
                    key: dice.isLucky(4) ? nil : Int64(dice.below(keys + 1)),
                    part: dice.isLucky(4) ? nil : dice.pick(["", "a"]),
                    time: dice.isLucky(4) ? nil : time(&dice) + Int64(dice.below(3)) * unit))
        }
        for index in 0..<8 { aggregates.append(aggregate("f\(index)", unit, &dice)) }
        if dice.isLucky(60) { lookups.append(lookup(unit, &dice)) }
        if dice.isLucky(60) { derive(&dice) }
    }

    private var entity: [String] { isComposite ? ["key", "part"] : ["key"] }
    private var key: [String] { isComposite ? ["k", "p"] : ["k"] }

    private static let filters = [
        "long > 0", "text = 'a'", "text < 'e'", "double < 1", "flag", "not flag", "long is null or double > 0",
        "coalesce(long, 0) + 1 >= 2", "dec >= 0.5", "case when flag then long > 1 else double is null end",
    ]

    private func aggregate(_ name: String, _ unit: Int64, _ dice: inout Dice) -> WindowFeature {
        let length = Int64(1 + dice.below(30)) * unit
        let extent: FeatureWindow.Extent = dice.pick([
            .rolling(length), .rolling(length), .months(1 + dice.below(3)), .lifetime,
            .tumbling(length, offset: Int64(dice.below(5)) * unit),
            .sliding(length, every: Int64(1 + dice.below(7)) * unit, offset: Int64(dice.below(3))),
        ])
        var functions: [FeatureAggregate] = [
            .count, .sum, .avg, .min, .max, .countDistinct, .stddevSamp, .stddevPop, .varSamp, .varPop,
            .approxCountDistinct, .approxQuantile(0.5), .approxQuantile(0.9),
        ]
        if hasTie { functions += [.first, .last] }
        let function = dice.pick(functions)
        var inputs = ["long", "double", "flag", "dec"]
        switch function {
        case .min, .max, .first, .last, .countDistinct, .approxCountDistinct, .count: inputs += ["text"]
        default: break
        }
        let filter = dice.isLucky(40) ? try? RowExpression(dice.pick(Self.filters)) : nil
        return WindowFeature(
            name: name, source: "t", entity: entity, key: key, eventTime: "at", at: "now", aggregate: function,
            input: function == .count && dice.isLucky(50) ? nil : dice.pick(inputs),
            window: FeatureWindow(extent, delay: Int64(dice.below(3)) * unit, includesEnd: dice.isLucky(30)),
            filter: filter)
    }

    private func lookup(_ unit: Int64, _ dice: inout Dice) -> FeatureLookup {
        FeatureLookup(
            table: "t", key: key, at: "now", features: ["long", "text", "double"],
            rename: ["long": "l_long", "text": "l_text", "double": "l_double"],
            defaults: dice.isLucky(50) ? ["l_long": .long(-7), "l_double": .double(0.5)] : [:],
            lookback: dice.isLucky(50) ? Int64(dice.below(10)) * unit : nil)
    }

    private mutating func derive(_ dice: inout Dice) {
        let numbers = aggregates.filter { feature in
            guard let output = Self.rule(feature)?.output else { return false }
            return output == .long || output == .double
        }.map(\.name)
        guard numbers.count > 1 else { return }
        derived.append(DerivedFeature("d_ratio", .ratio(numbers[0], numbers[1])))
        derived.append(DerivedFeature("d_sum", .sum([numbers[1], numbers[0]])))
        derived.append(DerivedFeature("d_first", .coalesce([numbers[0], numbers[1]])))
        let text = "case when \(numbers[0]) > \(numbers[1]) then \(numbers[0]) else coalesce(\(numbers[1]), 0) end"
        if let expression = try? RowExpression(text) {
            derived.append(DerivedFeature("d_case", .expression(expression)))
        }
    }

    static func rule(_ feature: WindowFeature) -> AggregateRule? {
        AggregateRule(
            feature.aggregate,
            input: feature.input.flatMap { name in columns.first { $0.name == name }?.kind.cellType })
    }

    var specification: TrainingSetSpecification {
        // Entities of one source differ: the primary keys of lookups are those of the aggregates.
        TrainingSetSpecification(
            name: "random",
            sources: [
                .init(
                    name: "t", location: .path("t.parquet"), primaryKeys: entity, timeKey: "at",
                    tieBreak: hasTie ? "rank" : nil, availableAt: hasAvailability ? "known" : nil)
            ], lookups: lookups, aggregates: aggregates, derived: derived, excluded: ["k", "p", "now"])
    }

    func source(_ relation: String) -> ResolvedSource {
        ResolvedSource(
            Relation(sql: relation, columns: Self.columns), primaryKeys: entity, timeKey: "at",
            tieBreak: hasTie ? "rank" : nil, availableAt: hasAvailability ? "known" : nil)
    }

    /// Names of all features, in the order of the result.
    var names: [String] {
        (lookups.isEmpty ? [] : ["l_long", "l_text", "l_double"]) + aggregates.map(\.name) + derived.map(\.name)
    }
}
