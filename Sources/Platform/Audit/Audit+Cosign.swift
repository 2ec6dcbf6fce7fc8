package import AuditLog
import Foundation
package import MartletDomain
import Metadata

extension Audit {
    /// The witnesses whose word is taken.
    /// - Throws: ``AuditLogError/malformedKey(_:)`` for a line of `martlet.yaml` that is no key.
    package func witnesses() throws(AuditLogError) -> [KnownWitness] {
        var witnesses: [KnownWitness] = []
        for text in settings.witnesses { witnesses.append(try KnownWitness(text)) }
        return witnesses
    }

    /// Takes what witnesses say of a checkpoint that left, or of one that the log's own key signed: an export has one
    /// that nobody was told of, and it counts as one that left from now on.
    ///
    /// - Parameters:
    ///   - text: the cosigned note.
    ///   - ignoringUnknown: Whether signatures of witnesses that are not known are passed over.
    /// - Returns: the checkpoint with all signatures there are now.
    /// - Throws: ``AuditError`` or ``AuditLogError`` when it is not ours, nobody known signed it, or somebody signed it
    ///   who is not known.
    package func cosign(
        _ text: String, by caller: Caller, ignoringUnknown: Bool = false
    ) async throws -> PublishedCheckpoint {
        let (keys, key) = (try witnesses().map(\.key), verificationKey)
        let digest = CanonicalJSON.sha256Hex(text)
        return try await store.change(AuditAction("audit", "cosign", ["note_sha256": digest]), by: caller) { db in
            let (note, checkpoint) = try Self.read(text)
            guard checkpoint.origin.utf8.elementsEqual(key.name.utf8) else {
                throw AuditError.foreignCheckpoint("it is about the log \(checkpoint.origin)")
            }
            let ours = try db.published(size: checkpoint.size) ?? Self.leaveNow(note, checkpoint, key, db)
            guard try SignedNote(parsing: ours.note).text == note.text else {
                throw AuditError.foreignCheckpoint("the root of \(checkpoint.size) entries is another one here")
            }
            var signers: [String] = []
            for witness in keys {
                guard let cosignature = try Self.cosignature(of: note, by: witness) else { continue }
                try db.execute(
                    """
                    INSERT INTO audit_cosignatures (size, witness, key_id, signature, signed_at, received_at)
                    VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (size, witness, key_id) DO UPDATE SET
                    signature = excluded.signature, signed_at = excluded.signed_at, received_at = excluded.received_at
                    """,
                    [
                        .integer(Int64(checkpoint.size)), .text(witness.name), .integer(Int64(witness.keyID)),
                        .blob(cosignature.signature.bytes), .integer(cosignature.time), .integer(db.now),
                    ])
                signers.append(witness.name)
            }
            guard !signers.isEmpty else {
                let names = note.signatures.map(\.keyName).joined(separator: ", ")
                throw AuditError.noKnownWitness(names.isEmpty ? "none" : names)
            }
            let known = Set(try SignedNote(parsing: ours.note).signatures.map(\.keyName) + signers)
            let strangers = note.signatures.map(\.keyName).filter { !known.contains($0) }
            guard ignoringUnknown || strangers.isEmpty else {
                throw AuditError.noKnownWitness(strangers.joined(separator: ", "))
            }
            db.note("size", "\(checkpoint.size)")
            db.note("witnesses", signers.joined(separator: " "))
            guard let completed = try db.published(size: checkpoint.size) else { throw AuditError.notPublished }
            return completed
        }
    }

    /// The checkpoint of a note that the log's key signed, which counts as one that left from now on.
    private static func leaveNow(
        _ note: SignedNote, _ checkpoint: Checkpoint, _ key: LogVerificationKey, _ db: Transaction
    ) throws -> PublishedCheckpoint {
        let own = note.signatures.filter { $0.keyID == key.keyID && $0.keyName.utf8.elementsEqual(key.name.utf8) }
        guard !own.isEmpty else { throw AuditError.checkpointMissing(size: checkpoint.size) }
        guard (try? note.verify(by: [key])) != nil, (try? StoredLog(db).root(size: checkpoint.size)) == checkpoint.root
        else {
            throw AuditError.foreignCheckpoint("the root of \(checkpoint.size) entries is another one here")
        }
        var signed = try SignedNote(text: note.text)
        for signature in own { signed.add(signature) }
        return try db.leave(signed.encoded, size: checkpoint.size, because: "cosigned")
    }

    private static func read(_ text: String) throws(AuditError) -> (SignedNote, Checkpoint) {
        do {
            let note = try SignedNote(parsing: text)
            return (note, try Checkpoint(text: note.text))
        } catch {
            throw .foreignCheckpoint(error.message)
        }
    }

    private static func cosignature(
        of note: SignedNote, by witness: WitnessVerificationKey
    ) throws(AuditError) -> Cosignature? {
        do {
            return try witness.cosignature(of: note)
        } catch {
            throw .foreignCheckpoint(error.message)
        }
    }
}
