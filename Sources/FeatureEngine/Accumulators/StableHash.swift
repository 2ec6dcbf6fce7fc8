/// XXH64 of `bytes` with seed 0. Specification: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
package func stableHash64(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    let primes: (UInt64, UInt64, UInt64, UInt64, UInt64) = (
        0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63,
        0x27D4_EB2F_1656_67C5
    )
    func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 { value << count | value >> (64 - count) }
    func word(_ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    func round(_ lane: UInt64, _ input: UInt64) -> UInt64 { rotated(lane &+ input &* primes.1, 31) &* primes.0 }
    func merged(_ hash: UInt64, _ lane: UInt64) -> UInt64 { (hash ^ round(0, lane)) &* primes.0 &+ primes.3 }

    var offset = 0
    var hash = primes.4
    if bytes.count >= 32 {
        var lanes = (primes.0 &+ primes.1, primes.1, UInt64(0), UInt64(0) &- primes.0)
        while offset + 32 <= bytes.count {
            lanes.0 = round(lanes.0, word(offset))
            lanes.1 = round(lanes.1, word(offset + 8))
            lanes.2 = round(lanes.2, word(offset + 16))
            lanes.3 = round(lanes.3, word(offset + 24))
            offset += 32
        }
        hash = rotated(lanes.0, 1) &+ rotated(lanes.1, 7) &+ rotated(lanes.2, 12) &+ rotated(lanes.3, 18)
        hash = merged(merged(merged(merged(hash, lanes.0), lanes.1), lanes.2), lanes.3)
    }
    hash &+= UInt64(bytes.count)
    while offset + 8 <= bytes.count {
        hash = rotated(hash ^ round(0, word(offset)), 27) &* primes.0 &+ primes.3
        offset += 8
    }
    if offset + 4 <= bytes.count {
        let half = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        hash = rotated(hash ^ UInt64(half) &* primes.0, 23) &* primes.1 &+ primes.2
        offset += 4
    }
    while offset < bytes.count {
        hash = rotated(hash ^ UInt64(bytes[offset]) &* primes.4, 11) &* primes.0
        offset += 1
    }
    hash = (hash ^ hash >> 33) &* primes.1
    hash = (hash ^ hash >> 29) &* primes.2
    return hash ^ hash >> 32
}

package func stableHash64(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { stableHash64($0) } }
