import QueryEngine
import Synchronization
import Testing

private final class Tally: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var most: Int { counts.withLock { $0.most } }
    func enter() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { counts.withLock { $0.now -= 1 } }
}

@Suite struct `Many sessions and the engine's end` {
    @Test func `Sessions at once each see their own tables and their own results`() async throws {
        let engine = try DuckDBEngine(configuration: DuckDBConfiguration(threads: 2, sessions: 4))
        let sums = try await withThrowingTaskGroup(of: (Int, Int64?).self) { group in
            for number in 0..<40 {
                group.addTask {
                    let batch = try await engine.withSession { session in
                        try session.execute(
                            "CREATE TEMP TABLE mine AS SELECT ? + range AS n FROM range(5000)", [.long(Int64(number))])
                        return try session.collect("SELECT sum(n)::BIGINT AS s FROM mine")
                    }
                    return (number, try batch.column("s").longs?.first ?? nil)
                }
            }
            var sums: [Int: Int64] = [:]
            for try await (number, sum) in group { sums[number] = sum }
            return sums
        }
        #expect(sums.count == 40)
        #expect(sums.allSatisfy { $0.value == Int64(5000 * $0.key + 12_497_500) })
        await engine.close()
    }

    @Test func `Never more sessions run at once than were allowed`() async throws {
        let engine = try DuckDBEngine(configuration: DuckDBConfiguration(threads: 1, sessions: 3))
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<30 {
                group.addTask {
                    try await engine.withSession { session in
                        tally.enter()
                        try session.execute("SELECT sum(range) FROM range(100000)")
                        tally.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(tally.most <= 3)
    }

    @Test func `Closing waits for what runs and refuses what comes later`() async throws {
        let engine = try DuckDBEngine(configuration: DuckDBConfiguration(threads: 2))
        let tally = Tally()
        let started = AsyncStream<Void>.makeStream()
        let running = Task {
            try await engine.withSession { session in
                try session.execute("SELECT 1")
                started.continuation.yield()
                try session.query("SELECT range FROM range(3000000)") { _ in }
                tally.enter()
            }
        }
        for await _ in started.stream { break }
        await engine.close()
        #expect(tally.most == 1)
        try await running.value
        await #expect(throws: QueryError.closed) { try await engine.withSession { try $0.execute("SELECT 1") } }
        await engine.close()
    }

    @Test func `The version is DuckDB's own`() async throws {
        #expect(try await DuckDBEngine().version().hasPrefix("v"))
    }
}
