import Crypto

/// The public key of a witness: somebody who checks that a log only grows, and says until when they saw it do so
/// (C2SP tlog-cosignature, Ed25519).
///
/// Spelt `name+hex(id)+base64(0x04 ‖ public key)`.
package struct WitnessVerificationKey: Sendable, Equatable, CustomStringConvertible {
    package let name: String
    package let keyID: UInt32
    /// The 32 bytes of the Ed25519 public key.
    package let publicKey: [UInt8]

    /// - Throws: ``AuditLogError/malformedKey(_:)`` for a bad name or other than 32 bytes.
    package init(name: String, publicKey: [UInt8]) throws(AuditLogError) {
        guard NoteKey.isValidName(name) else { throw .malformedKey("the name is empty or holds a space or plus") }
        guard (try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)) != nil else {
            throw .malformedKey("not a public key of Ed25519")
        }
        (self.name, self.publicKey) = (name, publicKey)
        keyID = NoteKey.id(name: name, publicKey: publicKey, type: NoteKey.cosignature)
    }

    /// Reads the spelling that ``description`` gives.
    package init(_ text: String) throws(AuditLogError) {
        guard !text.hasPrefix(LogSigningKey.prefix) else {
            throw .malformedKey("this is a private key; the public one is needed")
        }
        let (name, id, key) = try NoteKey.parse(text, type: NoteKey.cosignature)
        try self.init(name: name, publicKey: key)
        guard keyID == id else { throw .malformedKey("the id \(NoteKey.hex(id)) does not belong to the key") }
    }

    package var description: String {
        "\(name)+\(NoteKey.hex(keyID))+\(encodedBase64([NoteKey.cosignature] + publicKey))"
    }

    /// This witness's signature under a note, if there is one.
    ///
    /// - Throws: ``AuditLogError/badSignature(keyName:)`` if there is one that does not fit.
    package func cosignature(of note: SignedNote) throws(AuditLogError) -> Cosignature? {
        let mine = note.signatures.first { $0.keyID == keyID && $0.keyName.utf8.elementsEqual(name.utf8) }
        guard let mine else { return nil }
        guard mine.bytes.count == 72 else { throw .badSignature(keyName: name) }
        let seconds = mine.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let time = Int64(exactly: seconds),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey),
            key.isValidSignature(mine.bytes.dropFirst(8), for: Cosignature.message(note.text, at: time))
        else { throw .badSignature(keyName: name) }
        return Cosignature(signature: mine, time: time)
    }
}

/// A witness's word about a checkpoint.
package struct Cosignature: Sendable, Equatable {
    /// As it stands under the note.
    package var signature: SignedNote.Signature
    /// When the witness signed, in seconds since 1970 UTC, by the witness's own clock.
    package var time: Int64

    /// What is signed: `cosignature/v1`, the time, and the checkpoint's text.
    static func message(_ text: String, at time: Int64) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
    }
}

/// The private key of a witness, in the spelling of log keys with type 4.
package struct WitnessSigningKey: Sendable {
    package let name: String
    private let seed: [UInt8]
    package let verificationKey: WitnessVerificationKey

    /// - Parameter seed: the 32 bytes of RFC 8032's private key.
    package init(name: String, seed: [UInt8]) throws(AuditLogError) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw .malformedKey("not a private key of Ed25519")
        }
        (self.name, self.seed) = (name, seed)
        verificationKey = try WitnessVerificationKey(name: name, publicKey: Array(key.publicKey.rawRepresentation))
    }

    package static func generate(name: String) throws(AuditLogError) -> WitnessSigningKey {
        try WitnessSigningKey(name: name, seed: Array(Curve25519.Signing.PrivateKey().rawRepresentation))
    }

    package init(_ text: String) throws(AuditLogError) {
        guard text.hasPrefix(LogSigningKey.prefix) else {
            throw .malformedKey("it does not begin with \(LogSigningKey.prefix)")
        }
        let (name, id, seed) = try NoteKey.parse(
            String(text.dropFirst(LogSigningKey.prefix.count)), type: NoteKey.cosignature)
        try self.init(name: name, seed: seed)
        guard verificationKey.keyID == id else {
            throw .malformedKey("the id \(NoteKey.hex(id)) does not belong to the key")
        }
    }

    /// The secret spelling, for the key file only.
    package var encoded: String {
        let id = NoteKey.hex(verificationKey.keyID)
        return "\(LogSigningKey.prefix)\(name)+\(id)+\(encodedBase64([NoteKey.cosignature] + seed))"
    }

    /// Signs a checkpoint's text.
    ///
    /// - Parameter time: seconds since 1970 UTC, not negative.
    package func cosign(_ note: SignedNote, at time: Int64) throws(AuditLogError) -> SignedNote {
        guard time >= 0 else { throw .malformedNote("the time \(time) is before 1970") }
        let bytes: [UInt8]
        do {
            let key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
            bytes = Array(try key.signature(for: Cosignature.message(note.text, at: time)))
        } catch {
            throw .malformedKey("it can't sign")
        }
        let stamp = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(time) >> (56 - 8 * UInt64($0))) }
        var note = note
        note.add(.init(keyName: name, keyID: verificationKey.keyID, bytes: stamp + bytes))
        return note
    }
}

extension WitnessSigningKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "private key of the witness \(name)" }
    package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
