internal import CDuckDB
import Foundation
import Synchronization

/// One connection, used by the thread that its session was lent to; only ``cancel()`` may come from elsewhere.
///
/// Unchecked: the handle is behind a lock where two threads meet, which is between interrupting and closing.
final class DuckDBConnection: @unchecked Sendable {
    let database: DuckDBDatabase
    private let handle: duckdb_connection
    /// Bytes of the files that its statements have written.
    let written = Atomic<Int64>(0)
    private let state = Mutex((isOpen: true, isCancelled: false))

    var library: DuckDBLibrary { database.library }

    init(_ database: DuckDBDatabase) throws {
        var opened: duckdb_connection?
        guard database.library.functions.connect(database.handle, &opened) == DuckDBSuccess, let opened else {
            throw QueryError.notStarted("no connection")
        }
        (self.database, handle) = (database, opened)
    }

    deinit { close() }

    /// The handle, for the session's own thread, unless the session is over or cancelled.
    func use() throws -> duckdb_connection {
        let (isOpen, isCancelled) = state.withLock { $0 }
        if isCancelled { throw CancellationError() }
        guard isOpen else { throw QueryError.closed }
        return handle
    }

    func close() {
        state.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            var closing: duckdb_connection? = handle
            library.functions.disconnect(&closing)
        }
    }

    /// Interrupts the statement under way and refuses further ones.
    ///
    /// DuckDB forgets an interrupt that arrives just before a statement begins: it is repeated until the session ends.
    func cancel() {
        state.withLock { $0.isCancelled = true }
        guard interrupt() else { return }
        let thread = Thread {
            repeat { Thread.sleep(forTimeInterval: 0.02) } while self.interrupt()
        }
        thread.name = "query interrupt"
        thread.start()
    }

    /// False when the session has ended.
    private func interrupt() -> Bool {
        state.withLock { state in
            if state.isOpen { library.functions.interrupt(handle) }
            return state.isOpen
        }
    }
}

/// Carries a task's cancellation to the connection that is opened later on another thread.
final class SessionCancellation: Sendable {
    private let state = Mutex((isCancelled: false, connection: DuckDBConnection?.none))

    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            return state.connection
        }?.cancel()
    }

    func attach(_ connection: DuckDBConnection) throws {
        let isCancelled = state.withLock { state in
            state.connection = connection
            return state.isCancelled
        }
        if isCancelled { throw CancellationError() }
    }
}
