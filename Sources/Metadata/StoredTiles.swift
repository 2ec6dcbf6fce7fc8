import AuditLog

/// The roots of full tiles as a database has them, whatever was done to it.
struct StoredTiles {
    private struct Place: Hashable { var level, tile: Int64 }

    private var roots: [Place: MerkleHash] = [:]
    /// Rows that name no place.
    private var strays = 0

    init(_ db: Snapshot) throws {
        try db.forEach("SELECT level, tile, root FROM audit_tiles") { row in
            guard let level = try? row.integer("level"), let tile = try? row.integer("tile") else {
                strays += 1
                return
            }
            // What is no hash is kept as one that fits no tile.
            roots[Place(level: level, tile: tile)] =
                MerkleHash((try? row.blob("root")) ?? []) ?? MerkleTree.emptyRoot
        }
    }

    /// The stored root of each full tile of entries in a log of that many, in order.
    func roots(belowPosition end: Int) -> [MerkleHash] {
        // One more than there are, because a stray position must not cost memory.
        let count = min(end / AuditTile.width, roots.count + 1)
        return (0..<count).map { roots[Place(level: 1, tile: Int64($0))] ?? MerkleTree.emptyRoot }
    }

    /// What is wrong with the tiles over tiles, and with those that should not be there. The lowest level is not
    /// looked at: it is for who has the entries.
    func problems(belowPosition end: Int) -> [AuditVerification.Problem] {
        var problems: [AuditVerification.Problem] = []
        var (expected, width, level) = (end / AuditTile.width, AuditTile.width, Int64(1))
        var known = min(expected, roots.count)
        while expected >= AuditTile.width {
            (expected, width, level) = (expected / AuditTile.width, width * AuditTile.width, level + 1)
            let count = min(expected, roots.count)
            for tile in 0..<count where !holds(Int64(tile), level) {
                let first = tile * width
                problems.append(.init(.tile, at: first...first + width - 1, "the root stored over these is not theirs"))
            }
            known += count
        }
        if strays > 0 || roots.count > known {
            problems.append(.init(.tile, "roots are stored of tiles that are not in the log"))
        }
        return Array(problems.prefix(AuditVerification.problemLimit))
    }

    private func holds(_ tile: Int64, _ level: Int64) -> Bool {
        let width = Int64(AuditTile.width)
        let below = (tile * width..<(tile + 1) * width).compactMap { roots[Place(level: level - 1, tile: $0)] }
        return below.count == AuditTile.width && roots[Place(level: level, tile: tile)] == MerkleTree.root(of: below)
    }
}
