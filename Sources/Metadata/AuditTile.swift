import AuditLog

/// Roots of full tiles, so that a proof reads a few hundred hashes whatever the log's length.
enum AuditTile {
    /// Hashes in a full tile (C2SP tlog-tiles).
    static let width = 256

    /// Stores the root of the tile of leaf hashes that ends the tree of `size`, and of each higher tile that it completes.
    static func store(_ leaves: [MerkleHash], endingAt size: Int, _ transaction: Transaction) throws {
        var (hashes, level, tile) = (leaves, Int64(1), size / width - 1)
        while true {
            try transaction.execute(
                "INSERT INTO audit_tiles (level, tile, root) VALUES (?, ?, ?)",
                [.integer(level), .integer(Int64(tile)), .blob(MerkleFrontier(leafHashes: hashes).root.bytes)])
            guard (tile + 1) % width == 0 else { return }
            hashes = try transaction.rows(
                "SELECT root FROM audit_tiles WHERE level = ? AND tile > ? ORDER BY tile",
                [.integer(level), .integer(Int64(tile - width))]
            ).compactMap { MerkleHash(try $0.blob("root")) }
            guard hashes.count == width else { throw AuditTrailError.damaged }
            (level, tile) = (level + 1, tile / width)
        }
    }
}
