extension MerkleTree {
    /// Whether `proof` shows that the leaf is number `index` (from 0) of the tree of `size` leaves with `root`.
    ///
    /// The algorithm of RFC 9162 §2.1.3.2. Any integers and any number of hashes may be given.
    package static func verifyInclusion(
        leafHash: MerkleHash, index: Int, size: Int, proof: [MerkleHash], root: MerkleHash
    ) -> Bool {
        guard index >= 0, index < size else { return false }
        var (fn, sn) = (index, size - 1)
        var hash = leafHash
        for sibling in proof {
            if sn == 0 { return false }
            if fn & 1 == 1 || fn == sn {
                hash = nodeHash(sibling, hash)
                while fn & 1 == 0, fn != 0 {
                    fn >>= 1
                    sn >>= 1
                }
            } else {
                hash = nodeHash(hash, sibling)
            }
            fn >>= 1
            sn >>= 1
        }
        return sn == 0 && hash == root
    }

    /// Whether `proof` shows that the tree of `to` leaves with `toRoot` begins with the tree of `from` leaves with
    /// `fromRoot`.
    ///
    /// The algorithm of RFC 9162 §2.1.4.2. Every tree begins with the empty one, by the empty proof.
    package static func verifyConsistency(
        from: Int, to: Int, fromRoot: MerkleHash, toRoot: MerkleHash, proof: [MerkleHash]
    ) -> Bool {
        guard from >= 0, from <= to else { return false }
        if from == to { return proof.isEmpty && fromRoot == toRoot && (to > 0 || toRoot == emptyRoot) }
        if from == 0 { return proof.isEmpty && fromRoot == emptyRoot }
        // An old tree that is one complete subtree is itself the first hash, which is then not sent.
        let path = from & (from - 1) == 0 ? [fromRoot] + proof : proof
        guard !proof.isEmpty, let first = path.first else { return false }
        var (fn, sn) = (from - 1, to - 1)
        while fn & 1 == 1 {
            fn >>= 1
            sn >>= 1
        }
        var (old, new) = (first, first)
        for hash in path.dropFirst() {
            if sn == 0 { return false }
            if fn & 1 == 1 || fn == sn {
                old = nodeHash(hash, old)
                new = nodeHash(hash, new)
                while fn & 1 == 0, fn != 0 {
                    fn >>= 1
                    sn >>= 1
                }
            } else {
                new = nodeHash(new, hash)
            }
            fn >>= 1
            sn >>= 1
        }
        return sn == 0 && old == fromRoot && new == toRoot
    }
}
