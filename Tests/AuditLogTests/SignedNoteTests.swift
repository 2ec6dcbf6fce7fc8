import AuditLog
import Foundation
import Testing

@Suite struct SignedNoteTests {
    /// The example in the documentation of Go's `sumdb/note`.
    private let goSigner = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    private let goVerifier = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    private let goText =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    private let goLine =
        "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

    @Test func `Signatures are byte for byte those that others make with the same key`() throws {
        let golden = try AuditGolden.load()
        let known = [golden.note, golden.checkpoint].map { ($0.signing_key, $0.verification_key, $0.text, $0.note) }
        for (signer, verifier, text, expected) in known + [(goSigner, goVerifier, goText, goText + "\n" + goLine)] {
            let key = try LogSigningKey(signer)
            #expect(key.encoded == signer)
            #expect(key.verificationKey.description == verifier)
            #expect(try LogVerificationKey(verifier + "\n") == key.verificationKey)
            var note = try SignedNote(text: text)
            try note.sign(with: key)
            #expect(note.encoded == expected)
            let read = try SignedNote(parsing: expected)
            #expect(read == note)
            #expect(try read.verify(by: [key.verificationKey]) == [key.verificationKey])
        }
    }

    @Test func `Unknown signers are ignored, and a bad signature of a known one is refused`() throws {
        let (go, other) = (try LogVerificationKey(goVerifier), try LogSigningKey.generate(name: "example.com/other"))
        var note = try SignedNote(parsing: goText + "\n" + goLine)
        try note.sign(with: other)
        try note.sign(with: other)
        #expect(note.signatures.count == 2)
        #expect(try note.verify(by: [go]) == [go])
        #expect(try note.verify(by: [go, other.verificationKey]).count == 2)
        let stranger = try LogSigningKey.generate(name: "PeterNeumann").verificationKey
        #expect(throws: AuditLogError.unsigned(trusted: [stranger.description])) { try note.verify(by: [stranger]) }
        #expect(throws: AuditLogError.unsigned(trusted: [])) { try note.verify(by: []) }
        let forged = try SignedNote(parsing: goText.replacingOccurrences(of: "answer", with: "remedy") + "\n" + goLine)
        #expect(throws: AuditLogError.badSignature(keyName: "PeterNeumann")) { try forged.verify(by: [go]) }
    }

    @Test func `A checkpoint is read only as the log writes it`() throws {
        let golden = try AuditGolden.load().checkpoint
        let key = try LogSigningKey(golden.signing_key)
        let checkpoint = try Checkpoint(note: golden.note, verifiedBy: key.verificationKey)
        #expect(checkpoint.size == 1000)
        #expect(checkpoint.text == golden.text)
        #expect(try checkpoint.signed(by: key) == golden.note)
        let root = checkpoint.root.base64
        for bad in [
            "", "a\n1\n\(root)", "a\n1\n\(root)\nmore\n", "\n1\n\(root)\n", "a\n01\n\(root)\n", "a\n+1\n\(root)\n",
            "a\n-1\n\(root)\n",
            "a\n 1\n\(root)\n", "a\n0\n\(root)\n", "a\n1\n\(root.dropLast())\n", "a\n99999999999999999999\n\(root)\n",
            "a\r\n1\n\(root)\n",
            "a b\n1\n\(root)\n", "a\n1\n\(root)\n\n",
        ] {
            #expect(throws: AuditLogError.self, "\(bad)") { try Checkpoint(text: bad) }
        }
        let foreign = try Checkpoint(origin: "example.com/b", size: 1, root: checkpoint.root)
        #expect(throws: AuditLogError.self) { try foreign.signed(by: key) }
        var note = try SignedNote(text: foreign.text)
        try note.sign(with: key)
        #expect(throws: AuditLogError.self) { try Checkpoint(note: note.encoded, verifiedBy: key.verificationKey) }
    }

