package import AuditLog
import Foundation
import MartletDomain
package import Metadata

/// The log of who did what: read, proven, exported.
package struct Audit: Sendable {
    let store: Store
    let workspace: Workspace

    package init(store: Store, workspace: Workspace) { (self.store, self.workspace) = (store, workspace) }

    /// The log's public key, as an auditor keeps it.
    package var verificationKey: LogVerificationKey { store.trail.identity.key.verificationKey }

    /// The newest signed checkpoint; nil before the first entry.
    package func checkpoint() async throws -> String? {
        try await store.read { db in
            try db.row("SELECT note FROM audit_checkpoint WHERE id = 1")?.text("note")
        }
    }

    /// Entries by position, oldest first.
    /// - Parameter limit: 1,000 at most.
    package func entries(from position: Int64, limit: Int) async throws -> [(position: Int64, entry: AuditEntry)] {
        try await store.read { db in
            try db.rows(
                "SELECT position, entry FROM audit_entries WHERE position >= ? ORDER BY position LIMIT ?",
                [.integer(max(0, position)), .integer(Int64(min(max(1, limit), 1_000)))]
            ).map { (try $0.integer("position"), try AuditEntry(encoded: $0.blob("entry"))) }
        }
    }

    /// Recomputes the whole log and holds it against its signed checkpoint.
    package func verify() async throws -> AuditVerification {
        let (file, key) = (workspace.metadataFile, verificationKey)
        return try await offTheCooperativePool { try AuditArchive(file).verify(by: key) }
    }
}
