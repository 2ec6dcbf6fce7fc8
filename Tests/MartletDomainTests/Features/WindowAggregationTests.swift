import MartletDomain
import Testing

/// A small generator with a seed that a failure prints.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

struct WindowAggregationTests {
    static let day: Int64 = 86_400_000_000

    /// Events on a coarse grid, so that ties and boundaries are common; some known late, some with null values.
    struct History {
        var events: [EventTimeline.Event] = []
        var values: [Double?] = []
        var labels: [Int64] = []

        init(seed: UInt64) {
            var random = Seeded(state: seed)
            let step = WindowAggregationTests.day / 2
            let start = Int64.random(in: -400...20_000, using: &random) * WindowAggregationTests.day
            for row in 0..<Int.random(in: 0...120, using: &random) {
                let time = start + Int64.random(in: 0...180, using: &random) * step
                let late = Bool.random(using: &random) ? 0 : Int64.random(in: 0...40, using: &random) * step
                events.append(.init(row: row, eventTime: time, availableAt: time + late, tieBreak: Int64(row)))
                values.append(
                    Int.random(in: 0..<5, using: &random) == 0 ? nil : Double.random(in: -9...9, using: &random))
            }
            for _ in 0..<60 { labels.append(start + Int64.random(in: -4...200, using: &random) * step) }
        }

        func visible(_ time: Int64, _ window: FeatureWindow) -> [EventTimeline.Event] {
            events.filter {
                $0.eventTime < time && $0.eventTime >= window.start(before: time) && $0.availableAt <= time
            }.sorted { ($0.eventTime, $0.tieBreak) < ($1.eventTime, $1.tieBreak) }
        }
    }

    static let windows: [FeatureWindow] = [
        .duration(day), .duration(7 * day), .duration(1), .months(1), .months(2), .months(12), .lifetime,
    ]

    @Test(arguments: 1...150) func `The sweep gives what looking at every event for every label gives`(_ seed: Int) {
        let history = History(seed: UInt64(seed))
        let timeline = EventTimeline(history.events)
        let times = LabelTimes(history.labels)
        for window in Self.windows {
            let counts = timeline.counts(at: times, over: window) { history.values[$0] != nil }
            let sums = timeline.sums(at: times, over: window) { history.values[$0] }
            let exact = timeline.exactSums(at: times, over: window) { history.values[$0].map { Int128($0 * 1000) } }
            let rank = { (row: Int) in history.values[row].map { Int64($0 * 1e6) } }
            let minima = timeline.minima(at: times, over: window, rank: rank)
            let maxima = timeline.maxima(at: times, over: window, rank: rank)
            let first = timeline.edges(at: times, over: window, last: false) { _ in true }
            let last = timeline.edges(at: times, over: window, last: true) { _ in true }
            for (index, time) in history.labels.enumerated() {
                let visible = history.visible(time, window)
                let values = visible.compactMap { history.values[$0.row] }
                let place: Comment = "seed \(seed), window \(window), label \(index)"
                #expect(counts[index] == Int64(values.count), place)
                #expect(sums[index].count == Int64(values.count), place)
                #expect(abs(sums[index].sum - values.reduce(0, +)) < 1e-9, place)
                #expect(exact[index].sum == values.reduce(Int128(0)) { $0 + Int128($1 * 1000) }, place)
                #expect(minima[index].flatMap(rank) == visible.compactMap { rank($0.row) }.min(), place)
                #expect(maxima[index].flatMap(rank) == visible.compactMap { rank($0.row) }.max(), place)
                #expect(first[index]?.row == visible.first?.row, place)
                #expect(last[index]?.row == visible.last?.row, place)
            }
        }
    }

    @Test(arguments: 1...60) func `A label asked alone gets the same bits, with or without later events`(_ seed: Int) {
        let history = History(seed: UInt64(seed))
        let timeline = EventTimeline(history.events)
        for window in Self.windows {
            let together = timeline.sums(at: LabelTimes(history.labels), over: window) { history.values[$0] }
            for (index, time) in history.labels.enumerated() {
                let alone = timeline.sums(at: LabelTimes([time]), over: window) { history.values[$0] }[0]
                let earlier = EventTimeline(history.events.filter { $0.eventTime <= time })
                let cut = earlier.sums(at: LabelTimes([time]), over: window) { history.values[$0] }[0]
                #expect(alone.sum.bitPattern == together[index].sum.bitPattern, "seed \(seed), window \(window)")
                #expect(cut.sum.bitPattern == together[index].sum.bitPattern, "seed \(seed), window \(window)")
            }
        }
    }

    @Test(arguments: 1...150) func `The latest value is that of the newest row known by then`(_ seed: Int) {
        let history = History(seed: UInt64(seed))
        let timeline = EventTimeline(history.events)
        for lookback in [nil, 0, Self.day / 2, 5 * Self.day] as [Int64?] {
            let found = timeline.latest(at: LabelTimes(history.labels), lookback: lookback)
            for (time, edge) in zip(history.labels, found) {
                let newest = history.events.filter { $0.eventTime <= time && $0.availableAt <= time }
                    .max { ($0.eventTime, $0.tieBreak) < ($1.eventTime, $1.tieBreak) }
                let expected = newest.flatMap { time - $0.eventTime <= lookback ?? .max ? $0.row : nil }
                #expect(edge?.row == expected, "seed \(seed), lookback \(lookback ?? -1)")
            }
        }
    }

    @Test func `Two rows of one time are ambiguous once both are known, and a tie break settles it`() {
        let events = [
            EventTimeline.Event(row: 0, eventTime: 10, availableAt: 10),
            EventTimeline.Event(row: 1, eventTime: 10, availableAt: 20),
        ]
        let times = LabelTimes([10, 15, 20])
        #expect(EventTimeline(events).latest(at: times, lookback: nil).map { $0?.isAmbiguous } == [false, false, true])
        let settled = [
            EventTimeline.Event(row: 0, eventTime: 10, availableAt: 10, tieBreak: 2),
            EventTimeline.Event(row: 1, eventTime: 10, availableAt: 20, tieBreak: 1),
        ]
        #expect(EventTimeline(settled).latest(at: times, lookback: nil).map { $0?.row } == [0, 0, 0])
        #expect(EventTimeline(settled).latest(at: times, lookback: nil).allSatisfy { $0?.isAmbiguous == false })
    }

    @Test func `A month before the end of March is the end of February`() {
        func instant(_ days: Int64, _ hours: Int64 = 0) -> Int64 { days * Self.day + hours * 3_600_000_000 }
        // 2024-03-31 is day 19813, 2024-02-29 day 19782; 2023-03-31 is day 19447, 2023-02-28 day 19416.
        #expect(FeatureWindow.months(1).start(before: instant(19_813, 10)) == instant(19_782, 10))
        #expect(FeatureWindow.months(1).start(before: instant(19_447)) == instant(19_416))
        #expect(FeatureWindow.months(12).start(before: instant(19_782)) == instant(19_416))
        #expect(FeatureWindow.months(1).start(before: instant(0)) == instant(-31))
        #expect(FeatureWindow.months(1).start(before: -1) == instant(-31) - 1)
    }

    @Test func `Times at the ends of the range do not crash`() {
        let events = [Int64.min, -1, 0, .max].enumerated().map { EventTimeline.Event(row: $0, eventTime: $1) }
        let times = LabelTimes([.min, 0, .max])
        for window in Self.windows + [.duration(.max), .months(120_000)] {
            _ = EventTimeline(events).sums(at: times, over: window) { Double($0) }
        }
        _ = EventTimeline(events).latest(at: times, lookback: 5)
    }
}
