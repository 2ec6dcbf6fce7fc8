import Martlet
import MartletDomain
import TestKit
import Testing

struct LogBatchTests {
    private func metric(_ step: Int) -> LogEntry { .metric(Metric("m", 1, timestamp: 0, step: Int64(step))) }
    private func param(_ key: String, _ value: String = "") -> LogEntry { .param(KeyedText(key, value)) }
    private func tag(_ key: String, _ value: String = "") -> LogEntry { .tag(KeyedText(key, value)) }

    @Test func `A batch ends at each of the protocol's limits`() {
        #expect(LogBatch(beginningOf: (0..<3_000).map(metric)).count == 1_000)
        #expect(LogBatch(beginningOf: (0..<300).map { param("p\($0)") }).count == 100)
        #expect(LogBatch(beginningOf: (0..<300).map { tag("t\($0)") }).count == 100)
        let mixed = (0..<100).map { param("p\($0)") } + (0..<100).map { tag("t\($0)") } + (0..<3_000).map(metric)
        let batch = LogBatch(beginningOf: mixed)
        #expect((batch.params.count, batch.tags.count, batch.metrics.count) == (100, 100, 800))
        let large = String(repeating: "\u{1}", count: 60_000)  // Six bytes each in JSON.
        #expect(LogBatch(beginningOf: (0..<9).map { tag("t\($0)", large) }).count == 2)
        #expect(LogBatch(beginningOf: [tag("t", String(repeating: large, count: 9)), tag("u")]).count == 1)
        #expect(LogBatch(beginningOf: [LogEntry]()).count == 0)
    }

    @Test func `A parameter or a tag comes once in a batch, so that their order is kept`() {
        #expect(LogBatch(beginningOf: [tag("a", "1"), tag("b"), tag("a", "2"), tag("c")]).count == 2)
        #expect(LogBatch(beginningOf: [param("a", "1"), param("a", "1")]).count == 1)
        #expect(LogBatch(beginningOf: [param("a"), tag("a"), metric(1), metric(1)]).count == 4)
    }

    @Test func `Any entries come out whole and in order, each batch within the limits`() throws {
        let seed = UInt64.random(in: 0...(.max))
        var random = SplitMix(seed: seed)
        let entries = (0..<20_000).map { index -> LogEntry in
            let text = String(repeating: "ü\"\n", count: Int.random(in: 0..<600, using: &random))
            switch Int.random(in: 0..<10, using: &random) {
            case 0: return param("p\(Int.random(in: 0..<400, using: &random))", text)
            case 1: return tag("t\(Int.random(in: 0..<400, using: &random))", text)
            default: return metric(index)
            }
        }
        var rest = entries[...]
        var metrics: [Metric] = []
        while !rest.isEmpty {
            let batch = LogBatch(beginningOf: rest)
            #expect(batch.count > 0, "seed \(seed)")
            guard batch.count > 0 else { return }
            #expect(
                TrackingLimits.problems(metrics: batch.metrics, params: batch.params, tags: batch.tags, isBatch: true)
                    .isEmpty, "seed \(seed)")
            #expect(Set(batch.tags.map(\.key)).count == batch.tags.count, "seed \(seed)")
            metrics += batch.metrics
            rest = rest.dropFirst(batch.count)
        }
        let wanted = entries.compactMap { entry in
            if case .metric(let metric) = entry { metric } else { nil as Metric? }
        }
        #expect(metrics == wanted, "seed \(seed)")
    }
}
