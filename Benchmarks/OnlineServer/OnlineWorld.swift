import Foundation
import MartletDomain
import Platform
import QueryEngine

/// Keys with three features each to look up, and events to compute three windows over.
struct OnlineWorld: Sendable {
    static let views = ["scores", "windows"]

    var keys: Int
    var events: Int

    static func name(_ key: Int) -> String {
        let digits = String(key)
        return "UEI" + String(repeating: "0", count: 9 - digits.count) + digits
    }

    static func value(_ key: Int, _ feature: Int) -> Double { Double(key) * [0.5, 0.25, 0.125][feature] }

    private static let definition = """
        feature_views:
          - feature_view: scores
            version: 1
            source: {table: bench.scores, entity: [key], event_time: at}
            join: [key]
            features:
              f0: {latest: f0, lookback: P3650D}
              f1: {latest: f1, lookback: P3650D}
              f2: {latest: f2, lookback: P3650D}
          - feature_view: windows
            version: 1
            source: {table: bench.events, entity: [key], event_time: at}
            join: [key]
            features:
              n: {count: "*", window: {rolling: P365D}}
              total: {sum: amount, window: {rolling: P365D}}
              mean: {avg: amount, window: {rolling: P365D}}
        """

    func prepare(_ platform: Platform) async throws {
        let caller = Caller(.anyone, requestID: "benchmark")
        let now = OnlineStore.now()
        let day: Int64 = 86_400_000_000
        let names = (0..<keys).map(Self.name)
        let scores = RecordBatch(
            columns: [
                Column("key", .string(names)), Column("at", .timestamp(names.map { _ in now - day })),
                Column("f0", .double((0..<keys).map { Self.value($0, 0) })),
                Column("f1", .double((0..<keys).map { Self.value($0, 1) })),
                Column("f2", .double((0..<keys).map { Self.value($0, 2) })),
            ], rowCount: keys)
        _ = try await platform.datasets.write(
            TableName("bench.scores"), .overwrite, scores, operation: .imported, inputs: [], source: nil, by: caller)
        let count = keys * events
        let happened = RecordBatch(
            columns: [
                Column("key", .string((0..<count).map { names[$0 % keys] })),
                Column("at", .timestamp((0..<count).map { now - Int64($0 / keys) * 60 * day - day })),
                Column("amount", .double((0..<count).map { Double($0 % 997) * 0.1 })),
            ], rowCount: count)
        _ = try await platform.datasets.write(
            TableName("bench.events"), .overwrite, happened, operation: .imported, inputs: [], source: nil, by: caller)
        _ = try await platform.features.apply(Self.definition, named: "bench", by: caller)
        for view in Self.views { _ = try await platform.online.serve(view, by: caller) }
    }

    /// On one thread.
    func keysPerSecond(_ view: String, batch: Int, seconds: Double, _ platform: Platform) async throws -> Double {
        let selection = try await platform.online.loadedSelection([view])
        var random = SplitMix(seed: 1)
        let requests = (0..<1_000).map { _ in
            OnlineRequest(
                features: [view],
                columns: [
                    .init("key", (0..<batch).map { _ in .string(Self.name(Int(random.next() % UInt64(keys)))) })
                ])
        }
        let start = ContinuousClock.now
        var (done, found) = (0, 0)
        while start.duration(to: .now) < .seconds(seconds) {
            for request in requests.prefix(max(1, 1_000 / batch)) {
                let columns = try platform.online.answer(request, selection)
                found += columns[0].values.count
                done += batch
            }
        }
        guard found == done else { throw WrongAnswer("\(found) answers to \(done) keys") }
        return Double(done) / (start.duration(to: .now) / .seconds(1))
    }
}

/// Deals the same numbers for the same seed.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
