import FeatureEngine
import FuzzInputs
import MartletDomain
import QueryEngine
import Testing

/// Window aggregates of random events at random times, beside what each window's events amount to when they alone are
/// added up.
struct WindowRandomTests {
    struct Event {
        var key: Int64
        var time: Int64?
        var known: Int64?
        var rank: Int64?
        var long: Int64?
        var double: Double?
        var text: String?
        var flag: Bool?
    }

    struct Label {
        var key: Int64?
        var time: Int64?
    }

    struct Case {
        var events: [Event] = []
        var labels: [Label] = []
        var hasAvailability: Bool
        var hasTie: Bool
        var features: [WindowFeature] = []

        init(_ dice: inout Dice) {
            hasAvailability = dice.isLucky(50)
            hasTie = dice.isLucky(70)
            let range = dice.pick([8, 40, 2000])
            // Days of microseconds: windows of months and ticks both get work.
            let unit: Int64 = dice.pick([1, 1_000_000, 86_400_000_000])
            let origin: Int64 = dice.pick([0, -5, 1_709_164_800_000_000])
            func time(_ dice: inout Dice) -> Int64 { origin + Int64(dice.below(range)) * unit }
            for index in 0..<dice.pick([0, 1, 5, 40, 120]) {
                let at = time(&dice)
                events.append(
                    Event(
                        key: Int64(dice.below(3)), time: dice.isLucky(4) ? nil : at,
                        known: dice.isLucky(6) ? nil : at + Int64(dice.below(6)) * unit * Int64(dice.below(3)),
                        rank: hasTie ? Int64(index) : nil, long: dice.isLucky(15) ? nil : Int64(dice.below(9)) - 4,
                        double: dice.isLucky(15) ? nil : dice.double(),
                        text: dice.isLucky(15) ? nil : dice.pick(["a", "b", "é", "e\u{301}", "", "zz"]),
                        flag: dice.isLucky(15) ? nil : dice.isLucky(50)))
            }
            for _ in 0..<dice.pick([1, 4, 30]) {
                labels.append(
                    Label(
                        key: dice.isLucky(5) ? nil : Int64(dice.below(4)),
                        time: dice.isLucky(5) ? nil : time(&dice) + Int64(dice.below(3)) * unit))
            }
            for index in 0..<8 { features.append(Self.feature("f\(index)", unit, hasTie: hasTie, &dice)) }
        }

        static func feature(_ name: String, _ unit: Int64, hasTie: Bool, _ dice: inout Dice) -> WindowFeature {
            let length = Int64(1 + dice.below(30)) * unit
            let extent: FeatureWindow.Extent = dice.pick([
                .rolling(length), .months(1 + dice.below(3)), .lifetime,
                .tumbling(length, offset: Int64(dice.below(5)) * unit),
                .sliding(length, every: Int64(1 + dice.below(7)) * unit, offset: Int64(dice.below(3))),
            ])
            var aggregates: [FeatureAggregate] = [
                .count, .sum, .avg, .min, .max, .countDistinct, .stddevSamp, .stddevPop, .varSamp, .varPop,
                .approxCountDistinct, .approxQuantile(0.5), .approxQuantile(0.9),
            ]
            if hasTie { aggregates += [.first, .last] }
            let aggregate = dice.pick(aggregates)
            var inputs = ["long", "double", "flag"]
            switch aggregate {
            case .min, .max, .first, .last, .countDistinct, .approxCountDistinct, .count: inputs += ["text"]
            default: break
            }
            let input: String? = aggregate == .count && dice.isLucky(50) ? nil : dice.pick(inputs)
            return WindowFeature(
                name: name, source: "t", entity: ["key"], key: ["k"], eventTime: "moment", at: "now",
                aggregate: aggregate,
                input: input,
                window: FeatureWindow(
                    extent, delay: Int64(dice.below(3)) * unit, includesEnd: dice.isLucky(30)))
        }

        /// What the events of the window are together, one after the other.
        func expected(_ feature: WindowFeature, _ label: Label) -> CellValue {
            let type: DataType? =
                switch feature.input {
                case "long": .long
                case "double": .double
                case "text": .string
                case "flag": .boolean
                default: nil
                }
            guard label.time != nil, let rule = AggregateRule(feature.aggregate, input: type) else { return .null }
            var state = rule.empty
            if let key = label.key, let time = label.time {
                let window = PlainWindow(feature.window)
                for event in events where event.key == key {
                    guard let at = event.time, window.holds(at, at: time) else { continue }
                    if hasAvailability {
                        guard let known = event.known, known <= time else { continue }
                    }
                    state.add(
                        Self.cell(feature.input, event), eventTime: at,
                        tieBreak: event.rank.map { .long($0) } ?? .null)
                }
            }
            if case .value(let value) = rule.answer(state) { return value }
            return .string("no answer")
        }

