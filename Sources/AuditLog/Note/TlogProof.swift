import Foundation

/// That an entry is in a log, in one file that is verified offline (C2SP tlog-proof).
package struct TlogProof: Sendable, Equatable {
    private static let firstLine = "c2sp.org/tlog-proof@v1"

    /// The entry itself, where it is sent along: what it says counts only because it hashes to the proven leaf.
    package var entry: [UInt8]?
    /// The entry's position, from 0.
    package var index: Int
    /// From the leaf upward.
    package var hashes: [MerkleHash]
    /// The signed note, with cosignatures where there are any.
    package var checkpoint: String

    package init(entry: [UInt8]?, index: Int, hashes: [MerkleHash], checkpoint: String) {
        (self.entry, self.index, self.hashes, self.checkpoint) = (entry, index, hashes, checkpoint)
    }

    package var text: String {
        let extra = entry.map { "extra \(encodedBase64($0))\n" } ?? ""
        return "\(Self.firstLine)\n\(extra)index \(index)\n" + hashes.map { "\($0.base64)\n" }.joined() + "\n"
            + checkpoint
    }

    /// Reads what ``text`` gives. Nothing is verified yet.
    package init(parsing text: String) throws(AuditLogError) {
        let (lines, checkpoint) = try ProofLines.split(text)
        guard lines.first == Self.firstLine else {
            throw .malformedProof("the first line is not \(Self.firstLine)")
        }
        var rest = lines.dropFirst()
        if let extra = rest.first, extra.hasPrefix("extra ") {
            guard let bytes = AuditLog.bytes(base64: String(extra.dropFirst(6))) else {
                throw .malformedProof("what follows extra is not base64")
            }
            entry = bytes
            rest = rest.dropFirst()
        }
        guard let line = rest.first, line.hasPrefix("index "), let index = ProofLines.number(line.dropFirst(6)) else {
            throw .malformedProof("there is no line with the index")
        }
        (self.index, self.checkpoint) = (index, checkpoint)
        hashes = try ProofLines.hashes(rest.dropFirst())
    }

    /// Holds the entry against the checkpoint.
    ///
    /// - Parameter entry: the entry's bytes; nil takes those that came along.
    /// - Returns: the checkpoint that covers it.
    /// - Throws: ``AuditLogError``
    @discardableResult
    package func verify(
        entry given: [UInt8]? = nil, by key: LogVerificationKey
    ) throws(AuditLogError) -> Checkpoint {
        let checkpoint = try Checkpoint(note: checkpoint, verifiedBy: key)
        guard let entry = given ?? entry else { throw .badProof("the entry did not come along; give its bytes") }
        guard
            MerkleTree.verifyInclusion(
                leafHash: MerkleTree.leafHash(entry), index: index, size: checkpoint.size, proof: hashes,
                root: checkpoint.root)
        else {
            throw .badProof("the entry is not number \(index) of the \(checkpoint.size) that were signed")
        }
        return checkpoint
    }
}

/// That a log of one size only appended to the log of an earlier one, in the form in which a witness is asked
/// (the body of `add-checkpoint` in C2SP tlog-witness).
package struct TlogConsistency: Sendable, Equatable {
    package var oldSize: Int
    package var hashes: [MerkleHash]
    /// The signed note of the newer one.
    package var checkpoint: String

    package init(oldSize: Int, hashes: [MerkleHash], checkpoint: String) {
        (self.oldSize, self.hashes, self.checkpoint) = (oldSize, hashes, checkpoint)
    }

    package var text: String {
        "old \(oldSize)\n" + hashes.map { "\($0.base64)\n" }.joined() + "\n" + checkpoint
    }

    package init(parsing text: String) throws(AuditLogError) {
        let lines: [String]
        (lines, checkpoint) = try ProofLines.split(text)
        guard let first = lines.first, first.hasPrefix("old "), let size = ProofLines.number(first.dropFirst(4)) else {
            throw .malformedProof("the first line is not old and a size")
        }
        oldSize = size
        hashes = try ProofLines.hashes(lines.dropFirst())
    }

    /// - Parameter old: the earlier checkpoint, which was verified.
    /// - Returns: the newer one.
    @discardableResult
    package func verify(since old: Checkpoint, by key: LogVerificationKey) throws(AuditLogError) -> Checkpoint {
        let new = try Checkpoint(note: checkpoint, verifiedBy: key)
        guard old.size == oldSize, old.origin.utf8.elementsEqual(new.origin.utf8),
            MerkleTree.verifyConsistency(
                from: old.size, to: new.size, fromRoot: old.root, toRoot: new.root, proof: hashes)
        else {
            throw .badProof("the log of \(new.size) entries does not begin with that of \(old.size)")
        }
        return new
    }
}

/// Lines of a proof before the empty one, and the checkpoint behind it.
private enum ProofLines {
    /// A tree has at most 63 levels.
    private static let most = 66

    static func split(_ text: String) throws(AuditLogError) -> (lines: [String], checkpoint: String) {
        guard text.utf8.count <= SignedNote.maximumSizeInBytes else { throw .malformedProof("more than 1 MiB") }
        guard let blank = text.range(of: "\n\n") else {
            throw .malformedProof("no empty line divides proof and checkpoint")
        }
        let lines = text[..<blank.lowerBound].split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count <= most else { throw .malformedProof("more than \(most) lines") }
        return (lines, String(text[blank.upperBound...]))
    }

    static func number(_ text: Substring) -> Int? {
        guard let number = Int(text), number >= 0, String(number) == text else { return nil }
        return number
    }

    static func hashes(_ lines: ArraySlice<String>) throws(AuditLogError) -> [MerkleHash] {
        var hashes: [MerkleHash] = []
        for line in lines {
            guard let hash = MerkleHash(base64: line) else { throw .malformedProof("a line is no hash in base64") }
            hashes.append(hash)
        }
        return hashes
    }
}
