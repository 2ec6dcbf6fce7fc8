package import Foundation
import GRDB
package import MartletDomain
import Synchronization

/// The metadata database: everything that Martlet knows which is not a file or a table.
///
/// ``change(_:by:_:)`` is the only way to write. The state change and its audit entry commit in one transaction; a refusal
/// (a ``MartletError`` thrown inside) undoes the change and commits its entry. Waiting changes are committed together, and
/// each is acknowledged only after the commit that holds it is durable.
package final class Store: Sendable {
    /// What a success means for a power cut.
    package enum Durability: String, Sendable {
        /// Each group is on disk before any of it is acknowledged.
        case full
        /// The operating system may still hold the newest groups; for tests and throw-away workspaces.
        case normal
    }

    private let pool: DatabasePool
    private let writer: GroupWriter
    private let door = ReadDoor(room: Store.longReads)
    /// What time it is for everything that the workspace records.
    package let clock: WallClock
    /// The log that every change writes to.
    package let trail: AuditTrail

    /// Opens the database at `url`, making it when it is not there, and brings its schema up to date. One process at a
    /// time may have it open as a store.
    ///
    /// - Parameters:
    ///   - identity: Whose log this is: the checkpoint's signer and the workspace's id.
    ///   - policyDigest: The digest of the policy in force (64 hexadecimal digits), written into every entry.
    ///   - largestGroup: How many changes share one commit at most.
    ///   - longestRun: A group that has run for so long is committed, and who else waits is in the next one.
    ///   - clock: What time it is.
    ///   - migrations: The schema, for a store that is not a workspace's.
    ///   - isLogged: Whether changes leave entries. Only what measures the cost of the log leaves them out.
    ///   - authorize: Asked inside each change, before its body; a ``MartletError`` thrown here refuses the change, and
    ///     the refusal is logged as any other.
    ///   - state: What an action changes, asked before and after it with the facts that it noted: the digests of both
    ///     go
    ///     into its entry.
    ///   - promoted: Called after a commit that put a model version in front of callers. It must not wait.
    /// - Throws: ``StoreError``, ``AuditTrailError`` or `AuditLogError`; nothing was then changed.
    package init(
        at url: URL, identity: AuditIdentity, policyDigest: String? = nil, durability: Durability = .full,
        largestGroup: Int = 512, longestRun: Duration = .milliseconds(50), clock: WallClock = .system,
        migrations: [Migration] = Migration.all, isLogged: Bool = true,
        authorize: @escaping @Sendable (AuditAction, Caller) throws -> Void = { _, _ in },
        state: @escaping @Sendable (AuditAction, _ isAfter: Bool) -> [StateQuery] = { _, _ in [] },
        promoted: @escaping @Sendable () -> Void = {}
    ) throws {
        self.clock = clock
        do {
            let pool = try DatabasePool(path: url.path, configuration: Self.configuration)
            trail = try pool.writeWithoutTransaction { database in
                // The pool has set NORMAL by now, so this comes after it.
                try database.execute(sql: "PRAGMA synchronous = \(durability == .full ? "FULL" : "NORMAL")")
                // Commits move this many pages (of 4 KiB) of the write-ahead log at once into the database. After a long
                // read has let it grow, the file is cut to this many bytes again.
                try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
                try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
                try Migration.refuseNewer(than: migrations, database)
                try Migration.apply([.foundation], to: database)
                let trail = try database.reading {
                    try AuditTrail(identity: identity, policyDigest: policyDigest, Snapshot(database))
                }
                try Migration.apply(migrations, to: database)
                return trail
            }
            writer = GroupWriter(
                pool: pool, trail: trail, largestGroup: largestGroup, longestRun: longestRun, clock: clock,
                authorize: authorize, promoted: promoted, isLogged: isLogged, state: state)
            self.pool = pool
        } catch let error as DatabaseError {
            throw StoreError.unreadable(path: url.path, reason: reason(of: error))
        }
    }

    /// How many reads of many rows run at once. Each connection keeps pages of its own.
    private static let longReads = max(4, min(16, 2 * ProcessInfo.processInfo.activeProcessorCount))

    private static var configuration: Configuration {
        var configuration = Configuration()
        // And one for each thread that may look something up, so that it never waits for those.
        configuration.maximumReaderCount = longReads + ProcessInfo.processInfo.activeProcessorCount
        configuration.busyMode = .timeout(5)
        // A rollback that the disk refuses is tried again with the next group; GRDB would end the process.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA foreign_keys = ON")
            // As PostgreSQL and MLflow have it.
            try database.execute(sql: "PRAGMA case_sensitive_like = ON")
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
            // KiB of pages that each connection keeps: the upper levels of a large workspace's trees.
            try database.execute(sql: "PRAGMA cache_size = -8000")
        }
        return configuration
    }

    /// Runs `body` on the newest committed state. Readers never wait for writers. A cancelled task stops reading.
    package func read<Value: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> Value) async throws -> Value {
        try await door.through { [pool] in try await pool.read { try body(Snapshot($0)) } }
    }

    /// Runs `body`, which looks up a few rows by their keys, on the newest committed state.
    ///
    /// It runs on the thread that asks: handing it over and back would take longer than the reading. Whatever may read many
    /// rows belongs in ``read(_:)``.
    package func lookUp<Value: Sendable>(_ body: (Snapshot) throws -> Value) throws -> Value {
        try door.throughAtOnce { try pool.read { try body(Snapshot($0)) } }
    }

    /// Runs `body` as one transaction, with its audit entry, and returns when both are durable.
    ///
    /// A change that was handed over is made even if the task that waits for it is cancelled: otherwise nobody could say
    /// whether it was.
    @discardableResult
    package func change<Result: Sendable>(
        _ action: AuditAction, by caller: Caller, _ body: @escaping @Sendable (Transaction) throws -> Result
    ) async throws -> Result {
        do {
            return try await withCheckedThrowingContinuation { continuation in
                submit(Change(action: action, caller: caller, body: body, continuation: continuation))
            }
        } catch {
            if error is any MartletError { RefusalTrace.current?.noteLogged() }
            throw error
        }
    }

    func submit(_ change: any PendingChange) { writer.submit(change) }

    /// How many times since opening a group of changes was made durable.
    package var commits: Int { writer.commits.load(ordering: .relaxed) }

    /// How many changes wait for the next group.
    package var waiting: Int { writer.waiting }

    /// Commits what waits, refuses what comes later, lets readers finish, and closes the file.
    package func close() async throws {
        await writer.finish()
        await door.close()
        try pool.close()
    }
}

extension Database {
    /// Runs `body` in a transaction that only reads.
    fileprivate func reading<Result>(_ body: () throws -> Result) throws -> Result {
        try beginTransaction(.deferred)
        defer { try? rollback() }
        return try body()
    }
}
