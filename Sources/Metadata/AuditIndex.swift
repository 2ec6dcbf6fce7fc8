package import AuditLog
package import Foundation
import GRDB
package import MartletDomain

/// Finds entries of the log without reading all of them: a file beside the log, made from it and brought up to it
/// before each search. It may be deleted at any time. What it finds is read from the log itself.
package final class AuditIndex: Sendable {
    /// Another layout, or another choice of what an entry is about, gets another number, and the file is made anew.
    private static let layout = 2

    private let file: URL
    private let queue: DatabaseQueue

    /// Opens the file, making it when it is not there, is of another layout, or can't be read.
    package init(_ file: URL) throws {
        self.file = file
        do {
            queue = try Self.open(file)
        } catch {
            for suffix in ["", "-wal", "-shm", "-journal"] {
                try? FileManager.default.removeItem(atPath: file.path + suffix)
            }
            do {
                queue = try Self.open(file)
            } catch {
                throw StoreError.unreadable(path: file.path, reason: reason(of: error))
            }
        }
    }

    private static func open(_ file: URL) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL") }
        let queue = try DatabaseQueue(path: file.path, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
            guard found != layout else { return }
            guard found == 0 else { throw StoreError.newerSchema(found: Int64(found), known: Int64(layout)) }
            try database.execute(
                sql: """
                    CREATE TABLE events (
                        position INTEGER PRIMARY KEY, event_id TEXT NOT NULL, time INTEGER NOT NULL, user TEXT NOT NULL,
                        service TEXT NOT NULL, action TEXT NOT NULL, is_refused INTEGER NOT NULL
                    );
                    CREATE INDEX events_by_id ON events (event_id);
                    CREATE INDEX events_by_time ON events (time, position);
                    CREATE INDEX events_by_user ON events (user, position);
                    CREATE INDEX events_by_action ON events (service, action, position);
                    CREATE INDEX events_by_service ON events (service, position);
                    CREATE INDEX events_refused ON events (position) WHERE is_refused = 1;
                    CREATE TABLE objects (
                        object TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (object, position)
                    ) WITHOUT ROWID;
                    PRAGMA user_version = \(layout);
                    """)
        }
        return queue
    }

    /// How many entries the index has: the next position to be taken in.
    package func size() throws -> Int64 {
        try queue.read { try Int64.fetchOne($0, sql: "SELECT COALESCE(MAX(position) + 1, 0) FROM events") ?? 0 }
    }

    /// Takes in entries that follow one another. Those that it has already are left as they are.
    package func add(_ entries: [(position: Int64, entry: AuditEntry)]) throws {
        try queue.write { database in
            let event = try database.cachedStatement(
                sql: """
                    INSERT OR IGNORE INTO events (position, event_id, time, user, service, action, is_refused)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """)
            let object = try database.cachedStatement(
                sql: "INSERT OR IGNORE INTO objects (object, position) VALUES (?, ?)")
            for (position, entry) in entries {
                let time = Int64(((entry.time?.timeIntervalSince1970 ?? 0) * 1_000).rounded())
                try event.execute(arguments: [
                    position, entry.eventID, time, entry.userIdentity.name, entry.serviceName, entry.actionName,
                    entry.response.statusCode >= 400,
                ])
                for text in AuditQuery.objects(of: entry.requestParams) {
                    try object.execute(arguments: [text, position])
                }
            }
        }
    }

    /// Forgets everything: the log is not the one that was taken in.
    package func clear() throws {
        try queue.write { try $0.execute(sql: "DELETE FROM events; DELETE FROM objects") }
    }

    /// Positions that a query lets through.
    ///
    /// - Parameters:
    ///   - before: Only lower positions, the highest first; with `after` only higher ones, the lowest first.
    package func positions(
        of query: AuditQuery, before: Int64? = nil, after: Int64? = nil, limit: Int
    ) throws -> [Int64] {
        var (conditions, arguments): ([String], [(any DatabaseValueConvertible)?]) = ([], [])
        func ask(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            conditions.append(condition)
            arguments.append(value)
        }
        ask("o.object = ?", query.object)
        ask("e.user = ?", query.user)
        ask("e.service = ?", query.service)
        ask("e.action = ?", query.action)
        ask("e.time >= ?", query.since)
        ask("e.time < ?", query.until)
        ask("e.position < ?", before)
        ask("e.position > ?", after)
        switch query.outcome {
        case .done?: conditions.append("e.is_refused = 0")
        case .refused?: conditions.append("e.is_refused = 1")
        case nil: break
        }
        let join = query.object == nil ? "" : "JOIN objects o ON o.position = e.position "
        let filter = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND ")) "
        let order = after == nil ? "DESC" : "ASC"
        arguments.append(Int64(limit))
        let sql = "SELECT e.position FROM events e \(join)\(filter)ORDER BY e.position \(order) LIMIT ?"
        let bound = StatementArguments(arguments)
        return try queue.read { try Int64.fetchAll($0, sql: sql, arguments: bound) }
    }

    /// The position of an event; nil if the index has none of that id.
    package func position(ofEvent id: String) throws -> Int64? {
        try queue.read {
            try Int64.fetchOne($0, sql: "SELECT position FROM events WHERE event_id = ? LIMIT 1", arguments: [id])
        }
    }

    package func close() throws { try queue.close() }
}
