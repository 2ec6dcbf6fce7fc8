import FuzzInputs
import MartletDomain
import QueryEngine
import Testing

import FeatureEngine

/// One feature, three ways: a batch over tables, history replayed through the serving state, and every event looked at for
/// every request. All must agree to the last bit.
struct ConsistencyTests {
    private static func isSame(_ left: CellValue, _ right: CellValue) -> Bool {
        if case .double(let left) = left, case .double(let right) = right { return Bits(left) == Bits(right) }
        return left == right
    }

    private typealias Outcomes = [[String: BruteForce.Outcome]]

    private static func expected(_ history: RandomHistory) -> Outcomes {
        let brute = BruteForce(history: history)
        return history.requests.map(brute.answers)
    }

    private static func compare(
        _ history: RandomHistory, _ expected: Outcomes, _ way: String, _ note: String,
        _ answer: (_ name: String, _ row: Int) -> BruteForce.Outcome
    ) {
        for name in history.names {
            for row in history.requests.indices {
                let (wanted, found) = (expected[row][name], answer(name, row))
                if case .value(let left) = wanted, case .value(let right) = found, isSame(left, right) { continue }
                if wanted == .refused, found == .refused { continue }
                let feature = history.aggregates.first { $0.name == name }
                Issue.record(
                    """
                    \(note): \(way) gives \(found) for \(name) of row \(row), and it is \(String(describing: wanted)). \
                    \(String(describing: feature)) \(history.requests[row])
                    """)
                return
            }
        }
    }

    /// The online state's answers, when the rows came in any order.
    private static func state(_ history: RandomHistory) throws -> OnlineState {
        try OnlineState(
            history.specification, sources: ["t": history.source("t")],
            requests: Relation(sql: "r", columns: RandomHistory.requestColumns))
    }

    private static func outcomes(_ state: OnlineState, _ requests: [RandomHistory.Request]) throws
        -> (String, Int) -> BruteForce.Outcome
    {
        let answers = try state.answer(RandomHistory.batch(requests))
        return { name, row in
            guard let index = answers.features.firstIndex(where: { $0.name == name }) else { return .refused }
            return answers.statuses[index][row] == .refused ? .refused : .value(answers.values[index][row])
        }
    }

    @Test func `A state answers as if it looked at every event, in whatever order they came`() throws {
        for index in 0..<600 * Seed.factor {
            var dice = Dice(seed: Seed.value, index: index)
            let history = RandomHistory(&dice)
            let expected = Self.expected(history)
            let state = try Self.state(history)
            var events = history.events.shuffled(using: &dice)
            while !events.isEmpty {
                let count = min(events.count, 1 + dice.below(100))
                try state.ingest(RandomHistory.batch(Array(events.prefix(count))), into: "t")
                events.removeFirst(count)
            }
            Self.compare(
                history, expected, "the state", Seed.note(index), try Self.outcomes(state, history.requests))
        }
    }

    @Test func `Batch, replay and brute force agree to the last bit`() async throws {
        for index in 0..<150 * Seed.factor {
            var dice = Dice(seed: Seed.value ^ 0xBA7C, index: index)
            let history = RandomHistory(&dice)
            let expected = Self.expected(history)
            let isRefused = expected.contains { $0.values.contains(.refused) }
            try await BatchBench.engine.withSession { session in
                try RandomHistory.create(
                    RandomHistory.columns, as: "events", RandomHistory.batch(history.events), in: session)
                try RandomHistory.create(
                    RandomHistory.requestColumns, as: "requests", RandomHistory.batch(history.requests), in: session)
                let sources = ["t": history.source("events")]
                let requests = Relation(sql: "requests", columns: RandomHistory.requestColumns)
                let batch = try BatchExecutor(history.specification, sources: sources, spine: requests)
                let replay = try Replay(history.specification, sources: sources, requests: requests)
                let ways: [(String, () throws -> String)] = [
                    ("the batch", { try batch.run(in: session) }),
                    ("the replay", { try replay.run(in: session).select }),
                ]
                for (way, run) in ways {
                    do {
                        let table = try session.collect(try run())
                        #expect(!isRefused, "\(Seed.note(index)): \(way) answers what nothing decides")
                        Self.compare(history, expected, way, Seed.note(index)) { name, row in
                            table[name].map { .value($0.cellValue(at: row)) } ?? .refused
                        }
                    } catch let error as FeatureError {
                        #expect(isRefused, "\(Seed.note(index)): \(way) refuses: \(error.message)")
                    }
                }
            }
        }
    }

    @Test func `What is let go of changes no answer from then on`() throws {
        for index in 0..<250 * Seed.factor {
            var dice = Dice(seed: Seed.value ^ 0xF01D, index: index)
            var history = RandomHistory(&dice)
            let times = history.requests.compactMap(\.time).sorted()
            guard !times.isEmpty else { continue }
            let horizon = times[dice.below(times.count)]
            history.requests.removeAll { ($0.time ?? .max) < horizon }
            let state = try Self.state(history)
            let arrivals = history.events.shuffled(using: &dice)
            let early = dice.below(arrivals.count + 1)
            try state.ingest(RandomHistory.batch(Array(arrivals[..<early])), into: "t")
            let before = state.size.rows
            state.forget(before: horizon)
            #expect(state.size.rows <= before)
            try state.ingest(RandomHistory.batch(Array(arrivals[early...])), into: "t")
            if dice.isLucky(50) { state.forget(before: horizon + 1) }
            history.requests.removeAll { $0.time == horizon }
            Self.compare(
                history, Self.expected(history), "the state that forgot", Seed.note(index),
                try Self.outcomes(state, history.requests))
        }
    }

    @Test func `A request before what was let go of is refused`() throws {
        var dice = Dice(seed: 1)
        var history = RandomHistory(&dice)
        let state = try Self.state(history)
        state.forget(before: 1_000)
        history.requests = [.init(key: 1, part: "a", time: 999)]
        #expect(throws: InvalidRequest.self) { try state.answer(RandomHistory.batch(history.requests)) }
    }

    @Test func `A snapshot taken up again answers the same`() throws {
        for index in 0..<200 * Seed.factor {
            var dice = Dice(seed: Seed.value ^ 0x5A47, index: index)
            var history = RandomHistory(&dice)
            let state = try Self.state(history)
            try state.ingest(RandomHistory.batch(history.events), into: "t")
            let times = history.requests.compactMap(\.time).sorted()
            if dice.isLucky(50), let first = times.first {
                state.forget(before: first)
                history.requests.removeAll { ($0.time ?? .max) < first }
            }
            var bytes: [UInt8] = []
            try state.snapshot(note: "version 7") { bytes += $0 }
            let again = try Self.state(history)
            #expect(try bytes.withUnsafeBytes { try again.restore($0) } == "version 7")
            #expect(again.horizon == state.horizon)
            #expect(again.size == state.size)
            Self.compare(
                history, Self.expected(history), "the snapshot", Seed.note(index),
                try Self.outcomes(again, history.requests))
        }
    }
}
