import AuditLog
import Foundation
import GRDB
import MartletDomain
import Metadata

/// A database in a fresh folder, with a table to write to and a count of commits.
struct TemporaryStore: Sendable {
    let folder: URL
    let identity: AuditIdentity

    var file: URL { folder.appending(path: "metadata.sqlite") }
    var key: LogVerificationKey { identity.key.verificationKey }

    /// The checkpoint is written once in each commit, so that counting its versions counts commits.
    static let migrations =
        Array(Migration.all.prefix(1)) + [
            Migration(
                2, "notes",
                [
                    "CREATE TABLE notes (number BIGINT NOT NULL PRIMARY KEY, body TEXT NOT NULL)",
                    "CREATE TABLE children (number BIGINT NOT NULL PRIMARY KEY REFERENCES notes (number))",
                    "CREATE TABLE commits (count BIGINT NOT NULL)",
                    "INSERT INTO commits (count) VALUES (0)",
                    """
                    CREATE TRIGGER first_commit AFTER INSERT ON audit_checkpoint
                    BEGIN UPDATE commits SET count = count + 1; END
                    """,
                    """
                    CREATE TRIGGER later_commit AFTER UPDATE ON audit_checkpoint
                    BEGIN UPDATE commits SET count = count + 1; END
                    """,
                ])
        ]

    /// Lends a fresh folder and removes it afterwards.
    static func with<Result>(_ body: (TemporaryStore) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-metadata-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = try LogSigningKey(name: "test.example/log", seed: Array(0..<32))
        return try await body(
            TemporaryStore(folder: folder, identity: AuditIdentity(workspaceID: "test", key: key)))
    }

    func open(
        durability: Store.Durability = .normal, largestGroup: Int = 512,
        longestRun: Duration = .seconds(60), migrations: [Migration] = TemporaryStore.migrations,
        authorize: @escaping @Sendable (AuditAction, Caller) throws -> Void = { _, _ in }
    ) throws -> Store {
        try Store(
            at: file, identity: identity, durability: durability, largestGroup: largestGroup,
            longestRun: longestRun, migrations: migrations, authorize: authorize)
    }

    func verify(keeping kept: String? = nil) throws -> AuditVerification {
        try AuditArchive(file).verify(by: key, keeping: kept)
    }

    /// The newest checkpoint, as its keeper would keep it.
    func checkpoint() throws -> String {
        try rawSQL { try String.fetchOne($0, sql: "SELECT note FROM audit_checkpoint") ?? "" }
    }

    /// What somebody with the file and any SQL tool may do.
    func rawSQL<Result>(_ body: (Database) throws -> Result) throws -> Result {
        let queue = try DatabaseQueue(path: file.path)
        defer { try? queue.close() }
        return try queue.write(body)
    }

    func tamper(_ sql: String) throws { try rawSQL { try $0.execute(sql: sql) } }
}

let engineer = Caller(User(name: "engineer", roles: [.contributor]), requestID: "request-1", userAgent: "tests")

extension Store {
    /// Writes a note under the next number, and says which.
    @discardableResult
    func write(_ body: String) async throws -> Int64 {
        try await change(AuditAction("notes", "write", ["body": body]), by: engineer) { try $0.write(body) }
    }

    func refuseToWrite(_ body: String) async throws {
        try await change(AuditAction("notes", "write", ["body": body]), by: engineer) { db in
            try db.write(body)
            db.note("written", "yes")
            throw InvalidRequest("no \(body) here")
        }
    }

    func notes() async throws -> [String] {
        try await read { try $0.rows("SELECT body FROM notes ORDER BY number").map { try $0.text("body") } }
    }

    func commits() async throws -> Int64 {
        try await read { try $0.row("SELECT count FROM commits")?.integer("count") ?? 0 }
    }

    func entries() async throws -> [AuditEntry] {
        try await read { db in
            try db.rows("SELECT entry FROM audit_entries ORDER BY position").map {
                try AuditEntry(encoded: $0.blob("entry"))
            }
        }
    }

    /// Makes sure that these changes wait together, so that they are committed as one group.
    /// - Returns: What each threw, nil where it was made.
    func together(_ changes: [@Sendable (Store) async throws -> Void]) async throws -> [(any Error)?] {
        let (isHeld, goOn) = (Shared(false), DispatchSemaphore(value: 0))
        async let first: Void = change(AuditAction("tests", "hold_up"), by: engineer) { _ in
            isHeld.change { $0 = true }
            goOn.wait()
        }
        while !isHeld.value { try await Task.sleep(for: .milliseconds(1)) }
        let errors = Shared([(any Error)?](repeating: nil, count: changes.count))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, change) in changes.enumerated() {
                group.addTask {
                    do { try await change(self) } catch { errors.change { $0[index] = error } }
                }
                // One after the other, so that they wait in this order.
                while waiting <= index { try await Task.sleep(for: .milliseconds(1)) }
            }
            goOn.signal()
            try await group.waitForAll()
        }
        try await first
        return errors.value
    }
}

extension Transaction {
    @discardableResult
    func write(_ body: String) throws -> Int64 {
        let number = try next("note")
        try execute("INSERT INTO notes (number, body) VALUES (?, ?)", [.integer(number), .text(body)])
        return number
    }
}
