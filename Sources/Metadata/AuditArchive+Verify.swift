package import AuditLog
import GRDB

extension AuditArchive {
    /// Recomputes every hash of the log and holds it against the checkpoint that `key` signed.
    ///
    /// - Parameters:
    ///   - key: The log's public key, best from where the workspace's keepers cannot change it.
    ///   - kept: A checkpoint from an earlier day: all that it signed must still be there, as it was.
    /// - Throws: What is wrong with `kept` or with the file. What is wrong with the log is in the result.
    package func verify(by key: LogVerificationKey, keeping kept: String? = nil) throws -> AuditVerification {
        if let kept { _ = try Checkpoint(note: kept, verifiedBy: key) }
        return try read { db in
            let stored = try db.row("SELECT size, edge, note FROM audit_checkpoint WHERE id = 1")
            let note = stored.map { (try? $0.text("note")) ?? "" }
            var verifier = AuditVerifier(checkpoint: note ?? "", key: key)
            var keeper = kept.map { KeptCheckpoint($0, key: key) }
            let (end, unread) = Self.feed(db) { row, hash in
                verifier.add(position: row.position, sizeInBytes: row.entry.count, hash: hash, leafHash: row.leaf)
                keeper?.add(position: row.position, sizeInBytes: row.entry.count, hash: hash)
            }
            let tiles = try StoredTiles(db)
            var found = verifier.finish(tileRoots: tiles.roots(belowPosition: end))
            if note == nil {
                found.problems.removeAll { $0.kind == .checkpoint }
                // A workspace signs its first entry when it is made, so an empty log has lost something.
                found.problems.append(.init(.checkpoint, "there is no signed checkpoint"))
            }
            if let stored, !Self.edgeFits(stored, try? Checkpoint(note: note ?? "", verifiedBy: key)) {
                found.problems.append(.init(.checkpoint, "the tree's stored edge is not that of the checkpoint"))
            }
            found.problems += tiles.problems(belowPosition: end) + unread
            keeper?.judge(&found)
            return found
        }
    }

    /// Whether the log can be gone on with from what is stored beside the checkpoint.
    private static func edgeFits(_ row: SQLRow, _ checkpoint: Checkpoint?) -> Bool {
        guard let checkpoint else { return true }
        let edge = (try? row.blob("edge")) ?? []
        let hashes = stride(from: 0, to: edge.count, by: MerkleHash.byteCount)
            .compactMap { MerkleHash(edge[$0..<min($0 + MerkleHash.byteCount, edge.count)]) }
        return (try? row.integer("size")) == Int64(checkpoint.size)
            && edge.count == hashes.count * MerkleHash.byteCount
            && MerkleFrontier(size: checkpoint.size, hashes: hashes)?.root == checkpoint.root
    }

    private struct Row: Sendable {
        var position: Int
        var entry: [UInt8]
        var leaf: MerkleHash?
    }

    /// Rows that are hashed at once, on all processors: few enough that memory does not grow with the log.
    private static let chunk = 4_096

    /// Hands over each row that has a position, with the hash of its entry.
    /// - Returns: The position behind the last, and what kept it from others.
    private static func feed(
        _ db: Snapshot, _ body: (_ row: Row, _ hash: MerkleHash) -> Void
    ) -> (end: Int, unread: [AuditVerification.Problem]) {
        var (end, unread) = (0, 0)
        var problems: [AuditVerification.Problem] = []
        var rows: [Row] = []
        rows.reserveCapacity(chunk)
        func pass() {
            for (row, hash) in zip(rows, MerkleTree.leafHashes(rows.map(\.entry))) { body(row, hash) }
            rows.removeAll(keepingCapacity: true)
        }
        do {
            try db.forEach("SELECT position, entry, leaf_hash FROM audit_entries ORDER BY position") { row in
                guard let position = (try? row.integer("position")).flatMap({ Int(exactly: $0) }) else {
                    unread += 1
                    return
                }
                // What is no blob any more is read as an empty one, which no leaf hash fits.
                rows.append(
                    Row(
                        position: position, entry: (try? row.blob("entry")) ?? [],
                        leaf: MerkleHash((try? row.blob("leaf_hash")) ?? [])))
                end = max(end, position == .max ? position : position + 1)
                if rows.count == chunk { pass() }
            }
        } catch {
            problems.append(.init(.file, at: end...end, "the log can't be read from here on: \(reason(of: error))"))
        }
        pass()
        if unread > 0 { problems.append(.init(.file, "\(unread) rows of the log have no number for their position")) }
        return (end, problems)
    }
}
