/// What a log's key vouches for: the root over the first `size` entries (C2SP tlog-checkpoint).
package struct Checkpoint: Sendable, Equatable {
    /// The log's identity, which is also the name of its key.
    package let origin: String
    /// How many entries the tree holds.
    package let size: Int
    package let root: MerkleHash

    /// - Throws: ``AuditLogError/malformedCheckpoint(_:)`` for a bad origin, a negative size, or the size 0 with
    ///   another root than that of the empty tree.
    package init(origin: String, size: Int, root: MerkleHash) throws(AuditLogError) {
        guard NoteKey.isValidName(origin) else { throw .malformedCheckpoint("the origin is empty or holds a space") }
        guard size >= 0 else { throw .malformedCheckpoint("the size \(size) is negative") }
        guard size > 0 || root == MerkleTree.emptyRoot else {
            throw .malformedCheckpoint("the size is 0 and the root is not that of the empty tree")
        }
        (self.origin, self.size, self.root) = (origin, size, root)
    }

    /// Reads exactly three lines: origin, size without leading zeros, base64 of the root. Extension lines are refused,
    /// because a Martlet log writes none.
    package init(text: String) throws(AuditLogError) {
        let lines = Array(text.utf8).split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard lines.count == 4, lines[3].isEmpty else { throw .malformedCheckpoint("it has not exactly three lines") }
        guard let size = Int(lines[1]), String(size).utf8.elementsEqual(lines[1].utf8) else {
            throw .malformedCheckpoint("the second line is not a size")
        }
        guard let root = MerkleHash(base64: lines[2]) else {
            throw .malformedCheckpoint("the third line is not the base64 of 32 bytes")
        }
        try self.init(origin: lines[0], size: size, root: root)
    }

    /// `origin\nsize\nbase64(root)\n`.
    package var text: String { "\(origin)\n\(size)\n\(root.base64)\n" }

    /// The signed note, as it stands in a file.
    ///
    /// - Throws: ``AuditLogError/malformedCheckpoint(_:)`` unless the key has the origin's name.
    package func signed(by key: LogSigningKey) throws(AuditLogError) -> String {
        guard key.name.utf8.elementsEqual(origin.utf8) else {
            throw .malformedCheckpoint("the key is named \(key.name), the origin \(origin)")
        }
        var note = try SignedNote(text: text)
        try note.sign(with: key)
        return note.encoded
    }

    /// The checkpoint in a signed note, verified by the log's public key.
    ///
    /// - Throws: ``AuditLogError``, if the note is malformed, not signed by `key`, or about another log.
    package init(note: String, verifiedBy key: LogVerificationKey) throws(AuditLogError) {
        let note = try SignedNote(parsing: note)
        try note.verify(by: [key])
        try self.init(text: note.text)
        guard origin.utf8.elementsEqual(key.name.utf8) else {
            throw .malformedCheckpoint("it is about the log \(origin), the key belongs to \(key.name)")
        }
    }
}
