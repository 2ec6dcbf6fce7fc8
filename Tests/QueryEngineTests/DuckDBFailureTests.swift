import Foundation
import MartletDomain
import NativeLoader
import QueryEngine
import Testing

@Suite struct `Failures of the query engine` {
    let engine: DuckDBEngine

    init() throws { engine = try DuckDBEngine(configuration: DuckDBConfiguration(threads: 2)) }

    /// Takes minutes when nobody stops it.
    static let endless =
        "SELECT count(*) AS n FROM range(10000000) a, range(10000000) b WHERE (a.range ^ b.range) % 7 = 3"

    @Test func `An error carries the engine's words and is the caller's`() async throws {
        let error = await #expect(throws: QueryError.self) {
            try await engine.withSession { try $0.collect("SELECT missing_column FROM range(3)") }
        }
        #expect(error?.code == .invalidParameterValue)
        #expect(error?.message.contains("missing_column") == true)
    }

    @Test func `Several statements in one text are refused`() async throws {
        await #expect(throws: QueryError.self) { try await engine.withSession { try $0.execute("SELECT 1; SELECT 2") } }
        await #expect(throws: QueryError.self) { try await engine.withSession { try $0.execute("SELECT 1\u{0} junk") } }
        await #expect(throws: QueryError.self) { try await engine.withSession { try $0.execute("") } }
    }

    @Test func `An error in the middle of a result is thrown and not taken for its end`() async throws {
        let error = await #expect(throws: QueryError.self) {
            try await engine.withSession { session in
                try session.query(
                    "SELECT CASE WHEN range = 3000000 THEN error('broken row') ELSE range END FROM range(5000000)"
                ) { _ in }
            }
        }
        #expect(error?.message.contains("broken row") == true)
    }

    @Test func `A session goes on after an error and after a result that was given up`() async throws {
        struct Enough: Error {}
        let count = try await engine.withSession { session in
            #expect(throws: QueryError.self) { try session.execute("SELECT nonsense") }
            #expect(throws: Enough.self) { try session.query("FROM range(1000000)") { _ in throw Enough() } }
            return try session.collect("SELECT count(*) AS n FROM range(7)").column("n").longs
        }
        #expect(count == [7])
    }

    @Test func `Cancelling a task ends its query with a cancellation`() async throws {
        let engine = engine
        let task = Task { try await engine.withSession { try $0.collect(Self.endless).rowCount } }
        try await Task.sleep(for: .milliseconds(200))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `A cancelled session refuses further statements`() async throws {
        let engine = engine
        let task = Task {
            try await engine.withSession { session in
                while true { try session.query("FROM range(10)") { _ in } }
            }
        }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `A task cancelled before its turn does not wait for it`() async throws {
        let engine = try DuckDBEngine(configuration: DuckDBConfiguration(threads: 1, sessions: 1))
        let first = Task { try await engine.withSession { try $0.collect(Self.endless).rowCount } }
        try await Task.sleep(for: .milliseconds(100))
        let second = Task { try await engine.withSession { try $0.collect("SELECT 1").rowCount } }
        try await Task.sleep(for: .milliseconds(50))
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
    }

    @Test func `A query over the memory limit is refused and the engine goes on`() async throws {
        try await withTemporaryFolder { folder in
            let configuration = DuckDBConfiguration(
                memoryLimitInBytes: 32 << 20, threads: 1, temporaryDirectory: folder.appendingPathComponent("spill"))
            let engine = try DuckDBEngine(configuration: configuration)
            let error = await #expect(throws: QueryError.self) {
                try await engine.withSession { try $0.collect("SELECT list(range) AS l FROM range(100000000)") }
            }
            guard case .outOfMemory? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(error?.code == .requestLimitExceeded)
            #expect(try await engine.withSession { try $0.collect("SELECT 1 AS n").rowCount } == 1)
            await engine.close()
        }
    }

    @Test func `Settings and extensions cannot be changed by a statement`() async throws {
        let refused = [
            "SET memory_limit = '1TB'", "SET GLOBAL threads = 64", "INSTALL httpfs", "LOAD httpfs", "RESET TimeZone",
        ]
        for sql in refused {
            await #expect(throws: QueryError.self, "\(sql)") { try await engine.withSession { try $0.execute(sql) } }
        }
    }

    @Test func `A missing library is an error that names the mend`() async throws {
        let missing = NativeLibrary(name: "DuckDB", file: "libnothing-here.so", variable: "MARTLET_DUCKDB_NOWHERE")
        let engine = try DuckDBEngine(library: missing)
        let error = await #expect(throws: NativeLibraryError.self) {
            try await engine.withSession { try $0.execute("SELECT 1") }
        }
        #expect(error?.code == .featureDisabled)
        #expect(error?.message.contains("make setup") == true)
        #expect(error?.message.contains("MARTLET_DUCKDB_NOWHERE") == true)
    }

    @Test func `A library that is not DuckDB is an error that names the mend`() async throws {
        let other = NativeLibrary(name: "DuckDB", file: "libm.so.6", variable: "MARTLET_NOWHERE")
        let engine = try DuckDBEngine(library: other)
        let error = await #expect(throws: QueryError.self) {
            try await engine.withSession { try $0.execute("SELECT 1") }
        }
        #expect(error == .unsupportedLibrary(missing: "duckdb_library_version"))
        #expect(error?.message.contains("make setup") == true)
    }

    @Test func `Settings that make no sense are refused with every problem`() async throws {
        let error = #expect(throws: QueryError.self) {
            try DuckDBEngine(configuration: DuckDBConfiguration(memoryLimitInBytes: -1, threads: 0, sessions: 0))
        }
        guard case .invalidConfiguration(let problems)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(problems.count == 3)
    }
}
