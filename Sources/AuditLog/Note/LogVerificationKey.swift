import Crypto

/// The public key of a log, with its name. Whoever has it can verify the log offline.
///
/// Spelt `name+hex(id)+base64(0x01 ‖ public key)` (C2SP signed-note's verifier key).
package struct LogVerificationKey: Sendable, Equatable, CustomStringConvertible {
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
        keyID = NoteKey.id(name: name, publicKey: publicKey)
    }

    /// Reads the spelling that ``description`` gives; spaces around it are ignored.
    ///
    /// - Throws: ``AuditLogError/malformedKey(_:)``, also if the id does not belong to name and key.
    package init(_ text: String) throws(AuditLogError) {
        let trimmed = String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        guard !trimmed.hasPrefix(LogSigningKey.prefix) else {
            throw .malformedKey("this is the private key; the public one is needed")
        }
        let (name, id, key) = try NoteKey.parse(trimmed)
        try self.init(name: name, publicKey: key)
        guard keyID == id else { throw .malformedKey("the id \(NoteKey.hex(id)) does not belong to the key") }
    }

    package var description: String {
        "\(name)+\(NoteKey.hex(keyID))+\(encodedBase64([NoteKey.ed25519] + publicKey))"
    }

    func isValid(_ signature: [UInt8], for text: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: text)
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.publicKey == right.publicKey && left.name.utf8.elementsEqual(right.name.utf8)
    }
}
