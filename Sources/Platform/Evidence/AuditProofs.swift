import AuditLog
import Crypto
package import Foundation
import MartletDomain
package import Metadata

/// Finds entries of the log, and proves that they are in it, to somebody who has the log's public key only.
package protocol AuditProofs: Sendable {
    /// Entries in whose bytes one of some words stands, the oldest first; whoever asks looks closer at what they say.
    func entries(naming words: Set<String>, limit: Int) async throws -> [(position: Int64, bytes: [UInt8])]

    /// - Returns: The newest checkpoint (a signed note), and for each position below its size a `c2sp.org/tlog-proof@v1`.
    func proofs(of positions: [Int64]) async throws -> (checkpoint: String, proofs: [Int64: String])
}

/// Proofs out of the hashes that the database holds, and entries by reading all of them.
package struct StoredProofs: AuditProofs {
    let store: Store

    package init(store: Store) { self.store = store }

    package func entries(naming words: Set<String>, limit: Int) async throws -> [(position: Int64, bytes: [UInt8])] {
        try await store.read { db in
            var found: [(position: Int64, bytes: [UInt8])] = []
            try db.forEach("SELECT position, entry FROM audit_entries ORDER BY position") { row in
                guard found.count < limit else { return }
                let bytes = Array(try row.blob("entry"))
                if words.contains(where: { bytes.holds($0) }) { found.append((try row.integer("position"), bytes)) }
            }
            return found
        }
    }

    package func proofs(of positions: [Int64]) async throws -> (checkpoint: String, proofs: [Int64: String]) {
        try await store.read { [key = store.trail.identity.key.verificationKey] db in
            guard let note = try db.row("SELECT note FROM audit_checkpoint WHERE id = 1")?.text("note") else {
                return ("", [:])
            }
            let checkpoint = try Checkpoint(note: note, verifiedBy: key)
            var leaves: [MerkleHash] = []
            leaves.reserveCapacity(checkpoint.size)
            if !positions.isEmpty {
                try db.forEach(
                    "SELECT leaf_hash FROM audit_entries WHERE position < ? ORDER BY position",
                    [.integer(Int64(checkpoint.size))]
                ) { row in
                    if let hash = MerkleHash(try row.blob("leaf_hash")) { leaves.append(hash) }
                }
            }
            guard positions.isEmpty || leaves.count == checkpoint.size else { return (note, [:]) }
            let tree = LeveledHashes(leaves)
            var proofs: [Int64: String] = [:]
            for position in positions where position < Int64(checkpoint.size) {
                let path = try MerkleTree.inclusionProof(
                    index: Int(position), size: checkpoint.size, hash: tree.hash)
                proofs[position] = EvidenceProof(index: Int(position), hashes: path, checkpoint: note).text
            }
            return (note, proofs)
        }
    }
}

/// The roots of all complete subtrees over some leaves.
private struct LeveledHashes {
    private var levels: [[MerkleHash]]

    init(_ leaves: [MerkleHash]) {
        levels = [leaves]
        while let last = levels.last, last.count > 1 {
            levels.append(
                stride(from: 0, to: last.count - 1, by: 2).map { MerkleTree.nodeHash(last[$0], last[$0 + 1]) })
        }
    }

    func hash(_ level: Int, _ index: Int) throws -> MerkleHash {
        guard levels.indices.contains(level), levels[level].indices.contains(index) else {
            throw InvalidRequest("There is no complete subtree \(index) on level \(level) of the audit log.")
        }
        return levels[level][index]
    }
}

/// A proof file (C2SP tlog-proof): that one entry is in the log that a checkpoint is about.
struct EvidenceProof: Sendable, Equatable {
    static let header = "c2sp.org/tlog-proof@v1"

    var index: Int
    /// From the leaf upward.
    var hashes: [MerkleHash]
    var checkpoint: String

    init(index: Int, hashes: [MerkleHash], checkpoint: String) {
        (self.index, self.hashes, self.checkpoint) = (index, hashes, checkpoint)
    }

    /// Nil for what is no such file.
    init?(_ text: String) {
        guard let blank = text.firstRange(of: "\n\n") else { return nil }
        let lines = text[..<blank.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 2, lines[0] == Self.header, lines[1].hasPrefix("index "),
            let index = Int(lines[1].dropFirst("index ".count)), lines.count <= 66
        else { return nil }
        let hashes = lines.dropFirst(2).map { MerkleHash(base64: String($0)) }
        guard !hashes.contains(nil) else { return nil }
        self.init(index: index, hashes: hashes.compactMap(\.self), checkpoint: String(text[blank.upperBound...]))
    }

    var text: String {
        "\(Self.header)\nindex \(index)\n" + hashes.map { "\($0.base64)\n" }.joined() + "\n" + checkpoint
    }

    /// Whether an entry's bytes are in the log at that position, by a checkpoint that the key signed.
    func proves(_ entry: [UInt8], by key: LogVerificationKey) -> Bool {
        guard let signed = try? Checkpoint(note: checkpoint, verifiedBy: key) else { return false }
        return MerkleTree.verifyInclusion(
            leafHash: MerkleTree.leafHash(entry), index: index, size: signed.size, proof: hashes, root: signed.root)
    }
}

extension Audit {
    /// A text signed by the log's key as a note. It cannot be taken for a checkpoint, whose first line is the key's name.
    func note(over text: String) throws -> String {
        var note = try SignedNote(text: text)
        try note.sign(with: store.trail.identity.key)
        return note.encoded
    }
}

extension Data {
    /// In hexadecimal.
    package var sha256: String { SHA256.hash(data: self).hexadecimal }
}
