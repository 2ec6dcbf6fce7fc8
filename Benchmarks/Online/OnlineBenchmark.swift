import Dispatch
import FeatureEngine
import Foundation
import FuzzInputs
import Glibc
import MartletDomain
import QueryEngine
import Synchronization

/// How many keys a second the embedded online store answers in process, by the calls that a server makes.
struct OnlineBenchmark: Sendable {
    var keys = 200_000
    /// Events of each key in the windows' measurement, which has a tenth of the keys.
    var eventsPerKey = 100
    var reads = 400_000
    var threads = 2

    private static let day: Int64 = 86_400_000_000
    private static let now: Int64 = 20_000 * day

    private static func key(_ index: Int) -> String { "UEI" + String(1_000_000_000 + index).dropFirst() }

    private func requests(_ indices: [Int]) -> RecordBatch {
        RecordBatch(
            columns: [
                Column("uei", .string(indices.map(Self.key))),
                Column("now", .timestamp(indices.map { _ in Self.now })),
            ], rowCount: indices.count)
    }

    private static let requestColumns = [
        Relation.Column("uei", .string), Relation.Column("now", .timestamp),
    ]

    func run() throws {
        print("keys \(keys), reads \(reads), cores \(ProcessInfo.processInfo.activeProcessorCount)")
        print("rates are by processor time, p50 and p99 by the clock on the wall")
        try lookups()
        try windows()
        try longHistory()
        sums()
    }

    // MARK: Point lookups

    private func lookups() throws {
        let specification = TrainingSetSpecification(
            name: "lookups",
            sources: [.init(name: "risk", location: .path(""), primaryKeys: ["uei"], timeKey: "at")],
            lookups: [
                .init(table: "risk", key: ["uei"], at: "now", features: ["a", "b", "c"], lookback: 100 * Self.day)
            ])
        let columns = [
            Relation.Column("uei", .string), .init("at", .timestamp), .init("a", .double), .init("b", .double),
            .init("c", .double),
        ]
        let state = try OnlineState(
            specification,
            sources: [
                "risk": ResolvedSource(Relation(sql: "risk", columns: columns), primaryKeys: ["uei"], timeKey: "at")
            ], requests: Relation(sql: "requests", columns: Self.requestColumns))
        let load = try seconds {
            for start in stride(from: 0, to: keys, by: 10_000) {
                let range = Array(start..<min(start + 10_000, keys))
                let values = Column.Values.double(range.map { Double($0) / 2 })
                try state.ingest(
                    RecordBatch(
                        columns: [
                            Column("uei", .string(range.map(Self.key))),
                            Column("at", .timestamp(range.map { Self.now - Int64($0 % 90) * Self.day })),
                            Column("a", values), Column("b", values), Column("c", values),
                        ], rowCount: range.count), into: "risk", as: .replacing)
            }
        }
        report("load, 3 features a key", Double(keys) / load, "keys/s")
        try read(state, "point lookups of 3 features")
    }

    // MARK: Windows

    private static let eventColumns = [
        Relation.Column("uei", .string), .init("at", .timestamp), .init("cost", .double), .init("on_time", .boolean),
    ]

    private func windowState(_ window: FeatureWindow) throws -> OnlineState {
        func feature(_ name: String, _ function: FeatureAggregate, _ input: String?) -> WindowFeature {
            WindowFeature(
                name: name, source: "awards", entity: ["uei"], key: ["uei"], eventTime: "at", at: "now",
                aggregate: function, input: input, window: window)
        }
        let specification = TrainingSetSpecification(
            name: "windows",
            sources: [.init(name: "awards", location: .path(""), primaryKeys: ["uei"], timeKey: "at")],
            aggregates: [feature("n", .count, nil), feature("rate", .avg, "on_time"), feature("cost", .sum, "cost")])
        return try OnlineState(
            specification,
            sources: [
                "awards": ResolvedSource(
                    Relation(sql: "awards", columns: Self.eventColumns), primaryKeys: ["uei"], timeKey: "at")
            ], requests: Relation(sql: "requests", columns: Self.requestColumns))
    }

    private func events(_ rows: [(key: Int, time: Int64)], _ dice: inout Dice) -> RecordBatch {
        RecordBatch(
            columns: [
                Column("uei", .string(rows.map { Self.key($0.key) })), Column("at", .timestamp(rows.map(\.time))),
                Column("cost", .double(rows.map { _ in Double.random(in: -100...1_000, using: &dice) })),
                Column("on_time", .boolean(rows.map { _ in dice.isLucky(70) })),
            ], rowCount: rows.count)
    }

