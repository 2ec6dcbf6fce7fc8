import AuditLog
import Foundation
import Testing

@Suite struct TlogProofTests {
    @Test func `A proof of each entry holds for it and for nothing else, at any size`() throws {
        for size in [1, 2, 3, 7, 8, 255, 256, 257] {
            let log = try GrowingLog(size)
            let note = try log.note(size)
            for index in Set([0, 1, size / 2, size - 1]).filter({ $0 < size }) {
                let proof = TlogProof(
                    entry: log.entries[index], index: index,
                    hashes: try log.inclusionProof(index: index, size: size), checkpoint: note)
                let read = try TlogProof(parsing: proof.text)
                #expect(read == proof)
                #expect(try read.verify(by: log.verificationKey).size == size)
                #expect(throws: AuditLogError.self) { try read.verify(entry: [0], by: log.verificationKey) }
                var other = read
                other.index = (index + 1) % max(2, size)
                #expect(throws: AuditLogError.self) { try other.verify(by: log.verificationKey) }
                var without = read
                without.entry = nil
                #expect(throws: AuditLogError.self) { try without.verify(by: log.verificationKey) }
                #expect(try without.verify(entry: log.entries[index], by: log.verificationKey).size == size)
                let stranger = try GrowingLog(1, seed: 3).verificationKey
                #expect(throws: AuditLogError.self) { try read.verify(by: stranger) }
            }
        }
    }

    @Test func `A proof of consistency holds between any two sizes, and not for another history`() throws {
        let log = try GrowingLog(70)
        var forged = try GrowingLog(70)
        forged.entries[2] = [9]
        for to in [1, 2, 5, 64, 65, 70] {
            for from in 0...to {
                let proof = TlogConsistency(
                    oldSize: from, hashes: try log.consistencyProof(from: from, to: to), checkpoint: try log.note(to))
                let read = try TlogConsistency(parsing: proof.text)
                #expect(read == proof)
                let old = try Checkpoint(note: log.note(from), verifiedBy: log.verificationKey)
                #expect(try read.verify(since: old, by: log.verificationKey).size == to)
                guard from >= 3 else { continue }
                let other = try Checkpoint(note: forged.note(from), verifiedBy: log.verificationKey)
                #expect(throws: AuditLogError.self) { try read.verify(since: other, by: log.verificationKey) }
            }
        }
    }

    @Test(arguments: [
        "", "c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v1\n\n", "c2sp.org/tlog-proof@v2\nindex 0\n\nx\n",
        "c2sp.org/tlog-proof@v1\nindex 00\n\nx\n", "c2sp.org/tlog-proof@v1\nindex -1\n\nx\n",
        "c2sp.org/tlog-proof@v1\nextra *\nindex 0\n\nx\n", "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx\n",
        "c2sp.org/tlog-proof@v1\nindex 99999999999999999999\n\nx\n",
    ])
    func `What is no proof is refused`(_ text: String) {
        #expect(throws: AuditLogError.self) { try TlogProof(parsing: text) }
    }

    @Test func `Only tiles that are needed are fetched for a proof of consistency`() throws {
        let log = try GrowingLog(1_000)
        var (tiles, fetched) = (FetchedTiles(size: 1_000), [String]())
        var proof: [MerkleHash]?
        while proof == nil {
            do {
                proof = try tiles.consistencyProof(from: 300, to: 1_000)
            } catch let missing as FetchedTiles.Missing {
                fetched.append(missing.path)
                let tile = try #require(TlogTile(path: missing.path))
                try tiles.put(log.hashes(level: tile.level ?? 0, in: tile.range).flatMap(\.bytes), for: missing)
            }
        }
        #expect(try proof == log.consistencyProof(from: 300, to: 1_000))
        #expect(Set(fetched).count == fetched.count && fetched.count <= 4)
    }

    @Test func `A tile's path has one spelling`() throws {
        for (path, level, index, width) in [
            ("tile/0/000", 0, 0, 256), ("tile/3/x001/x234/067.p/17", 3, 1_234_067, 17), ("tile/63/999.p/1", 63, 999, 1),
        ] {
            let tile = try #require(TlogTile(path: path))
            #expect(tile.level == level && tile.index == index && tile.width == width)
        }
        #expect(TlogTile(path: "tile/entries/x001/000.p/255")?.range == 256_000..<256_255)
        for path in [
            "", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/00/000", "tile/+1/000", "tile/64/000",
            "tile/0/x000/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p", "tile/-1/000",
            "tile/0/000/", "tile/0/../000", "tile/entries/../../log.key", "tile/other/000", "tile/0/y001/000",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999", "tile/0/٠٠٠", "tile/0/+01",
        ] {
            #expect(TlogTile(path: path) == nil, "\(path)")
        }
    }
}
