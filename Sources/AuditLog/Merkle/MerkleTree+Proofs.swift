extension MerkleTree {
    /// The root of the complete subtree over leaves `index << level ..< (index + 1) << level`.
    package typealias SubtreeHash = (_ level: Int, _ index: Int) throws -> MerkleHash

    /// The audit path of RFC 6962 §2.1.1 for leaf `index` (from 0) in the tree over the first `size` leaves.
    ///
    /// - Parameter hash: asked only for complete subtrees of those leaves.
    /// - Returns: the sibling hashes from the leaf upward; empty for a tree of one leaf.
    /// - Throws: ``AuditLogError/outsideTree(_:)`` unless `0 ≤ index < size`, and what `hash` throws.
    package static func inclusionProof(index: Int, size: Int, hash: SubtreeHash) throws -> [MerkleHash] {
        guard index >= 0, index < size else {
            throw AuditLogError.outsideTree("no leaf \(index) in a tree of \(size)")
        }
        var siblings: [Range<Int>] = []
        var range = 0..<size
        while range.count > 1 {
            let middle = split(range)
            if index < middle {
                siblings.append(middle..<range.upperBound)
                range = range.lowerBound..<middle
            } else {
                siblings.append(range.lowerBound..<middle)
                range = middle..<range.upperBound
            }
        }
        return try siblings.reversed().map { try root(over: $0, hash: hash) }
    }

    /// The consistency proof of RFC 6962 §2.1.2: that the tree of `to` leaves only appends to the tree of `from`.
    ///
    /// - Returns: hashes in the order ``verifyConsistency(from:to:fromRoot:toRoot:proof:)`` takes them; empty if
    ///   `from` is 0 or equals `to`.
    /// - Throws: ``AuditLogError/outsideTree(_:)`` unless `0 ≤ from ≤ to`, and what `hash` throws.
    package static func consistencyProof(from: Int, to: Int, hash: SubtreeHash) throws -> [MerkleHash] {
        guard from >= 0, from <= to else {
            throw AuditLogError.outsideTree("a tree of \(to) can't extend one of \(from)")
        }
        if from == 0 || from == to { return [] }
        var parts: [Range<Int>] = []
        var range = 0..<to
        while range.upperBound != from {
            let middle = split(range)
            if from <= middle {
                parts.append(middle..<range.upperBound)
                range = range.lowerBound..<middle
            } else {
                parts.append(range.lowerBound..<middle)
                range = middle..<range.upperBound
            }
        }
        // The verifier knows the old root, so a subtree that is the whole old tree is not sent.
        if range.lowerBound > 0 { parts.append(range) }
        return try parts.reversed().map { try root(over: $0, hash: hash) }
    }

    /// The root over the first `size` leaves.
    ///
    /// - Parameter hash: asked only for complete subtrees of those leaves.
    package static func root(size: Int, hash: SubtreeHash) throws -> MerkleHash {
        guard size >= 0 else { throw AuditLogError.outsideTree("a tree has no size of \(size)") }
        return try root(over: 0..<size, hash: hash)
    }

    /// Where RFC 6962 splits: the largest power of two below the count, which is at least 2, behind the lower bound.
    private static func split(_ range: Range<Int>) -> Int {
        range.lowerBound + 1 << (Int.bitWidth - 1 - (range.count - 1).leadingZeroBitCount)
    }

    /// The root over a range that begins at a multiple of its largest complete subtree.
    private static func root(over range: Range<Int>, hash: SubtreeHash) throws -> MerkleHash {
        var complete: [MerkleHash] = []
        var start = range.lowerBound
        var bits = range.count
        while bits > 0 {
            let level = Int.bitWidth - 1 - bits.leadingZeroBitCount
            complete.append(try hash(level, start >> level))
            bits &= ~(1 << level)
            if bits > 0 { start += 1 << level }
        }
        guard var root = complete.last else { return emptyRoot }
        for left in complete.dropLast().reversed() { root = nodeHash(left, root) }
        return root
    }
}
