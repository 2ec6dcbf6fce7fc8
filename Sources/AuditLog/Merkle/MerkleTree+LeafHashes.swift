import Dispatch

extension MerkleTree {
    /// The leaf hash of each entry, in order, computed on all processors.
    package static func leafHashes(_ entries: [[UInt8]]) -> [MerkleHash] {
        guard entries.count >= 64 else { return entries.map { leafHash($0) } }
        return [MerkleHash](unsafeUninitializedCapacity: entries.count) { buffer, filled in
            let places = Places(hashes: buffer)
            let part = 32
            DispatchQueue.concurrentPerform(iterations: (entries.count + part - 1) / part) { index in
                for place in index * part..<min((index + 1) * part, entries.count) {
                    places.put(leafHash(entries[place]), at: place)
                }
            }
            filled = entries.count
        }
    }

    /// Each place is written once, by one thread.
    private struct Places: @unchecked Sendable {
        let hashes: UnsafeMutableBufferPointer<MerkleHash>

        func put(_ hash: MerkleHash, at place: Int) {
            guard let first = hashes.baseAddress else { return }
            (first + place).initialize(to: hash)
        }
    }
}
