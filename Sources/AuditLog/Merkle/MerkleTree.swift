import Crypto

/// The Merkle tree of RFC 6962 §2.1 over SHA-256.
///
/// A leaf is SHA-256(0x00 ‖ entry), a node SHA-256(0x01 ‖ left ‖ right), the empty tree SHA-256(""). A tree of n > 1
/// leaves splits at the largest power of two below n.
package enum MerkleTree {
    /// The root of the tree without leaves.
    package static let emptyRoot = hash([])

    package static func leafHash(_ entry: [UInt8]) -> MerkleHash {
        entry.withUnsafeBytes { leafHash($0) }
    }

    package static func leafHash(_ entry: UnsafeRawBufferPointer) -> MerkleHash {
        var prefix: UInt8 = 0
        var hasher = SHA256()
        withUnsafeBytes(of: &prefix) { hasher.update(bufferPointer: $0) }
        hasher.update(bufferPointer: entry)
        return hasher.finalize().withUnsafeBytes { MerkleHash(unsafe: $0) }
    }

    package static func nodeHash(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { buffer in
            buffer[0] = 1
            left.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[1..<33]).copyMemory(from: $0) }
            right.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[33..<65]).copyMemory(from: $0) }
            var hasher = SHA256()
            hasher.update(bufferPointer: UnsafeRawBufferPointer(buffer))
            return hasher.finalize().withUnsafeBytes { MerkleHash(unsafe: $0) }
        }
    }

    /// The root of the tree over `leafHashes`, in order.
    package static func root(of leafHashes: some Sequence<MerkleHash>) -> MerkleHash {
        MerkleFrontier(leafHashes: leafHashes).root
    }

    private static func hash(_ bytes: [UInt8]) -> MerkleHash {
        SHA256.hash(data: bytes).withUnsafeBytes { MerkleHash(unsafe: $0) }
    }
}