    private func windows() throws {
        let state = try windowState(.months(1))
        var dice = Dice(seed: 1)
        let count = max(1, keys / 10)
        let step = 90 * Self.day / Int64(max(1, eventsPerKey))
        let load = try seconds {
            for event in 0..<eventsPerKey {
                let time = Self.now - Int64(eventsPerKey - event) * step
                try state.ingest(events((0..<count).map { ($0, time + Int64($0)) }, &dice), into: "awards")
            }
        }
        report("push of events", Double(count * eventsPerKey) / load, "events/s")
        let measured = OnlineBenchmark(keys: count, eventsPerKey: eventsPerKey, reads: reads / 4, threads: threads)
        try measured.read(state, "count, avg, sum over a month, \(eventsPerKey) events a key")
    }

    private func longHistory() throws {
        let state = try windowState(.months(12))
        var dice = Dice(seed: 2)
        let count = 1_000_000
        for start in stride(from: 0, to: count, by: 50_000) {
            let rows = (start..<start + 50_000).map { (key: 0, time: Self.now - Int64(count - $0) * Self.day / 1_000) }
            try state.ingest(events(rows, &dice), into: "awards")
        }
        var one = self
        (one.keys, one.reads, one.threads) = (1, min(reads, 20_000), 1)
        try one.read(state, "count, avg, sum over 12 months, one key of 1,000,000 events")
    }

    // MARK: Exact sums

    private func sums() {
        var dice = Dice(seed: 3)
        let values = (0..<1_024).map { _ in Double.random(in: -100...1_000, using: &dice) }
        var sum = ExactSum()
        let rounds = 20_000
        let adding = seconds { for _ in 0..<rounds { for value in values { sum.add(value) } } }
        report("exact sum, add", adding / Double(rounds * values.count) * 1e9, "ns")
        var merged = ExactSum()
        let merging = seconds { for _ in 0..<rounds * 100 { merged.merge(sum) } }
        report("exact sum, merge", merging / Double(rounds * 100) * 1e9, "ns")
        var check = 0.0
        let rounding = seconds { for _ in 0..<rounds * 100 { check += sum.rounded } }
        report("exact sum, round", rounding / Double(rounds * 100) * 1e9, "ns")
        if check.isNaN || merged.isZero { print("wrong") }
    }

    // MARK: Measuring

    private func read(_ state: OnlineState, _ what: String) throws {
        for size in [1, 10, 100] {
            var dice = Dice(seed: 7)
            let batches = (0..<max(1, reads / size)).map { _ in requests((0..<size).map { _ in dice.below(keys) }) }
            var latencies: [Double] = []
            latencies.reserveCapacity(batches.count)
            var answered = 0
            let spent = try seconds {
                for batch in batches {
                    let start = DispatchTime.now().uptimeNanoseconds
                    let answers = try state.answer(batch)
                    latencies.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1_000)
                    for statuses in answers.statuses {
                        for status in statuses where status == .present { answered += 1 }
                    }
                }
            }
            latencies.sort()
            let (median, last) = (latencies[latencies.count / 2], latencies[latencies.count * 99 / 100])
            report(
                "\(what), \(size) a call", Double(batches.count * size) / spent,
                "keys/s  p50 \(text(median)) us  p99 \(text(last)) us  \(answered) values")
        }
        guard threads > 1 else { return }
        var dice = Dice(seed: 8)
        let batches = (0..<max(1, reads / 10)).map { _ in requests((0..<10).map { _ in dice.below(keys) }) }
        let next = Atomic(0)
        let failed = Mutex((any Error)?.none)
        let spent = seconds {
            DispatchQueue.concurrentPerform(iterations: threads) { _ in
                while true {
                    let index = next.add(1, ordering: .relaxed).oldValue
                    guard index < batches.count else { return }
                    do {
                        _ = try state.answer(batches[index])
                    } catch {
                        return failed.withLock { $0 = error }
                    }
                }
            }
        }
        if let error = failed.withLock({ $0 }) { throw error }
        report("\(what), 10 a call, \(threads) threads", Double(batches.count * 10) / spent, "keys/s of each")
    }

    /// Of processor time of all threads, so that a machine with other work gives the same figures.
    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = Self.processorSeconds
        try body()
        return Self.processorSeconds - start
    }

    /// POSIX counts them in millionths.
    private static var processorSeconds: Double { Double(clock()) / 1e6 }

    private func text(_ value: Double) -> String { String(format: "%.1f", value) }

    private func report(_ what: String, _ figure: Double, _ unit: String) {
        print(what.padding(toLength: 74, withPad: " ", startingAt: 0), String(format: "%14.1f", figure), unit)
    }
}
