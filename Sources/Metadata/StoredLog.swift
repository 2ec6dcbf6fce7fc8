package import AuditLog

/// The log as the database has it: hashes by their tiles, entries by position.
package struct StoredLog: TlogSource {
    private let db: Snapshot

    package init(_ db: Snapshot) { self.db = db }

    package func hashes(level: Int, in range: Range<Int>) throws -> [MerkleHash] {
        let (sql, key): (String, [SQLValue]) =
            level == 0
            ? ("SELECT leaf_hash AS hash FROM audit_entries WHERE position >= ? AND position < ? ORDER BY position", [])
            : (
                "SELECT root AS hash FROM audit_tiles WHERE level = ? AND tile >= ? AND tile < ? ORDER BY tile",
                [.integer(Int64(level))]
            )
        var hashes: [MerkleHash] = []
        hashes.reserveCapacity(range.count)
        try db.forEach(sql, key + [.integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound))]) { row in
            guard let hash = MerkleHash(try row.blob("hash")) else { throw AuditTrailError.damaged }
            hashes.append(hash)
        }
        guard hashes.count == range.count else {
            throw AuditLogError.outsideTree("no hashes \(range.lowerBound) to \(range.upperBound) at level \(level)")
        }
        return hashes
    }

    package func entries(in range: Range<Int>) throws -> [[UInt8]] {
        var entries: [[UInt8]] = []
        entries.reserveCapacity(range.count)
        try db.forEach(
            "SELECT entry FROM audit_entries WHERE position >= ? AND position < ? ORDER BY position",
            [.integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound))]
        ) { entries.append(try $0.blob("entry")) }
        guard entries.count == range.count else {
            throw AuditLogError.outsideTree("no entries \(range.lowerBound) to \(range.upperBound)")
        }
        return entries
    }

    /// The newest signed checkpoint; nil before the first entry.
    package func newestNote() throws -> String? {
        try db.row("SELECT note FROM audit_checkpoint WHERE id = 1")?.text("note")
    }
}
