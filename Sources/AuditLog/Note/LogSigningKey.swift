import Crypto

/// The private key of a log (Ed25519), with its name. Whoever has it can sign another history: it stays in one file.
///
/// Spelt `PRIVATE+KEY+name+hex(id)+base64(0x01 ‖ seed)`, as Go's `sumdb/note` does.
package struct LogSigningKey: Sendable {
    static let prefix = "PRIVATE+KEY+"

    package let name: String
    private let seed: [UInt8]
    /// The key that `seed` gives, which takes as long to work out as a signature.
    private let key: Curve25519.Signing.PrivateKey
    package let verificationKey: LogVerificationKey

    /// A new random key.
    ///
    /// - Parameter name: best a URL without scheme, such as `example.com/team`; no spaces, no plus.
    /// - Throws: ``AuditLogError/malformedKey(_:)`` for a bad name.
    package static func generate(name: String) throws(AuditLogError) -> LogSigningKey {
        try LogSigningKey(name: name, seed: Array(Curve25519.Signing.PrivateKey().rawRepresentation))
    }

    /// - Parameter seed: the 32 bytes of RFC 8032's private key.
    package init(name: String, seed: [UInt8]) throws(AuditLogError) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw .malformedKey("not a private key of Ed25519")
        }
        (self.name, self.seed, self.key) = (name, seed, key)
        verificationKey = try LogVerificationKey(name: name, publicKey: Array(key.publicKey.rawRepresentation))
    }

    /// Reads the spelling that ``encoded`` gives.
    ///
    /// - Throws: ``AuditLogError/malformedKey(_:)``, which never shows the key.
    package init(_ text: String) throws(AuditLogError) {
        guard text.hasPrefix(Self.prefix) else { throw .malformedKey("it does not begin with \(Self.prefix)") }
        let (name, id, seed) = try NoteKey.parse(String(text.dropFirst(Self.prefix.count)))
        try self.init(name: name, seed: seed)
        guard verificationKey.keyID == id else {
            throw .malformedKey("the id \(NoteKey.hex(id)) does not belong to the key")
        }
    }

    /// The secret spelling, for the key file only.
    package var encoded: String {
        "\(Self.prefix)\(name)+\(NoteKey.hex(verificationKey.keyID))+\(encodedBase64([NoteKey.ed25519] + seed))"
    }

    /// The 64 bytes of the signature of `text`.
    func signature(for text: [UInt8]) throws(AuditLogError) -> [UInt8] {
        do {
            return Array(try key.signature(for: text))
        } catch {
            throw .malformedKey("it can't sign")
        }
    }
}

extension LogSigningKey: CustomStringConvertible, CustomReflectable {
    /// Says whose key it is and not what it is, so that no log ever shows it.
    package var description: String { "private key of \(name)" }
    package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
