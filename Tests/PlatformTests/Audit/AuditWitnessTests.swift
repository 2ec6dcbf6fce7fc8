import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

@Suite struct AuditWitnessTests {
    private func withWitnessed(
        _ body: (Platform, WitnessSigningKey, URL) async throws -> Void
    ) async throws {
        let signer = try WitnessSigningKey.generate(name: "witness.example/w1")
        try await withTemporaryFolder { folder in
            let workspace = Workspace(folder.appending(path: "home"))
            try FileManager.default.createDirectory(at: workspace.folder, withIntermediateDirectories: true)
            try WorkspaceConfiguration(
                workspace: "test", policy: .open,
                audit: AuditSettings(witnesses: [signer.verificationKey.description])
            ).write(workspace)
            let platform = try await Platform.open(workspace, durability: .normal)
            do {
                try await body(platform, signer, folder)
            } catch {
                try? await platform.close()
                throw error
            }
            try await platform.close()
        }
    }

    private func witness(_ platform: Platform, _ signer: WitnessSigningKey, _ folder: URL) -> Witness {
        let audit = platform.workspace.audit
        return Witness(
            key: signer, log: platform.audit.verificationKey, state: folder.appending(path: "seen"),
            read: { try? Data(contentsOf: audit.appending(path: $0)) })
    }

    @Test func `A witness follows a log as it grows, and its cosignatures are given out`() async throws {
        try await withWitnessed { platform, signer, folder in
            let witness = witness(platform, signer, folder)
            for round in 0..<4 {
                for number in 0..<round * 90 {
                    _ = try await platform.tracking.createExperiment(name: "e\(round)-\(number)", by: .anyone)
                }
                let published = try await platform.audit.publish(because: "request", by: .anyone)
                _ = try await platform.audit.writeFolder()
                let note = try await witness.look(at: 1_770_000_000 + Int64(round))
                let taken = try await platform.audit.cosign(note, by: .anyone)
                #expect(taken.size == published.size && taken.witnesses == ["witness.example/w1"])
                let served = try await platform.audit.servedCheckpoint()
                let cosignature = try signer.verificationKey.cosignature(of: try SignedNote(parsing: served))
                #expect(cosignature?.time == 1_770_000_000 + Int64(round))
                // A newer one takes its place, and proofs carry it.
                _ = try await platform.audit.cosign(witness.look(at: 1_780_000_000), by: .anyone)
                let proof = try await platform.audit.prove(position: 0, by: .anyone)
                let again = try signer.verificationKey.cosignature(of: try SignedNote(parsing: proof.checkpoint))
                #expect(again?.time == 1_780_000_000)
            }
        }
    }

    @Test func `A witness signs nothing of a log that went back or is another one`() async throws {
        try await withWitnessed { platform, signer, folder in
            let witness = witness(platform, signer, folder)
            for number in 0..<5 { _ = try await platform.tracking.createExperiment(name: "e\(number)", by: .anyone) }
            let old = try await platform.audit.publish(because: "request", by: .anyone)
            _ = try await platform.audit.writeFolder()
            let checkpoint = platform.workspace.audit.appending(path: "checkpoint")
            let earlier = try Data(contentsOf: checkpoint)
            _ = try await witness.look(at: 1)
            _ = try await platform.tracking.createExperiment(name: "later", by: .anyone)
            _ = try await platform.audit.publish(because: "request", by: .anyone)
            _ = try await platform.audit.writeFolder()
            _ = try await witness.look(at: 2)
            let seen = try Data(contentsOf: folder.appending(path: "seen"))
            try earlier.write(to: checkpoint)
            await #expect(throws: AuditLogError.self) { try await witness.look(at: 3) }
            // Another history of the same size, signed by the same key: who has the key can do that.
            let key = try LogSigningKey(file: platform.workspace.signingKeyFile)
            let forged = try Checkpoint(
                origin: key.name, size: old.size + 50, root: MerkleTree.leafHash([1])
            ).signed(by: key)
            try Data(forged.utf8).write(to: checkpoint)
            await #expect(throws: (any Error).self) { try await witness.look(at: 4) }
            #expect(try Data(contentsOf: folder.appending(path: "seen")) == seen)
        }
    }

