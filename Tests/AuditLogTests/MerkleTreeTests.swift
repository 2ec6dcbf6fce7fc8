import AuditLog
import Testing

/// RFC 6962's definitions, word for word.
enum Definition {
    static func root(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
        guard leaves.count > 1 else { return leaves.first ?? MerkleTree.emptyRoot }
        let middle = leaves.startIndex + split(leaves.count)
        return MerkleTree.nodeHash(root(leaves[..<middle]), root(leaves[middle...]))
    }

    static func path(_ index: Int, _ leaves: ArraySlice<MerkleHash>) -> [MerkleHash] {
        guard leaves.count > 1 else { return [] }
        let k = split(leaves.count)
        let (left, right) = (leaves.prefix(k), leaves.dropFirst(k))
        return index < k ? path(index, left) + [root(right)] : path(index - k, right) + [root(left)]
    }

    static func proof(_ from: Int, _ leaves: ArraySlice<MerkleHash>, _ whole: Bool = true) -> [MerkleHash] {
        if from == leaves.count { return whole ? [] : [root(leaves)] }
        let k = split(leaves.count)
        let (left, right) = (leaves.prefix(k), leaves.dropFirst(k))
        return from <= k ? proof(from, left, whole) + [root(right)] : proof(from - k, right, false) + [root(left)]
    }

    private static func split(_ count: Int) -> Int {
        var k = 1
        while k * 2 < count { k *= 2 }
        return k
    }
}

@Suite struct MerkleTreeTests {
    private let leaves = sampleEntries(70).map { MerkleTree.leafHash($0) }

    private func subtree(_ level: Int, _ index: Int) throws -> MerkleHash {
        Definition.root(leaves[index << level..<(index + 1) << level])
    }

