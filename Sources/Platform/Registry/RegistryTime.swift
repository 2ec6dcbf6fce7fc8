package import MartletDomain
package import Metadata

extension Snapshot {
    /// The time that ages are counted to: `now`, or the newest that the registry has recorded, if the clock has been
    /// turned back since. Milliseconds since 1970 UTC.
    func registryTime(_ now: Int64) throws -> Int64 {
        let newest = try row("SELECT newest FROM registry_clock WHERE id = 1")?.integer("newest") ?? 0
        return max(now, newest)
    }

    /// Where in the audit log the entry of the change that is under way will be.
    func auditPosition() throws -> Int64 {
        try row("SELECT COALESCE(MAX(position), -1) + 1 AS position FROM audit_entries")?.integer("position") ?? 0
    }

    /// SHA-256 of the policy that was in force last; nil when none is on record.
    func policyDigest() throws -> String? {
        try row("SELECT digest FROM policy_periods ORDER BY number DESC LIMIT 1")?.text("digest")
    }

    /// Whether a person has an account. In a workspace without any, everybody is who they say.
    package func standing(of name: String) throws -> OwnerStanding {
        if let user = try row("SELECT deactivated_at FROM users WHERE name = ?", [.text(name)]) {
            let since = try user.integerIfPresent("deactivated_at")
            return since == nil ? .active : .deactivated(since: since)
        }
        return try row("SELECT name FROM users LIMIT 1") == nil ? .active : .unknown
    }
}

extension Transaction {
    /// What time it is for the registry: it never goes back.
    func registryTime() throws -> Int64 { try registryTime(now) }

    func advanceRegistryClock() throws {
        try execute("UPDATE registry_clock SET newest = ? WHERE id = 1 AND newest < ?", [.integer(now), .integer(now)])
    }
}
