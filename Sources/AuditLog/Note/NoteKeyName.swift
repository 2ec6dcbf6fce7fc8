import Crypto

/// The name of a signing key, and the number that with the name stands for the key (C2SP signed-note).
enum NoteKey {
    /// The byte that says Ed25519 in keys and key ids.
    static let ed25519: UInt8 = 1
    /// The byte that says Ed25519 cosignature with a time (C2SP tlog-cosignature).
    static let cosignature: UInt8 = 4

    /// Not empty, no Unicode space, no control character, no plus.
    static func isValidName(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy { scalar in
                !scalar.properties.isWhitespace && scalar.value >= 0x20 && scalar != "+" && scalar.value != 0x7F
            }
    }

    /// The first four bytes, big-endian, of SHA-256(name ‖ 0x0A ‖ type ‖ public key).
    static func id(name: String, publicKey: [UInt8], type: UInt8 = ed25519) -> UInt32 {
        SHA256.hash(data: Array(name.utf8) + [0x0A, type] + publicKey).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    static func hex(_ id: UInt32) -> String {
        hexadecimal((0..<4).map { UInt8(truncatingIfNeeded: id >> (24 - 8 * $0)) })
    }

    /// Reads `name+hex(id)+base64(type ‖ 32 bytes)`. Base64 may hold a plus, so the parts are cut from the left.
    static func parse(
        _ text: String, type: UInt8 = ed25519
    ) throws(AuditLogError) -> (name: String, id: UInt32, key: [UInt8]) {
        guard text.utf8.count <= 4096 else { throw .malformedKey("longer than 4096 bytes") }
        let parts = text.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformedKey("it is not name+id+key") }
        let (name, key) = (String(Substring(parts[0])), AuditLog.bytes(base64: String(Substring(parts[2]))))
        guard isValidName(name) else { throw .malformedKey("the name is empty or holds a space") }
        guard let idBytes = AuditLog.bytes(hexadecimal: Substring(parts[1])), idBytes.count == 4 else {
            throw .malformedKey("the id is not 8 lower-case hexadecimal digits")
        }
        guard let key, key.count == 33 else { throw .malformedKey("the key is not the base64 of 33 bytes") }
        guard key[0] == type else {
            let names: [UInt8: String] = [ed25519: "a log's key (type 1)", cosignature: "a witness's key (type 4)"]
            throw .malformedKey("its type is \(key[0]), and \(names[type] ?? "type \(type)") is needed")
        }
        return (name, idBytes.reduce(0) { $0 << 8 | UInt32($1) }, Array(key.dropFirst()))
    }
}
