import Foundation
package import NativeLoader
import Synchronization

/// DuckDB in this process, on an in-memory database: tables live in files and in temporary tables of a session.
///
/// The library is opened by the first session, so that a program without it starts and can say what is missing. Close
/// the engine before the program exits: leaving `main` while a query runs may crash.
package final class DuckDBEngine: QueryEngine {
    package let configuration: DuckDBConfiguration
    private let native: NativeLibrary
    private let gate: SessionGate
    private let database = Mutex(DuckDBDatabase?.none)

    /// Opens nothing yet.
    /// - Throws: ``QueryError/invalidConfiguration(_:)``.
    package init(
        configuration: DuckDBConfiguration = DuckDBConfiguration(), library: NativeLibrary = .duckDB
    ) throws(QueryError) {
        let problems = configuration.problems
        guard problems.isEmpty else { throw .invalidConfiguration(problems) }
        (self.configuration, native) = (configuration, library)
        gate = SessionGate(limit: configuration.sessions)
    }

    /// - Throws: What `body` throws; `NativeLibraryError` when DuckDB is missing; `CancellationError`; ``QueryError``.
    package func withSession<Result: Sendable>(
        _ body: @escaping @Sendable (any QuerySession) throws -> Result
    ) async throws -> Result {
        let cancellation = SessionCancellation()
        let interruption = QueryInterruption.current
        try interruption?.begin(cancellation)
        defer { interruption?.end(cancellation) }
        return try await withTaskCancellationHandler {
            try await gate.run {
                let connection = try DuckDBConnection(self.opened())
                defer { connection.close() }
                try cancellation.attach(connection)
                do {
                    return try body(DuckDBSession(connection))
                } catch let error as QueryError {
                    if case .engineFailed = error { self.forget(connection.database) }
                    throw error
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
    }

    /// Waits for the sessions under way, refuses new ones, and gives memory and temporary files back.
    package func close() async {
        await gate.close()
        database.withLock { $0 = nil }
    }

    /// DuckDB's own version: `v1.5.5`.
    package func version() async throws -> String {
        try await gate.run { try self.opened().library.version }
    }

    private func opened() throws -> DuckDBDatabase {
        try database.withLock { database in
            if let database { return database }
            let opened = try DuckDBDatabase(DuckDBLibrary(native), configuration)
            database = opened
            return opened
        }
    }

    private func forget(_ broken: DuckDBDatabase) {
        database.withLock { if $0 === broken { $0 = nil } }
    }
}
