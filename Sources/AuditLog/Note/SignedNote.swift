/// A text and signatures over it (C2SP signed-note). The text is worth nothing before ``verify(by:)``.
package struct SignedNote: Sendable, Equatable {
    package struct Signature: Sendable, Equatable {
        package var keyName: String
        package var keyID: UInt32
        /// 64 bytes for Ed25519; of any length for signers not known here.
        package var bytes: [UInt8]

        package init(keyName: String, keyID: UInt32, bytes: [UInt8]) {
            (self.keyName, self.keyID, self.bytes) = (keyName, keyID, bytes)
        }
    }

    package static let maximumSizeInBytes = 1 << 20
    package static let maximumSignatures = 100
    private static let dash = Array("\u{2014} ".utf8)

    /// Ends in a newline; it is signed with that newline.
    package let text: String
    package private(set) var signatures: [Signature]

    /// An unsigned text.
    ///
    /// - Throws: ``AuditLogError/malformedNote(_:)`` unless it ends in a newline and has no other control character.
    package init(text: String) throws(AuditLogError) {
        guard text.utf8.count <= Self.maximumSizeInBytes else { throw .malformedNote("more than 1 MiB") }
        guard text.utf8.last == UInt8(ascii: "\n") else { throw .malformedNote("the text does not end in a newline") }
        guard text.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }) else {
            throw .malformedNote("the text holds a control character")
        }
        (self.text, signatures) = (text, [])
    }

    /// Reads what ``encoded`` gives. Nothing is verified yet.
    package init(parsing note: String) throws(AuditLogError) {
        let bytes = Array(note.utf8)
        guard bytes.count <= Self.maximumSizeInBytes else { throw .malformedNote("more than 1 MiB") }
        guard bytes.last == 0x0A else { throw .malformedNote("it does not end in a newline") }
        // The text ends at the last empty line.
        guard let blank = bytes.indices.dropFirst().last(where: { bytes[$0] == 0x0A && bytes[$0 - 1] == 0x0A }) else {
            throw .malformedNote("no empty line divides text and signatures")
        }
        try self.init(text: String(decoding: bytes[..<blank], as: UTF8.self))
        let lines = bytes[(blank + 1)...].dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
        guard blank + 1 < bytes.count else { throw .malformedNote("it has no signature") }
        guard lines.count <= Self.maximumSignatures else {
            throw .malformedNote("more than \(Self.maximumSignatures) signatures")
        }
        for line in lines { signatures.append(try Self.signature(line)) }
    }

    private static func signature(_ line: ArraySlice<UInt8>) throws(AuditLogError) -> Signature {
        let parts = line.dropFirst(dash.count).split(separator: 0x20, omittingEmptySubsequences: false)
        guard line.starts(with: dash), parts.count == 2 else {
            throw .malformedNote("a signature line is not a dash, a name and base64")
        }
        let name = String(decoding: parts[0], as: UTF8.self)
        guard NoteKey.isValidName(name) else { throw .malformedNote("a signer's name is not valid") }
        guard let bytes = AuditLog.bytes(base64: String(decoding: parts[1], as: UTF8.self)), bytes.count > 4 else {
            throw .malformedNote("the signature of \(name) is not base64 of more than 4 bytes")
        }
        let id = bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Signature(keyName: name, keyID: id, bytes: Array(bytes.dropFirst(4)))
    }

    /// The text, an empty line, and one line a signature.
    package var encoded: String {
        text + "\n"
            + signatures.map { signature in
                let id = (0..<4).map { UInt8(truncatingIfNeeded: signature.keyID >> (24 - 8 * $0)) }
                return "\u{2014} \(signature.keyName) \(encodedBase64(id + signature.bytes))\n"
            }.joined()
    }

    /// Adds the signature of `key`, in place of an earlier one by it.
    package mutating func sign(with key: LogSigningKey) throws(AuditLogError) {
        let id = key.verificationKey.keyID
        let bytes = try key.signature(for: Array(text.utf8))
        add(Signature(keyName: key.name, keyID: id, bytes: bytes))
    }

    /// Adds a signature that was made elsewhere, in place of an earlier one by the same key.
    package mutating func add(_ signature: Signature) {
        signatures.removeAll {
            $0.keyID == signature.keyID && $0.keyName.utf8.elementsEqual(signature.keyName.utf8)
        }
        signatures.append(signature)
    }

    /// The trusted keys that signed this text. Signatures by others are ignored.
    ///
    /// - Throws: ``AuditLogError/badSignature(keyName:)`` if one by a trusted key does not fit, and
    ///   ``AuditLogError/unsigned(trusted:)`` if there is none.
    @discardableResult
    package func verify(by keys: [LogVerificationKey]) throws(AuditLogError) -> [LogVerificationKey] {
        var signers: [LogVerificationKey] = []
        let bytes = Array(text.utf8)
        for signature in signatures {
            for key in keys where key.keyID == signature.keyID && key.name.utf8.elementsEqual(signature.keyName.utf8) {
                guard key.isValid(signature.bytes, for: bytes) else { throw .badSignature(keyName: key.name) }
                if !signers.contains(key) { signers.append(key) }
            }
        }
        guard !signers.isEmpty else { throw .unsigned(trusted: keys.map(\.description)) }
        return signers
    }
}
