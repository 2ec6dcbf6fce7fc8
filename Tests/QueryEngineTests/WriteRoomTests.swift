import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite(.timeLimit(.minutes(2))) struct WriteRoomTests {
    private static let endless = "SELECT hash(range) AS h FROM range(1000000000000)"

    private func engine(keptFree: Int64? = nil, limit: Int64? = nil) throws -> DuckDBEngine {
        var configuration = DuckDBConfiguration(threads: 1)
        (configuration.keptFreeInBytes, configuration.writeLimitInBytes) = (keptFree, limit)
        return try DuckDBEngine(configuration: configuration)
    }

    private func write(_ sql: String, _ name: String, in folder: URL, _ session: any QuerySession) throws {
        let file = folder.appendingPathComponent(name).path
        try session.execute("COPY (\(sql)) TO \(quotedLiteral(file)) (FORMAT parquet)", writing: file)
    }

    @Test func `A statement that writes more than a session may is stopped`() async throws {
        try await withTemporaryFolder { folder in
            let engine = try engine(limit: 1 << 20)
            await #expect(throws: QueryError.writeLimit(bytes: 1 << 20)) {
                try await engine.withSession { try write(Self.endless, "endless", in: folder, $0) }
            }
            // What is short is looked at when it is done, and all files of a session count.
            let part = "SELECT hash(range) AS h FROM range(100000)"
            try await engine.withSession { try write(part, "one", in: folder, $0) }
            await #expect(throws: QueryError.writeLimit(bytes: 1 << 20)) {
                try await engine.withSession { session in
                    for name in ["one", "two"] { try write(part, name, in: folder, session) }
                }
            }
            await engine.close()
        }
    }

    @Test func `A disk with less room than is to be left takes nothing`() async throws {
        try await withTemporaryFolder { folder in
            let engine = try engine(keptFree: .max)
            let error = await #expect(throws: QueryError.self) {
                try await engine.withSession { try write("SELECT 1 AS n", "small", in: folder, $0) }
            }
            guard case .diskFull(let free, .max)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(free > 0 && error?.code == .requestLimitExceeded)
            #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("small").path))
            await engine.close()
        }
    }

    @Test func `What is interrupted throws from its queries, and from no other's`() async throws {
        let engine = try engine()
        let (queries, (began, begin)) = (QueryInterruption(), AsyncStream.makeStream(of: Void.self))
        try await QueryInterruption.$current.withValue(queries) {
            let endless = Task {
                try await engine.withSession { session in
                    begin.yield()
                    try session.query("FROM range(1000000000000)") { _ in }
                }
            }
            for await _ in began { break }
            try Task.checkCancellation()
            queries.interrupt()
            await #expect(throws: CancellationError.self) { try await endless.value }
            #expect(!Task.isCancelled)
            await #expect(throws: CancellationError.self) {
                try await engine.withSession { try $0.collect("SELECT 1") }
            }
        }
        #expect(try await engine.withSession { try $0.collect("SELECT 1 AS n").rowCount } == 1)
        await engine.close()
    }
}