    @Test func `Roots are those of Certificate Transparency's reference trees`() throws {
        let entries = [
            "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
        ]
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        let hashes = entries.map { text in
            let digits = Array(text)
            return MerkleTree.leafHash(
                stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) })
        }
        for size in 0...8 { #expect(MerkleTree.root(of: hashes.prefix(size)).hex == roots[size]) }
        let proof = try MerkleTree.inclusionProof(index: 5, size: 8) { level, index in
            MerkleTree.root(of: hashes[index << level..<(index + 1) << level])
        }
        #expect(
            proof.map(\.hex) == [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ])
    }

    @Test func `Roots computed elsewhere are the same`() throws {
        let hashes = sampleEntries(1000).map { MerkleTree.leafHash($0) }
        for (size, root) in try AuditGolden.load().roots {
            #expect(MerkleTree.root(of: hashes.prefix(try #require(Int(size)))).hex == root, "size \(size)")
        }
    }

    @Test func `The frontier has the defined root at every size, and goes on from stored state`() throws {
        var frontier = MerkleFrontier()
        for size in 0...70 {
            #expect(frontier.size == size)
            #expect(frontier.root == Definition.root(leaves[..<size]))
            frontier = try #require(MerkleFrontier(size: frontier.size, hashes: frontier.hashes))
            if size < 70 { frontier.append(leaves[size]) }
        }
        #expect(MerkleFrontier(size: 3, hashes: [leaves[0]]) == nil)
        #expect(MerkleFrontier(size: -1, hashes: leaves) == nil)
    }

    @Test func `Every inclusion proof up to 70 leaves is the defined one and verifies, and no mutation does`() throws {
        for size in 1...70 {
            let root = Definition.root(leaves[..<size])
            for index in 0..<size {
                let proof = try MerkleTree.inclusionProof(index: index, size: size, hash: subtree)
                #expect(proof == Definition.path(index, leaves[..<size]))
                func verifies(
                    _ leaf: MerkleHash? = nil, _ at: Int? = nil, _ of: Int? = nil, _ with: [MerkleHash]? = nil
                ) -> Bool {
                    MerkleTree.verifyInclusion(
                        leafHash: leaf ?? leaves[index], index: at ?? index, size: of ?? size, proof: with ?? proof,
                        root: root)
                }
                #expect(verifies())
                #expect(!verifies(leaves[(index + 1) % 70]))
                #expect(!verifies(nil, index ^ 1) && !verifies(nil, index - 1) && !verifies(nil, index + 1))
                #expect(!verifies(nil, nil, nil, proof + [root]))
                #expect(!verifies(nil, nil, nil, [root] + proof))
                if proof.isEmpty { continue }
                #expect(!verifies(nil, nil, nil, proof.dropLast()))
                var changed = proof
                changed[index % proof.count] = MerkleTree.leafHash([1])
                #expect(!verifies(nil, nil, nil, changed))
            }
        }
    }

    @Test func `Every consistency proof up to 70 leaves is the defined one and verifies, and no mutation does`() throws
    {
        for to in 1...70 {
            let toRoot = Definition.root(leaves[..<to])
            for from in 1...to {
                let fromRoot = Definition.root(leaves[..<from])
                let proof = try MerkleTree.consistencyProof(from: from, to: to, hash: subtree)
                #expect(proof == Definition.proof(from, leaves[..<to]))
                func verifies(_ old: MerkleHash, _ new: MerkleHash, _ with: [MerkleHash]) -> Bool {
                    MerkleTree.verifyConsistency(from: from, to: to, fromRoot: old, toRoot: new, proof: with)
                }
                #expect(verifies(fromRoot, toRoot, proof))
                let other = MerkleTree.leafHash([1])
                #expect(!verifies(other, toRoot, proof) && !verifies(fromRoot, other, proof))
                #expect(!verifies(fromRoot, toRoot, proof + [other]))
                if proof.isEmpty { continue }
                #expect(!verifies(fromRoot, toRoot, proof.dropLast()))
                for index in proof.indices {
                    var changed = proof
                    changed[index] = other
                    #expect(!verifies(fromRoot, toRoot, changed))
                }
            }
        }
    }

    @Test func `Odd sizes and indexes are refused without a crash`() throws {
        let odd = [Int.min, -1, 0, 1, 5, 1 << 62, .max - 1, .max]
        for first in odd {
            for second in odd {
                for count in [0, 1, 3, 63, 70] {
                    let proof = Array(leaves.prefix(count))
                    let isTrivial = (first, second) == (0, 1) || (first == 0 && second > 0) || first == second
                    let included = MerkleTree.verifyInclusion(
                        leafHash: leaves[0], index: first, size: second, proof: proof, root: leaves[1])
                    #expect(!included)
                    let consistent = MerkleTree.verifyConsistency(
                        from: first, to: second, fromRoot: leaves[0], toRoot: leaves[1], proof: proof)
                    #expect(!consistent || isTrivial)
                }
                _ = try? MerkleTree.inclusionProof(index: first, size: second) { _, _ in leaves[0] }
                _ = try? MerkleTree.consistencyProof(from: first, to: second) { _, _ in leaves[0] }
            }
        }
        #expect(try MerkleTree.inclusionProof(index: .max - 1, size: .max) { _, _ in leaves[0] }.count <= 63)
        #expect(throws: AuditLogError.self) { try MerkleTree.inclusionProof(index: 5, size: 5, hash: subtree) }
        #expect(throws: AuditLogError.self) { try MerkleTree.consistencyProof(from: 6, to: 5, hash: subtree) }
    }

    @Test func `Hashes are read only from 32 bytes in exact spelling`() throws {
        let hash = leaves[0]
        #expect(MerkleHash(hash.bytes) == hash && MerkleHash(hex: hash.hex) == hash)
        #expect(MerkleHash(base64: hash.base64) == hash)
        #expect(MerkleHash(hash.bytes.dropLast()) == nil && MerkleHash(hash.bytes + [0]) == nil)
        #expect(MerkleHash(hex: hash.hex.uppercased()) == nil && MerkleHash(hex: "zz") == nil)
        #expect(
            MerkleHash(base64: hash.base64 + "\n") == nil && MerkleHash(base64: String(hash.base64.dropLast())) == nil)
        #expect(Set(leaves).count == leaves.count)
    }
}
