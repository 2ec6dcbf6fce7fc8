import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

/// A workspace of schema 17, whose log has leaves of version 1.0 (`Tests/Golden/audit/make_workspace_1_0.py`).
@Suite struct OldLeavesTests {
    private static let leaves = 32

    private func withOldWorkspace(_ body: (Workspace) async throws -> Void) async throws {
        let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Golden/audit/workspace-1.0")
        try await withTemporaryFolder { folder in
            let workspace = Workspace(folder.appending(path: "old"))
            try FileManager.default.copyItem(at: golden, to: workspace.folder)
            // A checkout does not keep who may read a file.
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600], ofItemAtPath: workspace.signingKeyFile.path)
            try await body(workspace)
        }
    }

    private func key(of workspace: Workspace) throws -> LogVerificationKey {
        try LogVerificationKey(
            String(contentsOf: workspace.verificationKeyFile, encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines))
    }

    @Test func `A log of earlier leaves is gone on with, and what was signed before still holds`() async throws {
        try await withOldWorkspace { workspace in
            let key = try key(of: workspace)
            let before = try AuditArchive(workspace.metadataFile).verify(by: key)
            #expect(before.isIntact && before.size == Self.leaves)

            let platform = try await Platform.open(workspace, durability: .normal)
            let kept = try #require(try await platform.audit.checkpoint())
            // The policy in force is put on record where it was not yet.
            #expect(try Checkpoint(note: kept, verifiedBy: key).size >= Self.leaves)
            let engineer = Caller(User(name: "engineer", roles: [.contributor]), requestID: "r")
            _ = try await platform.tracking.createExperiment(name: "new", by: engineer)
            let entries = try await platform.audit.entries(from: 0, limit: 1_000).map(\.entry)
            #expect(entries.prefix(Self.leaves).allSatisfy { $0.version == "1.0" && $0.userIdentity.kind == nil })
            #expect(entries.dropFirst(Self.leaves).allSatisfy { $0.version == "1.1" && $0.userIdentity.kind != nil })
            #expect(entries.count > Self.leaves)

            // Found, proven and written to the folder like any other.
            let found = try await platform.audit.search(AuditQuery(object: "flight-delay"), limit: 10).events
            #expect(found.count == 2)
            for event in found {
                #expect(try event.entry.encoded() == event.bytes)
                let proof = try await platform.audit.prove(position: event.position, by: .setup)
                #expect(try proof.verify(by: key).size > Self.leaves)
            }
            _ = try await platform.audit.writeFolder()
            try await platform.close()

            let archive = try AuditArchive(workspace.metadataFile)
            #expect(try archive.verify(by: key, keeping: kept).isIntact)
            let copy = try TlogDirectory.verifyDirectory(at: workspace.audit, key: key, keeping: kept)
            #expect(copy.isIntact && copy.size > Self.leaves, "\(copy.problems)")
            let lines = workspace.folder.appending(path: "rows.jsonl")
            #expect(try archive.exportRows(to: lines) >= entries.count)
        }
    }

    @Test func `A changed earlier leaf is still named`() async throws {
        try await withOldWorkspace { workspace in
            let platform = try await Platform.open(workspace, durability: .normal)
            _ = try await platform.audit.publish(because: "request", by: .setup)
            _ = try await platform.audit.writeFolder()
            try await platform.close()
            let file = try #require(
                FileManager.default.subpathsOfDirectory(atPath: workspace.audit.path)
                    .first { $0.hasPrefix("tile/entries/000.p/") })
            var entries = try EntryBundle.decode([UInt8](Data(contentsOf: workspace.audit.appending(path: file))))
            entries[5][20] ^= 1
            try Data(EntryBundle.encode(entries)).write(to: workspace.audit.appending(path: file))
            let found = try TlogDirectory.verifyDirectory(at: workspace.audit, key: try key(of: workspace))
            #expect(found.problems.first?.position == 5)
        }
    }
}
