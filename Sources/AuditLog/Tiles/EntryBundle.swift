/// Up to 256 entries in one file: each a big-endian 16-bit length and the bytes (C2SP tlog-tiles).
package enum EntryBundle {
    /// The largest size that a bundle can have.
    static let maximumSizeInBytes = TlogPath.tileWidth * (2 + AuditEntry.maximumSizeInBytes)

    /// - Throws: ``AuditLogError/malformedTile(_:)`` for more than 256 entries or one above 65,535 bytes.
    package static func encode(_ entries: [[UInt8]]) throws(AuditLogError) -> [UInt8] {
        guard entries.count <= TlogPath.tileWidth else { throw .malformedTile("\(entries.count) entries") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.reduce(0) { $0 + 2 + $1.count })
        for entry in entries {
            guard let length = UInt16(exactly: entry.count) else {
                throw .malformedTile("an entry of \(entry.count) bytes")
            }
            bytes.append(UInt8(length >> 8))
            bytes.append(UInt8(length & 0xFF))
            bytes.append(contentsOf: entry)
        }
        return bytes
    }

    /// - Throws: ``AuditLogError/malformedTile(_:)`` if the bytes end within an entry or hold more than 256.
    package static func decode(_ bytes: [UInt8]) throws(AuditLogError) -> [[UInt8]] {
        let (entries, rest) = readable(bytes, limit: TlogPath.tileWidth)
        guard rest == 0 else { throw .malformedTile("\(rest) bytes behind entry \(entries.count) are no entry") }
        return entries
    }

    /// The entries before the first that is cut off, at most `limit`, and how many bytes are left then.
    static func readable(_ bytes: [UInt8], limit: Int) -> (entries: [[UInt8]], rest: Int) {
        var entries: [[UInt8]] = []
        var offset = 0
        while entries.count < limit, bytes.count - offset >= 2 {
            let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
            guard bytes.count - offset - 2 >= length else { break }
            entries.append(Array(bytes[offset + 2..<offset + 2 + length]))
            offset += 2 + length
        }
        return (entries, bytes.count - offset)
    }
}
