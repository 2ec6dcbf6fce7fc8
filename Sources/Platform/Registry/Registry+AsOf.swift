import AuditLog
package import MartletDomain
import Metadata

extension Registry {
    /// What callers of a model got at a moment, who had vouched for it, and under which policy.
    ///
    /// - Parameter time: Milliseconds since 1970 UTC; what changed at that very time has happened.
    package func asOf(_ time: Int64, _ name: String) async throws -> ModelAsOf {
        let changes = try await history(of: name)
        return try await store.read { db in try db.asOf(time, name, changes) }
    }
}

extension Snapshot {
    fileprivate func asOf(_ time: Int64, _ name: String, _ changes: [StageChange]) throws -> ModelAsOf {
        var production: ModelAsOf.Standing?
        if let version = changes.production(at: time),
            let change = changes.last(where: { $0.version == version && $0.to == .production && $0.at <= time })
        {
            production = try standing(change)
        }
        var aliases: [String: ModelAsOf.Standing] = [:]
        for (alias, version) in changes.aliases(at: time) {
            let change = changes.last {
                $0.version == version && $0.alias == alias && !$0.isRemoved && $0.at <= time
            }
            if let change { aliases[alias] = try standing(change) }
        }
        let period = try row(
            "SELECT p.digest, t.text FROM policy_periods p JOIN policy_texts t ON t.digest = p.digest "
                + "WHERE p.in_force_from <= ? ORDER BY p.number DESC LIMIT 1", [.integer(time)])
        let standings = [production].compactMap { $0 } + aliases.values
        let positions = standings.flatMap { [$0.change.auditPosition] + $0.approvals.map(\.auditPosition) }
        var entries: [String: String] = [:]
        for position in Set(positions.compactMap { $0 }) {
            let entry = try row("SELECT entry FROM audit_entries WHERE position = ?", [.integer(position)])
            if let entry { entries["\(position)"] = try AuditEntry(encoded: entry.blob("entry")).eventID }
        }
        return ModelAsOf(
            model: name, at: time, production: production, aliases: aliases,
            policyDigest: try period?.text("digest"), policy: try period?.text("text"), auditEntries: entries)
    }

    /// The approvals of an alias, and of changes of old, are those on record then.
    private func standing(_ change: StageChange) throws -> ModelAsOf.Standing {
        let version = try row(
            "SELECT v.number, v.artifact_digest, c.number AS change FROM stage_changes c "
                + "JOIN model_versions v ON v.number = c.version JOIN registered_models m ON m.number = v.model "
                + "WHERE m.name = ? AND v.version = ? AND c.changed_at = ? AND COALESCE(c.to_stage, '') = ? "
                + "AND COALESCE(c.alias, '') = ? ORDER BY c.number DESC LIMIT 1",
            [
                .text(change.version.name), .integer(change.version.version), .integer(change.at),
                .text(change.to?.rawValue ?? ""), .text(change.alias ?? ""),
            ])
        guard let version else { throw RegistryError.versionMissing(change.version) }
        let digest = try version.text("artifact_digest")
        var approvals = try rows(
            "SELECT s.* FROM stage_change_approvals a JOIN sign_offs s ON s.number = a.sign_off WHERE a.change = ? "
                + "ORDER BY s.number", [.integer(try version.integer("change"))]
        ).map { try $0.signOff(of: change.version) }
        if approvals.isEmpty, change.way != .breakGlass {
            approvals = try rows(
                "SELECT * FROM sign_offs WHERE version = ? AND signed_at <= ? AND artifact_digest = ? ORDER BY number",
                [.integer(try version.integer("number")), .integer(change.at), .text(digest)]
            ).map { try $0.signOff(of: change.version) }
        }
        let policy = try change.policyDigest.flatMap { digest in
            try row("SELECT text FROM policy_texts WHERE digest = ?", [.text(digest)])?.text("text")
        }
        return .init(
            version: change.version.version, artifactDigest: digest, change: change, approvals: approvals,
            policy: policy)
    }
}
