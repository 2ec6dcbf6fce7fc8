/// A log's hashes and entries, wherever they lie.
package protocol TlogSource {
    /// Hashes of a level, by their index in it: leaf hashes at level 0, the roots of full tiles of the level below at
    /// each higher one.
    ///
    /// - Throws: ``AuditLogError`` when one of them is not there.
    func hashes(level: Int, in range: Range<Int>) throws -> [MerkleHash]

    /// The bytes of entries, by position.
    func entries(in range: Range<Int>) throws -> [[UInt8]]
}

extension TlogSource {
    /// The root of the complete subtree over leaves `index << level ..< (index + 1) << level`.
    package func subtreeHash(level: Int, index: Int) throws -> MerkleHash {
        let (tileLevel, rest) = level.quotientAndRemainder(dividingBy: 8)
        return MerkleTree.root(of: try hashes(level: tileLevel, in: index << rest..<(index + 1) << rest))
    }

    /// The root over the first `size` entries.
    package func root(size: Int) throws -> MerkleHash {
        try MerkleTree.root(size: size) { try subtreeHash(level: $0, index: $1) }
    }

    /// The audit path of one entry in the tree over the first `size`.
    package func inclusionProof(index: Int, size: Int) throws -> [MerkleHash] {
        try MerkleTree.inclusionProof(index: index, size: size) { try subtreeHash(level: $0, index: $1) }
    }

    /// That the tree of `to` entries only appends to that of `from`.
    package func consistencyProof(from: Int, to: Int) throws -> [MerkleHash] {
        try MerkleTree.consistencyProof(from: from, to: to) { try subtreeHash(level: $0, index: $1) }
    }
}

/// A log in the form of tiles that somebody else keeps, read as far as they were fetched.
package struct FetchedTiles: TlogSource {
    /// A tile that is needed and not there yet. Fetch it by its path, put it in, ask again.
    package struct Missing: Error {
        package var path: String
        /// The same tile once it is full, for when the partial one is not kept any more.
        package var fullPath: String
        package var width: Int
    }

    /// The size of the tree that the tiles are of: it says which tiles are partial.
    package let size: Int
    private var tiles: [String: [UInt8]] = [:]

    package init(size: Int) { self.size = size }

    /// - Throws: ``AuditLogError/malformedTile(_:)`` for too few bytes.
    package mutating func put(_ bytes: [UInt8], for tile: Missing) throws(AuditLogError) {
        let count = tile.width * MerkleHash.byteCount
        guard bytes.count >= count else {
            throw .malformedTile("\(tile.path) has \(bytes.count) bytes and not \(count)")
        }
        tiles[tile.path] = Array(bytes.prefix(count))
    }

    package func hashes(level: Int, in range: Range<Int>) throws -> [MerkleHash] {
        let (full, partial) = TlogPath.widths(level: level, size: size)
        return try range.map { position in
            let index = position / TlogPath.tileWidth
            let width = index < full ? TlogPath.tileWidth : partial
            guard index <= full, position % TlogPath.tileWidth < width else {
                throw AuditLogError.outsideTree("no hash \(position) at level \(level) of a tree of \(size)")
            }
            let path = try TlogPath.tilePath(level: level, index: index, width: width)
            guard let tile = tiles[path] else {
                throw Missing(path: path, fullPath: try TlogPath.tilePath(level: level, index: index), width: width)
            }
            let start = position % TlogPath.tileWidth * MerkleHash.byteCount
            guard let hash = MerkleHash(tile[start..<start + MerkleHash.byteCount]) else {
                throw AuditLogError.malformedTile(path)
            }
            return hash
        }
    }

    package func entries(in range: Range<Int>) throws -> [[UInt8]] {
        throw AuditLogError.outsideTree("only hashes were fetched")
    }
}
