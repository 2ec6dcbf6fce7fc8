package import AuditLog
import Foundation
package import MartletDomain
package import Metadata

/// The log of who did what: read, searched, proven, and carried out of reach of who keeps the workspace.
package struct Audit: Sendable {
    let store: Store
    let workspace: Workspace
    package let settings: AuditSettings
    /// What outlives a call.
    let desk: AuditDesk
    /// Where object stores are named, with what opens them.
    private(set) var environment = ProcessInfo.processInfo.environment

    package init(store: Store, workspace: Workspace, settings: AuditSettings = AuditSettings()) {
        self.init(store: store, workspace: workspace, settings: settings, desk: AuditDesk())
    }

    init(store: Store, workspace: Workspace, settings: AuditSettings, desk: AuditDesk) {
        (self.store, self.workspace, self.settings, self.desk) = (store, workspace, settings, desk)
    }

    /// The same log, pushed with another environment than the process's.
    package func pushing(with environment: [String: String]) -> Audit {
        var audit = self
        audit.environment = environment
        return audit
    }

    /// Reads the witnesses' keys and the targets of a configuration.
    /// - Throws: ``WorkspaceError/configuration(_:reason:)`` for one that is none.
    static func check(_ settings: AuditSettings, _ workspace: Workspace) throws(WorkspaceError) {
        do {
            for text in settings.witnesses { _ = try KnownWitness(text) }
            for text in settings.push { _ = try CheckpointTarget(text) }
        } catch {
            throw .configuration(workspace.configurationFile.path, reason: "audit: \(error)")
        }
    }

    /// The log's public key, as an auditor keeps it.
    package var verificationKey: LogVerificationKey { store.trail.identity.key.verificationKey }

    /// The newest signed checkpoint; nil before the first entry.
    package func checkpoint() async throws -> String? {
        try await store.read { try StoredLog($0).newestNote() }
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
