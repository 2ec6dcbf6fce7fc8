import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Keeps statements from filling the disk: looks once a second at what those under way have written and at the room that is
/// left, and stops who goes too far. One that takes less than a second is looked at when it is done.
final class WriteRoom: Sendable {
    private struct Statement {
        var connection: DuckDBConnection
        /// Nil for one that writes no file, but may put rows aside on the disk.
        var file: String?
        var excess: QueryError?
    }

    private struct State {
        var statements: [Int: Statement] = [:]
        var next = 0
        var isLooking = false
    }

    private let kept: Int64?
    private let limit: Int64?
    /// Where statements write: the folder in which rows are put aside, and those of files.
    private let folders: [String]
    private let state = Mutex(State())

    init(_ configuration: DuckDBConfiguration, spillingTo folder: URL) {
        (kept, limit) = (configuration.keptFreeInBytes, configuration.writeLimitInBytes)
        folders = [folder.path] + (configuration.folders ?? []).map(\.path)
    }

    /// Runs a statement of `connection`, which is stopped when there is no room for it.
    /// - Throws: What `body` throws, ``QueryError/diskFull(freeInBytes:keptInBytes:)``, ``QueryError/writeLimit(bytes:)``.
    func watching<Result>(
        _ connection: DuckDBConnection, writing file: String?, _ body: () throws -> Result
    ) throws -> Result {
        if let file, let excess = lack(in: [(file as NSString).deletingLastPathComponent]) { throw excess }
        let ticket = begin(Statement(connection: connection, file: file))
        let result: Swift.Result<Result, any Error> = Swift.Result { try body() }
        if let excess = end(ticket) { throw excess }
        let done = try result.get()
        if let file { try count(file, connection) }
        return done
    }

    private func begin(_ statement: Statement) -> Int {
        let (ticket, isFirst) = state.withLock { state in
            state.next &+= 1
            state.statements[state.next] = statement
            defer { state.isLooking = true }
            return (state.next, !state.isLooking)
        }
        if isFirst {
            let thread = Thread { while self.look() {} }
            thread.name = "write room"
            thread.start()
        }
        return ticket
    }

    /// - Returns: Why it was stopped, if it was.
    private func end(_ ticket: Int) -> QueryError? {
        state.withLock { $0.statements.removeValue(forKey: ticket) }?.excess
    }

    /// The file counts from now on for its session.
    private func count(_ file: String, _ connection: DuckDBConnection) throws(QueryError) {
        let all = connection.written.add(Self.size(of: file), ordering: .relaxed).newValue
        if let limit, all > limit { throw .writeLimit(bytes: limit) }
    }

    /// - Returns: Whether somebody has to look again.
    private func look() -> Bool {
        Thread.sleep(forTimeInterval: 1)
        let lack = lack(in: folders)
        let (stopped, isLooking) = state.withLock { state -> ([DuckDBConnection], Bool) in
            var stopped: [DuckDBConnection] = []
            for (ticket, statement) in state.statements where statement.excess == nil {
                guard let excess = lack ?? overrun(of: statement) else { continue }
                state.statements[ticket]?.excess = excess
                stopped.append(statement.connection)
            }
            state.isLooking = !state.statements.isEmpty
            return (stopped, state.isLooking)
        }
        for connection in stopped { connection.cancel() }
        return isLooking
    }

    private func overrun(of statement: Statement) -> QueryError? {
        guard let limit, let file = statement.file else { return nil }
        let all = Self.size(of: file) + statement.connection.written.load(ordering: .relaxed)
        return all > limit ? .writeLimit(bytes: limit) : nil
    }

    /// What is the matter when the disk of one of `folders` has too little room.
    private func lack(in folders: [String]) -> QueryError? {
        for folder in folders {
            var disk = statvfs()
            guard statvfs(folder, &disk) == 0 else { continue }
            let block = Int64(clamping: disk.f_frsize)
            func bytes(_ blocks: Int64) -> Int64 {
                let (bytes, overflow) = blocks.multipliedReportingOverflow(by: block)
                return overflow ? .max : bytes
            }
            let free = bytes(Int64(clamping: disk.f_bavail))
            let kept = self.kept ?? min(1 << 30, bytes(Int64(clamping: disk.f_blocks)) / 20)
            if free < kept { return .diskFull(freeInBytes: free, keptInBytes: kept) }
        }
        return nil
    }

    private static func size(of file: String) -> Int64 {
        var attributes = stat()
        return stat(file, &attributes) == 0 ? Int64(attributes.st_size) : 0
    }
}
