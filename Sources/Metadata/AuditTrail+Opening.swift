import AuditLog

extension AuditTrail.State {
    /// Full tiles of newest entries that are hashed again at each opening. `martlet audit verify` does all of them.
    private static let recheckedTiles = 16

    /// The end of the log as the database has it, if that is what the checkpoint's signer signed.
    ///
    /// Proven at each opening: the stored roots of all full tiles and the leaf hashes behind them make the signed root,
    /// and the newest entries (4,096 to 4,351 of them) hash to these.
    init(_ db: Snapshot, verifiedBy key: LogVerificationKey) throws {
        guard let row = try db.row("SELECT size, edge, note FROM audit_checkpoint WHERE id = 1") else {
            let strays = try db.row("SELECT position FROM audit_entries ORDER BY position LIMIT 1")
            guard strays == nil else { throw AuditTrailError.damaged }
            return
        }
        let checkpoint = try Checkpoint(note: row.text("note"), verifiedBy: key)
        let (fullTiles, edge) = (checkpoint.size / AuditTile.width, try row.blob("edge"))
        let roots = try db.rows("SELECT tile, root FROM audit_tiles WHERE level = 1 ORDER BY tile").enumerated().map {
            guard try $1.integer("tile") == Int64($0), let root = MerkleHash(try $1.blob("root")) else {
                throw AuditTrailError.damaged
            }
            return root
        }
        guard roots.count == fullTiles else { throw AuditTrailError.damaged }
        partialTile = try Self.newestLeaves(of: checkpoint.size, under: roots, db)
        let hashes = MerkleFrontier(leafHashes: roots).hashes + MerkleFrontier(leafHashes: partialTile).hashes
        guard let frontier = MerkleFrontier(size: checkpoint.size, hashes: hashes), frontier.root == checkpoint.root,
            try row.integer("size") == Int64(checkpoint.size), edge == hashes.flatMap(\.bytes)
        else { throw AuditTrailError.damaged }
        self.frontier = frontier
    }

    /// Hashes the newest entries and holds them against the roots of their tiles.
    /// - Returns: The leaf hashes behind the last full tile.
    private static func newestLeaves(
        of size: Int, under roots: [MerkleHash], _ db: Snapshot
    ) throws -> [MerkleHash] {
        var tile: [MerkleHash] = []
        var position = max(0, roots.count - recheckedTiles) * AuditTile.width
        try db.forEach(
            "SELECT position, entry, leaf_hash FROM audit_entries WHERE position >= ? ORDER BY position",
            [.integer(Int64(position))]
        ) { row in
            let leaf = MerkleTree.leafHash(try row.blob("entry"))
            guard try row.integer("position") == Int64(position), try row.blob("leaf_hash") == leaf.bytes else {
                throw AuditTrailError.damaged
            }
            tile.append(leaf)
            position += 1
            guard position % AuditTile.width == 0 else { return }
            let index = position / AuditTile.width - 1
            guard index < roots.count, MerkleTree.root(of: tile) == roots[index] else { throw AuditTrailError.damaged }
            tile = []
        }
        guard position == size else { throw AuditTrailError.damaged }
        return tile
    }
}