    @Test func `Mangled keys are refused`() throws {
        for (text, isPrivate) in [(goVerifier, false), (goSigner, true)] {
            let bytes = Array(text.utf8)
            func isRead(_ bytes: some Sequence<UInt8>) -> Bool {
                let text = String(decoding: Array(bytes), as: UTF8.self)
                return isPrivate ? (try? LogSigningKey(text)) != nil : (try? LogVerificationKey(text)) != nil
            }
            #expect(isRead(bytes))
            for index in bytes.indices {
                var changed = bytes
                changed[index] &+= 1
                #expect(!isRead(changed), "byte \(index)")
                #expect(
                    !isRead(bytes.prefix(index)) && (index == 0 || !isRead(bytes.dropFirst(index))), "cut at \(index)")
            }
        }
        #expect(throws: AuditLogError.self) { try LogVerificationKey(goSigner) }
        for name in ["", "a b", "a+b", "a\nb", "a\u{A0}b"] {
            #expect(throws: AuditLogError.self) { try LogSigningKey.generate(name: name) }
        }
        let key = try LogSigningKey(goSigner)
        let shown = "\(key) \(String(reflecting: key))"
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!(shown + dumped).contains(key.encoded.suffix(20)))
    }

    @Test func `Random notes never crash the reader`() throws {
        let good = Array((goText + "\n" + goLine).utf8)
        let key = try LogVerificationKey(goVerifier)
        var generator = SeededGenerator(seed: 3)
        for round in 0..<3000 {
            var bytes = good
            let index = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[index] ^= UInt8.random(in: 1...255, using: &generator)
            if round % 3 == 0 { bytes.shuffle(using: &generator) }
            if round % 5 == 0 { bytes = Array(bytes.prefix(index)) }
            let text = String(decoding: bytes, as: UTF8.self)
            let note = try? SignedNote(parsing: text)
            #expect((try? note?.verify(by: [key])) == nil, "seed 3, round \(round)")
            _ = (try? Checkpoint(text: text), try? LogVerificationKey(text), try? LogSigningKey(text))
            if let note { #expect(note.encoded == text) }
        }
    }
}

@Suite struct LogSigningKeyFileTests {
    @Test func `A stored key is read back, and only its owner may read the file`() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("audit.key")
            let key = try LogSigningKey.generate(name: "example.com/audit")
            try key.store(at: file)
            #expect(try LogSigningKey(file: file).encoded == key.encoded)
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["audit.key"])
        }
    }

    @Test func `A key file is never overwritten`() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("audit.key")
            let key = try LogSigningKey.generate(name: "example.com/audit")
            try key.store(at: file)
            let other = try LogSigningKey.generate(name: "example.com/audit")
            #expect(throws: AuditLogError.keyFileExists(path: file.path)) { try other.store(at: file) }
            #expect(try LogSigningKey(file: file).encoded == key.encoded)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["audit.key"])
        }
    }

    @Test func `A missing, open, cut or foreign key file is refused with a reason`() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("audit.key")
            #expect(throws: AuditLogError.self) { try LogSigningKey(file: file) }
            #expect(throws: AuditLogError.self) { try LogSigningKey(file: folder) }
            try LogSigningKey.generate(name: "example.com/audit").store(at: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
            let refusal = #expect(throws: AuditLogError.self) { try LogSigningKey(file: file) }
            #expect(refusal?.message.contains("chmod 600") == true)
            let text = try String(contentsOf: file, encoding: .utf8)
            for bad in [
                "", "\n", String(text.dropLast()), String(text.dropLast(9)) + "\n", String(repeating: "x", count: 9000),
            ] {
                try Data(bad.utf8).write(to: file)
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
                #expect(throws: AuditLogError.self) { try LogSigningKey(file: file) }
            }
            let nowhere = folder.appendingPathComponent("none/audit.key")
            #expect(throws: AuditLogError.self) { try LogSigningKey.generate(name: "a").store(at: nowhere) }
        }
    }
}
