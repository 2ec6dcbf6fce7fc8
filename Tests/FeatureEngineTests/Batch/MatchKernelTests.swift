import FuzzInputs
import MartletDomain
import QueryEngine
import Testing

import FeatureEngine

/// The kernel of lookups beside looking at every row for every label, and beside the engine's own join.
struct MatchKernelTests {
    struct Row {
        var key: Int32
        var time: Int64
        var known: Int64
        var tie: Int64
    }

    /// The row that a label gets by the rules, its number; `-2` if two have an equal claim.
    private static func expected(_ rows: [Row], _ key: Int32, _ time: Int64, lookback: Int64?) -> Int64? {
        let seen = rows.indices.filter { rows[$0].key == key && rows[$0].time <= time && rows[$0].known <= time }
        guard let best = seen.max(by: { (rows[$0].time, rows[$0].tie) < (rows[$1].time, rows[$1].tie) }) else {
            return nil
        }
        if let lookback, time - rows[best].time > lookback { return nil }
        let claims = seen.filter { (rows[$0].time, rows[$0].tie) == (rows[best].time, rows[best].tie) }
        return claims.count > 1 ? -2 : Int64(best)
    }

    @Test func `One pass over the rows in any order gives what looking at every row for every label gives`() throws {
        for index in 0..<(3000 * Seed.factor) {
            var dice = Dice(seed: Seed.value, index: index)
            let range = dice.pick([3, 12, 60])
            let (hasAvailability, hasTie) = (dice.isLucky(50), dice.isLucky(60))
            let rows = (0..<dice.pick([0, 1, 6, 40])).map { number in
                let time = Int64(dice.below(range)) - 4
                return Row(
                    key: Int32(dice.below(3)), time: time,
                    known: hasAvailability ? time + Int64(dice.below(5) * dice.below(2)) : .min,
                    tie: hasTie ? Int64(dice.isLucky(5) ? 0 : number) : .min)
            }
            let count = dice.pick([1, 2, 20])
            let labels = (0..<count).map { row in
                (row: Int32(row), key: Int32(dice.below(3)), time: Int64(dice.below(range)) - 3)
            }
            let lookback: Int64? = dice.isLucky(40) ? Int64(dice.below(6)) : nil
            var kernel = MatchKernel(LabelIndex(labels, untimed: [], keyCount: 3, rowCount: count))
            let layout = MatchKernel.Layout(hasTime: true, hasAvailability: hasAvailability, hasTie: hasTie)
            // In pieces of any size, an empty one among them.
            var start = 0
            repeat {
                let end = min(rows.count, start + dice.below(9))
                try kernel.take(Self.batch(rows, start..<end, layout), layout)
                start = end
            } while start < rows.count
            let matches = kernel.matches(lookback: lookback)
            let found = matches.kept.first?.laidOut(matches.slots, "n").longs ?? []
            var isAmbiguous = false
            for (label, found) in zip(labels, found) {
                let expected = Self.expected(rows, label.key, label.time, lookback: lookback)
                if expected == -2 { isAmbiguous = true } else { #expect(found == expected, "\(Seed.note(index))") }
            }
            #expect((matches.ambiguous != nil) == isAmbiguous, "\(Seed.note(index))")
        }
    }

    private static func batch(_ rows: [Row], _ range: Range<Int>, _ layout: MatchKernel.Layout) -> RecordBatch {
        var columns = [
            Column("id", .integer(rows[range].map(\.key))), Column("t", .timestamp(rows[range].map(\.time))),
        ]
        if layout.hasAvailability { columns.append(Column("known", .timestamp(rows[range].map(\.known)))) }
        if layout.hasTie { columns.append(Column("tie", .long(rows[range].map(\.tie)))) }
        columns.append(Column("n", .long(range.map { Int64($0) })))
        return RecordBatch(columns: columns, rowCount: range.count)
    }

    @Test func `Times at the ends of the range do not crash`() throws {
        let ends = [Int64.min, -1, 0, .max]
        let labels = ends.enumerated().map { (row: Int32($0), key: Int32(0), time: $1) }
        let index = LabelIndex(labels, untimed: [], keyCount: 1, rowCount: 4)
        var kernel = MatchKernel(index)
        let layout = MatchKernel.Layout(hasTime: true, hasAvailability: false, hasTie: false)
        let rows = ends.map { Row(key: 0, time: $0, known: .min, tie: .min) }
        try kernel.take(Self.batch(rows, 0..<4, layout), layout)
        #expect(kernel.matches(lookback: nil).slots == [0, 1, 2, 3])
        #expect(kernel.matches(lookback: 5).slots == [0, 1, 2, 3])
        for nanoseconds in [false, true] {
            let windows = [
                FeatureWindow.lifetime, .duration(1), .duration(.max), .months(1), .months(120_000),
                FeatureWindow(.tumbling(7, offset: 3)), FeatureWindow(.sliding(.max, every: .max, offset: .min)),
                FeatureWindow(.rolling(5), delay: .max, includesEnd: true),
            ].map { WindowBounds(window: $0, isInNanoseconds: nanoseconds) }
            let rule = try #require(AggregateRule(.count, input: nil))
            let window = WindowKernel(
                labels: index, windows: windows,
                outputs: windows.indices.map { .init(rule: rule, input: nil, condition: nil, window: $0) })
            var events = EventTable()
            let batch = RecordBatch(
                columns: [Column("id", .integer([0, 0, 0, 0])), Column("t", .timestamp(ends))], rowCount: 4)
            try events.take(
                batch, .init(hasAvailability: false, hasTie: false, inputCount: 0, conditionCount: 0),
                spans: window.spans())
            events.finish(keyCount: 1)
            _ = try window.answers(events, threads: 2)
        }
    }

    @Test func `The kernel and the engine's own join agree`() async throws {
        for index in 0..<(20 * Seed.factor) {
            var dice = Dice(seed: Seed.value, index: index)
            let lookback = Int64(1 + dice.below(400))
            let (labels, rows, keys) = (dice.pick([50, 3000]), dice.pick([10, 9000]), dice.pick([2, 300]))
            let note = Seed.note(index)
            let different = try await BatchBench.engine.withSession { session in
                try session.execute("SELECT setseed(\(Double(index) / 100))")
                try session.execute(
                    """
                    CREATE TEMP TABLE r AS SELECT 'key ' || (random() * \(keys))::INTEGER AS k, n AS x, 
                    make_timestamptz(1000 * n + (random() * 900)::BIGINT) AS ts FROM range(\(rows)) t(n) ORDER BY random()
                    """)
                try session.execute(
                    """
                    CREATE TEMP TABLE l AS SELECT n AS id, 'key ' || (random() * \(keys))::INTEGER AS key, 
                    make_timestamptz((random() * 1000 * \(rows))::BIGINT) AS now FROM range(\(labels)) t(n)
                    """)
                let specification = TrainingSetSpecification(
                    name: "test", sources: [.table()],
                    lookups: [FeatureLookup(table: "t", key: ["key"], at: "now", lookback: lookback * 1000)])
                let source = ResolvedSource(
                    try Relation(describing: "r", in: session), primaryKeys: ["k"], timeKey: "ts")
                let executor = try BatchExecutor(
                    specification, sources: ["t": source], spine: try Relation(describing: "l", in: session))
                let join = """
                    SELECT l.*, CASE WHEN epoch_us(now) - epoch_us(ts) <= \(lookback * 1000) THEN x END AS x \
                    FROM l ASOF LEFT JOIN r ON l.key = r.k AND l.now >= r.ts
                    """
                let ours = try executor.run(in: session)
                return try session.collect(
                    "SELECT count(*) AS n FROM ((\(ours)) EXCEPT ALL (\(join)))"
                ).column("n").longs
            }
            #expect(different == [0], "\(note)")
        }
    }
}