    @Test func `A cosignature of a stranger, or of a checkpoint that is not ours, is refused and logged`() async throws
    {
        try await withWitnessed { platform, signer, folder in
            let published = try await platform.audit.publish(because: "request", by: .anyone)
            let note = try SignedNote(parsing: published.note)
            let stranger = try WitnessSigningKey.generate(name: "stranger.example")
            let foreign = try LogSigningKey.generate(name: "other.example/log")
            let other = try SignedNote(
                parsing: Checkpoint(origin: foreign.name, size: 1, root: MerkleTree.leafHash([])).signed(by: foreign))
            let another = try SignedNote(
                text: Checkpoint(
                    origin: platform.audit.verificationKey.name, size: published.size, root: MerkleTree.leafHash([])
                ).text)
            let unknownSize = try SignedNote(
                text: Checkpoint(
                    origin: platform.audit.verificationKey.name, size: 77_777, root: MerkleTree.leafHash([])
                ).text)
            var broken = try signer.cosign(note, at: 5)
            if var last = broken.signatures.last {
                last.bytes[20] ^= 1
                broken.add(last)
            }
            for wrong in [
                published.note, try stranger.cosign(note, at: 5).encoded, try signer.cosign(other, at: 5).encoded,
                try signer.cosign(another, at: 5).encoded, try signer.cosign(unknownSize, at: 5).encoded,
                broken.encoded, "nothing",
            ] {
                await #expect(throws: (any Error).self) { try await platform.audit.cosign(wrong, by: .anyone) }
            }
            #expect(try await platform.audit.published(limit: 1).first?.witnesses == [])
            let refused = try await platform.auditEntries().filter { $0.actionName == "cosign" }
            #expect(refused.count == 7 && refused.allSatisfy { $0.response.statusCode >= 400 })
        }
    }

    @Test func `A signature of a stranger is refused beside that of a known witness, too`() async throws {
        try await withWitnessed { platform, signer, folder in
            let published = try await platform.audit.publish(because: "request", by: .anyone)
            let stranger = try WitnessSigningKey.generate(name: "stranger.example")
            let known = try signer.cosign(SignedNote(parsing: published.note), at: 5)
            let both = try stranger.cosign(known, at: 6)
            let refusal = await #expect(throws: AuditError.self) {
                try await platform.audit.cosign(both.encoded, by: .anyone)
            }
            #expect(refusal == .noKnownWitness("stranger.example"))
            #expect(try await platform.audit.published(limit: 1).first?.witnesses == [])
            // What the log itself gave out is no stranger's, and a witness's answer may hold more than was asked for.
            _ = try await platform.audit.cosign(known.encoded, by: .anyone)
            let taken = try await platform.audit.cosign(both.encoded, by: .anyone, ignoringUnknown: true)
            #expect(taken.witnesses == ["witness.example/w1"])
        }
    }

    @Test func `The checkpoint of an export can be cosigned, and counts as one that left`() async throws {
        try await withWitnessed { platform, signer, folder in
            _ = try await platform.tracking.createExperiment(name: "one", by: .anyone)
            let export = folder.appending(path: "export")
            let size = try AuditArchive(platform.workspace.metadataFile).export(to: export)
            let text = try String(contentsOf: export.appending(path: "checkpoint"), encoding: .utf8)
            let note = try signer.cosign(SignedNote(parsing: text), at: 5)
            _ = try await platform.tracking.createExperiment(name: "two", by: .anyone)
            let larger = try await platform.audit.publish(because: "request", by: .anyone)
            let taken = try await platform.audit.cosign(note.encoded, by: .anyone)
            #expect(taken.size == size && taken.reason == "cosigned" && taken.witnesses == ["witness.example/w1"])
            // Proofs, the folder and pushes go on from the largest.
            #expect(try await platform.audit.newestPublished()?.size == larger.size)
            #expect(try await platform.audit.writeFolder() > 0)
            // One that the log's key did not sign is not let out by anybody else's word.
            var unsigned = try SignedNote(text: Checkpoint(text: SignedNote(parsing: larger.note).text).text)
            unsigned = try signer.cosign(unsigned, at: 6)
            _ = try await platform.audit.cosign(unsigned.encoded, by: .anyone)
            let grown = try Checkpoint(
                origin: platform.audit.verificationKey.name, size: larger.size + 1, root: MerkleTree.leafHash([7]))
            let key = try LogSigningKey(file: platform.workspace.signingKeyFile)
            for wrong in [try SignedNote(text: grown.text), try SignedNote(parsing: grown.signed(by: key))] {
                let cosigned = try signer.cosign(wrong, at: 7).encoded
                await #expect(throws: AuditError.self) { try await platform.audit.cosign(cosigned, by: .anyone) }
            }
        }
    }
}