        static func cell(_ input: String?, _ event: Event) -> CellValue {
            switch input {
            case "long": event.long.map { .long($0) } ?? .null
            case "double": event.double.map { .double($0) } ?? .null
            case "text": event.text.map { .string($0) } ?? .null
            case "flag": event.flag.map { .boolean($0) } ?? .null
            default: .null
            }
        }
    }

    @Test func `Windows that slide are what their events alone amount to, to the last bit`() async throws {
        for index in 0..<(400 * Seed.factor) {
            var dice = Dice(seed: Seed.value, index: index)
            let random = Case(&dice)
            let batch = try await Self.compute(random)
            for (column, feature) in random.features.enumerated() {
                for (row, label) in random.labels.enumerated() {
                    let expected = random.expected(feature, label)
                    let found = Self.cell(batch.columns[column], row)
                    #expect(Self.areSame(expected, found), "\(Seed.note(index)): \(feature) of row \(row): \(label)")
                }
            }
        }
    }

    private static func areSame(_ left: CellValue, _ right: CellValue) -> Bool {
        if case .double(let left) = left, case .double(let right) = right { return Bits(left) == Bits(right) }
        return left == right
    }

    private static func cell(_ column: Column, _ row: Int) -> CellValue {
        if column.isNull(at: row) { return .null }
        return switch column.values {
        case .long(let values): .long(values[row])
        case .double(let values): .double(values[row])
        case .string(let values): .string(values[row])
        case .boolean(let values): .boolean(values[row])
        default: .null
        }
    }

    private static func compute(_ random: Case) async throws -> RecordBatch {
        try await BatchBench.engine.withSession { session in
            try session.execute(
                """
                CREATE TEMP TABLE events (key BIGINT, moment TIMESTAMPTZ, known TIMESTAMPTZ, rank BIGINT, long BIGINT, \
                double DOUBLE, text VARCHAR, flag BOOLEAN)
                """)
            try session.append(events(random.events), to: "events")
            try session.execute("CREATE TEMP TABLE labels (k BIGINT, now TIMESTAMPTZ)")
            let labels = RecordBatch(
                columns: [
                    column("k", random.labels.map(\.key), 0) { .long($0) },
                    column("now", random.labels.map(\.time), 0) { .timestamp($0) },
                ], rowCount: random.labels.count)
            try session.append(labels, to: "labels")
            let specification = TrainingSetSpecification(
                name: "random",
                sources: [
                    .table(
                        "t", keys: ["key"], at: "moment", tie: random.hasTie ? "rank" : nil,
                        known: random.hasAvailability ? "known" : nil)
                ], aggregates: random.features, excluded: ["k", "now"])
            let source = specification.sources[0]
            let executor = try BatchExecutor(
                specification,
                sources: [
                    "t": ResolvedSource(
                        try Relation(describing: "events", in: session), primaryKeys: ["key"], timeKey: "moment",
                        tieBreak: source.tieBreak, availableAt: source.availableAt)
                ], spine: try Relation(describing: "labels", in: session))
            return try session.collect(try executor.run(in: session))
        }
    }

    private static func events(_ events: [Event]) -> RecordBatch {
        RecordBatch(
            columns: [
                column("key", events.map { $0.key }, 0) { .long($0) },
                column("moment", events.map(\.time), 0) { .timestamp($0) },
                column("known", events.map(\.known), 0) { .timestamp($0) },
                column("rank", events.map(\.rank), 0) { .long($0) },
                column("long", events.map(\.long), 0) { .long($0) },
                column("double", events.map(\.double), 0) { .double($0) },
                column("text", events.map(\.text), "") { .string($0) },
                column("flag", events.map(\.flag), false) { .boolean($0) },
            ], rowCount: events.count)
    }

    private static func column<Value>(
        _ name: String, _ values: [Value?], _ zero: Value, _ wrap: ([Value]) -> Column.Values
    ) -> Column {
        Column(name, wrap(values.map { $0 ?? zero }), validity: values.map { $0 != nil })
    }
}
