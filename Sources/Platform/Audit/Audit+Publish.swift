import AuditLog
import Foundation
package import MartletDomain
import Metadata

/// A checkpoint that left the database.
package struct PublishedCheckpoint: Sendable, Equatable {
    package var number: Int64
    package var size: Int
    /// As the log's key signed it, with the cosignatures of witnesses behind.
    package var note: String
    /// Milliseconds since 1970 UTC.
    package var publishedAt: Int64
    /// `schedule`, `promotion`, `request`, `push`, `proof`, `cosigned`.
    package var reason: String
    package var witnesses: [String]
}

extension Audit {
    /// Lets the newest signed checkpoint leave: it is kept with when and why.
    ///
    /// - Parameter reason: why, in a word.
    /// - Returns: the checkpoint; the entry that tells of this is behind it.
    @discardableResult
    package func publish(because reason: String, by caller: Caller) async throws -> PublishedCheckpoint {
        try await store.change(AuditAction("audit", "publish_checkpoint", ["reason": reason]), by: caller) { db in
            guard let note = try StoredLog(db).newestNote() else { throw AuditError.notPublished }
            let size = try Checkpoint(text: try SignedNote(parsing: note).text).size
            db.note("size", "\(size)")
            return try db.leave(note, size: size, because: reason)
        }
    }

    /// The largest checkpoint that left; nil if none has.
    package func newestPublished() async throws -> PublishedCheckpoint? {
        try await store.read { try $0.largestPublished() }
    }

    /// Checkpoints that left, the last to leave first.
    package func published(before number: Int64? = nil, limit: Int) async throws -> [PublishedCheckpoint] {
        try await store.read { try $0.published(before: number, limit: limit) }
    }

    /// Whether the log has something that no published checkpoint covers, other than entries of its own keeping.
    func hasNews() async throws -> Bool {
        try await store.read { db in
            guard let newest = try db.largestPublished() else { return true }
            var (isNews, count) = (false, 0)
            try db.forEach(
                "SELECT entry FROM audit_entries WHERE position >= ? ORDER BY position LIMIT 64",
                [.integer(Int64(newest.size))]
            ) { row in
                count += 1
                isNews = try isNews || !AuditEntry(encoded: row.blob("entry")).isOfKeeping
            }
            return isNews || count == 64
        }
    }
}

extension AuditEntry {
    /// Whether it tells only of checkpoints that left.
    fileprivate var isOfKeeping: Bool {
        serviceName == "audit"
            && ["publish_checkpoint", "push_checkpoint", "cosign", "ask_witness"].contains(actionName)
    }
}

extension Transaction {
    /// Keeps a checkpoint that leaves now.
    func leave(_ note: String, size: Int, because reason: String) throws -> PublishedCheckpoint {
        let number = try next("audit_checkpoint")
        try execute(
            "INSERT INTO audit_checkpoints (number, size, note, published_at, reason) VALUES (?, ?, ?, ?, ?)",
            [.integer(number), .integer(Int64(size)), .text(note), .integer(now), .text(reason)])
        return try completed(number, size, note, now, reason)
    }
}

extension Snapshot {
    /// The largest checkpoint that left; nil if none has. One of an export leaves when a witness hands it in, which may
    /// be after a larger one.
    func largestPublished() throws -> PublishedCheckpoint? {
        try row(
            "SELECT number, size, note, published_at, reason FROM audit_checkpoints "
                + "ORDER BY size DESC, number DESC LIMIT 1"
        ).map { try completed($0) }
    }

    /// Checkpoints that left, the last to leave first.
    func published(before number: Int64?, limit: Int) throws -> [PublishedCheckpoint] {
        try rows(
            "SELECT number, size, note, published_at, reason FROM audit_checkpoints WHERE number < ? "
                + "ORDER BY number DESC LIMIT ?",
            [.integer(number ?? .max), .integer(Int64(min(max(1, limit), 1_000)))]
        ).map { try completed($0) }
    }

    /// The newest of the checkpoints of this size; nil if none left.
    func published(size: Int) throws -> PublishedCheckpoint? {
        try row(
            "SELECT number, size, note, published_at, reason FROM audit_checkpoints WHERE size = ? "
                + "ORDER BY number DESC LIMIT 1", [.integer(Int64(size))]
        ).map { try completed($0) }
    }

    /// The newest that covers a position; nil if none does.
    func published(covering position: Int64) throws -> PublishedCheckpoint? {
        try largestPublished().flatMap { Int64($0.size) > position ? $0 : nil }
    }

    private func completed(_ row: SQLRow) throws -> PublishedCheckpoint {
        guard let size = Int(exactly: try row.integer("size")) else {
            throw StoreError.unexpectedValue(column: "size")
        }
        return try completed(
            row.integer("number"), size, row.text("note"), row.integer("published_at"), row.text("reason"))
    }

    /// Puts the cosignatures behind the log's own signature.
    func completed(
        _ number: Int64, _ size: Int, _ note: String, _ publishedAt: Int64, _ reason: String
    ) throws -> PublishedCheckpoint {
        var signed = try SignedNote(parsing: note)
        var witnesses: [String] = []
        try forEach(
            "SELECT witness, key_id, signature FROM audit_cosignatures WHERE size = ? ORDER BY witness, key_id",
            [.integer(Int64(size))]
        ) { row in
            guard let id = UInt32(exactly: try row.integer("key_id")) else {
                throw StoreError.unexpectedValue(column: "key_id")
            }
            let name = try row.text("witness")
            signed.add(.init(keyName: name, keyID: id, bytes: try row.blob("signature")))
            witnesses.append(name)
        }
        return PublishedCheckpoint(
            number: number, size: size, note: signed.encoded, publishedAt: publishedAt, reason: reason,
            witnesses: witnesses)
    }
}
