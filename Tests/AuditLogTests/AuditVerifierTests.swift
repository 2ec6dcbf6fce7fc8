import AuditLog
import Testing

@Suite struct AuditVerifierTests {
    private struct Row {
        var position: Int
        var entry: [UInt8]
        var leafHash: MerkleHash?
    }

    private let entries = sampleEntries(700)
    private var rows: [Row] {
        entries.enumerated().map { Row(position: $0, entry: $1, leafHash: MerkleTree.leafHash($1)) }
    }

    private func verify(_ rows: [Row], signed: [[UInt8]]? = nil, tileRoots: [MerkleHash] = []) throws
        -> AuditVerification
    {
        let (note, key) = try signedCheckpoint(signed ?? entries)
        var verifier = AuditVerifier(checkpoint: note, key: key)
        for row in rows { verifier.add(position: row.position, entry: row.entry, leafHash: row.leafHash) }
        return verifier.finish(tileRoots: tileRoots)
    }

    private var tileRoots: [MerkleHash] {
        [0, 1].map { tile in MerkleTree.root(of: rows[tile * 256..<(tile + 1) * 256].compactMap(\.leafHash)) }
    }

    @Test func `An untouched log of any size is intact`() throws {
        for size in [0, 1, 2, 255, 256, 257, 512, 700] {
            let part = Array(entries.prefix(size))
            let result = try verify(
                Array(rows.prefix(size)), signed: part, tileRoots: Array(tileRoots.prefix(size / 256)))
            #expect(result.isIntact, "\(size): \(result.problems)")
            #expect(result.size == size && result.signedSize == size)
            #expect(result.root == MerkleTree.root(of: part.map { MerkleTree.leafHash($0) }))
        }
    }

    @Test func `A changed entry or leaf hash is named by its position`() throws {
        for position in [0, 1, 255, 256, 511, 512, 699] {
            var changed = rows
            changed[position].entry[0] ^= 1
            let result = try verify(changed, tileRoots: tileRoots)
            #expect(result.problems.map(\.kind) == [.changed, .root])
            #expect(result.problems.first?.position == position)
            #expect(result.problems.last?.what.contains("stored leaf hashes have the signed root") == true)

            changed = rows
            changed[position].leafHash = position % 2 == 0 ? MerkleTree.emptyRoot : nil
            let other = try verify(changed, tileRoots: tileRoots)
            #expect(other.problems.map(\.kind) == [.changed])
            #expect(other.problems.first?.position == position)
        }
    }

    @Test func `An entry changed together with its leaf hash is found by the root and narrowed to its tile`() throws {
        var changed = rows
        changed[300].entry = [7]
        changed[300].leafHash = MerkleTree.leafHash([7])
        #expect(try verify(changed).problems.map(\.kind) == [.root])
        let result = try verify(changed, tileRoots: tileRoots)
        #expect(result.problems.map(\.kind) == [.tile, .root])
        #expect(result.problems.first?.position == 256 && result.problems.first?.lastPosition == 511)
    }

    @Test func `Missing, reordered and repeated entries are found`() throws {
        var cut = rows
        cut.removeSubrange(100..<103)
        var result = try verify(cut, tileRoots: tileRoots)
        #expect(result.problems.map(\.kind) == [.missing])
        #expect(result.problems.first?.position == 100 && result.problems.first?.lastPosition == 102)

        var swapped = rows
        swapped.swapAt(40, 41)
        result = try verify(swapped)
        #expect(result.problems.first?.position == 40)
        #expect(Set(result.problems.map(\.kind)) == [.missing, .outOfOrder])

        result = try verify(Array(rows.prefix(10)) + Array(rows[9...]))
        #expect(result.problems.map(\.kind) == [.outOfOrder])
        #expect(result.problems.first?.position == 9)

        // Swapped with their positions rewritten: every row is consistent by itself.
        (swapped[40].position, swapped[41].position) = (40, 41)
        #expect(try verify(swapped, tileRoots: tileRoots).problems.map(\.kind) == [.tile, .root])
    }

    @Test func `A log cut short and an unsigned tail are found`() throws {
        var result = try verify(Array(rows.prefix(650)), tileRoots: tileRoots)
        #expect(result.problems.map(\.kind) == [.missing])
        #expect(result.problems.first?.position == 650 && result.problems.first?.lastPosition == 699)

        result = try verify(rows, signed: Array(entries.prefix(690)), tileRoots: tileRoots)
        #expect(result.problems.map(\.kind) == [.unsigned])
        #expect(result.problems.first?.position == 690 && result.problems.first?.lastPosition == 699)
        #expect(result.root == MerkleTree.root(of: rows.prefix(690).compactMap(\.leafHash)))
        #expect(try verify(rows, signed: []).problems.map(\.kind) == [.unsigned])
        #expect(try verify([]).problems.map(\.kind) == [.missing])
    }

    @Test func `Another key or a damaged checkpoint is the first thing told`() throws {
        let (note, key) = try signedCheckpoint(entries)
        let other = try LogSigningKey.generate(name: "example.com/audit").verificationKey
        for (note, key) in [(note, other), ("", key), (String(note.dropLast()), key), ("garbage\n\n\n", key)] {
            var verifier = AuditVerifier(checkpoint: note, key: key)
            verifier.add(position: 0, entry: [1], leafHash: MerkleTree.leafHash([2]))
            let result = verifier.finish()
            #expect(Set(result.problems.map(\.kind)) == [.checkpoint, .changed])
            #expect(result.signedSize == nil)
        }
    }

    @Test func `Odd positions neither crash nor cost time`() throws {
        let hash = MerkleTree.leafHash([1])
        let odd = [Int.min, -1, 0, .max - 1, .max, .max, 5].map { Row(position: $0, entry: [1], leafHash: hash) }
        let result = try verify(odd, tileRoots: tileRoots)
        #expect(!result.isIntact)
        let wild = (0..<500).map { Row(position: $0 * 1_000_000_000, entry: [2], leafHash: hash) }
        let many = try verify(wild)
        #expect(many.problems.count == AuditVerification.problemLimit)
        #expect(many.problemsOmitted > 800)
        #expect(
            try verify([Row(position: 0, entry: [UInt8](repeating: 0, count: 70_000), leafHash: nil)]).problems.first?
                .kind == .changed)
    }
}
