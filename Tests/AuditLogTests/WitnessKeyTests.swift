import AuditLog
import Foundation
import Testing

@Suite struct WitnessKeyTests {
    private let witness: WitnessSigningKey
    private let log: GrowingLog

    init() throws {
        witness = try WitnessSigningKey(name: "witness.example/w1", seed: Array(100..<132))
        log = try GrowingLog(5)
    }

    @Test func `A cosigned note keeps the log's signature, and says when it was seen`() throws {
        let note = try SignedNote(parsing: log.note(5))
        let cosigned = try witness.cosign(note, at: 1_679_315_147)
        let read = try SignedNote(parsing: cosigned.encoded)
        #expect(try Checkpoint(note: cosigned.encoded, verifiedBy: log.verificationKey).size == 5)
        #expect(try witness.verificationKey.cosignature(of: read)?.time == 1_679_315_147)
        #expect(read.signatures.last?.bytes.count == 72)
        let stranger = try WitnessSigningKey(name: "witness.example/w2", seed: Array(0..<32))
        #expect(try stranger.verificationKey.cosignature(of: read) == nil)
    }

    @Test func `A cosignature of another text, time or key is refused`() throws {
        let cosigned = try witness.cosign(try SignedNote(parsing: log.note(5)), at: 7)
        let signature = try #require(cosigned.signatures.last)
        var other = try SignedNote(parsing: log.note(4))
        other.add(signature)
        #expect(throws: AuditLogError.self) { try witness.verificationKey.cosignature(of: other) }
        for place in [0, 7, 8, 71] {
            var (changed, note) = (signature, cosigned)
            changed.bytes[place] ^= 1
            note.add(changed)
            #expect(throws: AuditLogError.self, "\(place)") { try witness.verificationKey.cosignature(of: note) }
        }
        var (short, note) = (signature, cosigned)
        short.bytes.removeLast()
        note.add(short)
        #expect(throws: AuditLogError.self) { try witness.verificationKey.cosignature(of: note) }
    }

    @Test func `Keys of logs and of witnesses are not taken for one another`() throws {
        let text = witness.verificationKey.description
        #expect(try WitnessVerificationKey(text) == witness.verificationKey)
        #expect(throws: AuditLogError.self) { try LogVerificationKey(text) }
        #expect(throws: AuditLogError.self) { try WitnessVerificationKey(log.verificationKey.description) }
        #expect(throws: AuditLogError.self) { try WitnessVerificationKey(witness.encoded) }
        #expect(throws: AuditLogError.self) { try WitnessSigningKey(log.key.encoded) }
        #expect(!"\(witness)".contains(witness.encoded) && !String(reflecting: witness).contains(witness.encoded))
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("w.key")
            try witness.store(at: file)
            #expect(try WitnessSigningKey(file: file).verificationKey == witness.verificationKey)
            #expect(throws: AuditLogError.self) { try LogSigningKey(file: file) }
            #expect(throws: AuditLogError.self) { try witness.store(at: file) }
        }
    }
}
