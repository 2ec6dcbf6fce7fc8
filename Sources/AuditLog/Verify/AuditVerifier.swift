/// Verifies a log that is fed entry by entry, in constant memory but for 32 bytes every 256 entries.
///
/// It finds: a changed entry or stored leaf hash (by position), missing, repeated and reordered positions, a log cut
/// short of what was signed, entries that no one signed, and, where an entry was changed together with its leaf hash,
/// the 256 entries among which it is, if roots of tiles were stored. It can't see events that were never logged, nor
/// a log that was rolled back together with its checkpoint: for that, keep checkpoints elsewhere.
package struct AuditVerifier: Sendable {
    private let checkpoint: Checkpoint?
    private var problems = ProblemList()
    private var count = 0
    /// The next position in a log without gaps.
    private var expected = 0
    /// The full tiles so far, and the tile being filled; together the tree over all entries in order.
    private var tiles = MerkleFrontier()
    private var tile = MerkleFrontier()
    /// The same over the stored leaf hashes, kept from the first difference on.
    private var stored: MerkleFrontier?
    private var storedIsWhole = true
    /// The root of each full tile, nil where positions were missing.
    private(set) var tileRoots: [MerkleHash?] = []
    private var hasGap = false
    /// Set when the signed size was reached.
    private var rootAtCheckpoint: MerkleHash?
    private var storedRootAtCheckpoint: MerkleHash?

    /// - Parameters:
    ///   - note: the signed checkpoint. If it is not valid, that is the result's problem and entries are only held
    ///     against their leaf hashes.
    ///   - key: the log's public key, from where the log's keepers can't change it.
    package init(checkpoint note: String, key: LogVerificationKey) {
        do {
            checkpoint = try Checkpoint(note: note, verifiedBy: key)
        } catch {
            checkpoint = nil
            problems.add(.checkpoint, error.message)
        }
        noteCheckpoint()
    }

    /// Takes the next entry of the store, in the store's order.
    ///
    /// - Parameters:
    ///   - position: the index in the log, from 0.
    ///   - leafHash: as stored beside the entry; nil if what is stored is no hash.
    package mutating func add(position: Int, entry: [UInt8], leafHash: MerkleHash?) {
        add(position: position, sizeInBytes: entry.count, hash: MerkleTree.leafHash(entry), leafHash: leafHash)
    }

    /// As ``add(position:entry:leafHash:)``, for an entry that was hashed already.
    package mutating func add(position: Int, sizeInBytes: Int, hash: MerkleHash, leafHash: MerkleHash?) {
        count += 1
        guard position >= expected else {
            hasGap = true
            problems.add(.outOfOrder, at: position...position, "comes again, or behind position \(expected - 1)")
            return
        }
        if position > expected { skip(to: position) }
        if sizeInBytes > AuditEntry.maximumSizeInBytes {
            problems.add(.changed, at: position...position, "the entry has \(sizeInBytes) bytes, more than allowed")
        } else if hash != leafHash {
            if stored == nil { stored = whole }
            problems.add(.changed, at: position...position, "the entry does not hash to its stored leaf hash")
        }
        if let leafHash { stored?.append(leafHash) } else { storedIsWhole = false }
        append(hash)
    }

    /// Ends the verification.
    ///
    /// - Parameter storedTileRoots: the stored root of each full tile of 256 entries, in order, if any are stored.
    package func finish(tileRoots storedTileRoots: [MerkleHash] = []) -> AuditVerification {
        var problems = problems
        for (index, stored) in storedTileRoots.enumerated() where index < tileRoots.count {
            let range = index * 256...index * 256 + 255
            guard let root = tileRoots[index], root != stored, !problems.concerns(range) else { continue }
            problems.add(.tile, at: range, "the entries do not hash to the stored root of their tile")
        }
        if let checkpoint { judge(against: checkpoint, &problems) }
        return AuditVerification(
            size: count, root: rootAtCheckpoint ?? whole.root, signedSize: checkpoint?.size,
            problems: problems.sorted, problemsOmitted: problems.omitted)
    }

    private func judge(against checkpoint: Checkpoint, _ problems: inout ProblemList) {
        if expected < checkpoint.size {
            problems.add(
                .missing, at: expected...checkpoint.size - 1,
                "cut off; the log's key signed \(checkpoint.size) entries")
        } else if expected > checkpoint.size {
            problems.add(
                .unsigned, at: checkpoint.size...expected - 1,
                "no one signed these; the checkpoint covers \(checkpoint.size) entries")
        }
        guard !hasGap, let root = rootAtCheckpoint, root != checkpoint.root else { return }
        let reason =
            storedRootAtCheckpoint == checkpoint.root
            ? "; the stored leaf hashes have the signed root, so the entries named were changed" : ""
        problems.add(.root, "the root over the entries is not the one that was signed\(reason)")
    }

    private var whole: MerkleFrontier { tiles.extended(by: tile) ?? tiles }

    private mutating func skip(to position: Int) {
        problems.add(.missing, at: expected...position - 1, "not in the log")
        hasGap = true
        storedIsWhole = false
        // Tiles that are not whole are passed over; a gap of any length must not cost time or memory.
        let passed = min(position / 256, tileRoots.count + AuditVerification.problemLimit * 256)
        while tileRoots.count < passed { tileRoots.append(nil) }
        (tile, expected) = (MerkleFrontier(), position)
    }

    private mutating func append(_ hash: MerkleHash) {
        let (next, overflow) = expected.addingReportingOverflow(1)
        guard !overflow else { return }
        expected = next
        tile.append(hash)
        if expected % 256 == 0 {
            // After a gap the tile that it ended in has fewer than 256 hashes, and no root to compare.
            let root = tile.size == 256 ? tile.root : nil
            if expected / 256 == tileRoots.count + 1 { tileRoots.append(root) }
            if let root { tiles.append(subtree: root, level: 8) }
            tile = MerkleFrontier()
        }
        noteCheckpoint()
    }

    private mutating func noteCheckpoint() {
        guard let checkpoint, expected == checkpoint.size, rootAtCheckpoint == nil else { return }
        rootAtCheckpoint = whole.root
        if storedIsWhole { storedRootAtCheckpoint = stored?.root }
    }
}
