/// The right edge of a growing tree: all that is needed to append and to know the root.
///
/// A tree of n leaves is a row of complete subtrees, one for each bit set in n, the largest leftmost. Appending costs
/// one node hash on average, the root at most one for each bit.
package struct MerkleFrontier: Sendable, Equatable {
    /// How many leaves the tree has.
    package private(set) var size: Int
    /// The roots of the complete subtrees, largest (leftmost) first: as many as `size` has bits set.
    package private(set) var hashes: [MerkleHash]

    /// The empty tree.
    package init() {
        (size, hashes) = (0, [])
    }

    /// The state that ``size`` and ``hashes`` gave earlier; nil if their numbers don't fit.
    package init?(size: Int, hashes: [MerkleHash]) {
        guard size >= 0, hashes.count == size.nonzeroBitCount else { return nil }
        (self.size, self.hashes) = (size, hashes)
    }

    package init(leafHashes: some Sequence<MerkleHash>) {
        self.init()
        for hash in leafHashes { append(hash) }
    }

    /// The root of RFC 6962 over all leaves so far.
    package var root: MerkleHash {
        guard var root = hashes.last else { return MerkleTree.emptyRoot }
        for left in hashes.dropLast().reversed() { root = MerkleTree.nodeHash(left, root) }
        return root
    }

    /// Appends one leaf, given its leaf hash. A tree holds at most `Int.max` leaves; a full one stays as it is.
    package mutating func append(_ leafHash: MerkleHash) {
        append(subtree: leafHash, level: 0)
    }

    /// Appends 2^level leaves, given the root over them, if the size so far is a multiple of 2^level.
    mutating func append(subtree root: MerkleHash, level: Int) {
        guard (0..<62).contains(level), size & ((1 << level) - 1) == 0 else { return }
        let (newSize, overflow) = size.addingReportingOverflow(1 << level)
        guard !overflow else { return }
        var hash = root
        var carry = size >> level
        while carry & 1 == 1, let left = hashes.popLast() {
            hash = MerkleTree.nodeHash(left, hash)
            carry >>= 1
        }
        hashes.append(hash)
        size = newSize
    }

    /// This tree with the leaves of `tail` behind it, if they are fewer than the smallest complete subtree here.
    func extended(by tail: MerkleFrontier) -> MerkleFrontier? {
        guard size & tail.size == 0, size == 0 || tail.size < size & -size else { return nil }
        return MerkleFrontier(size: size | tail.size, hashes: hashes + tail.hashes)
    }
}
