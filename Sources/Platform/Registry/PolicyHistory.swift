import AuditLog
import Foundation
import MartletDomain
import Metadata

/// A policy that was in force.
package struct PolicyPeriod: Sendable, Hashable {
    package var digest: String
    package var text: String
    /// From when, milliseconds since 1970 UTC.
    package var from: Int64
    package var by: String
    /// Where in the audit log it is told of.
    package var auditPosition: Int64
}

/// What a workspace's policies are called in the log and kept as.
struct PolicyInForce: Sendable {
    let policies: Policies
    /// Canonical JSON.
    let text: String
    /// SHA-256 of the text, hexadecimal.
    let digest: String

    init(_ policies: Policies) throws {
        self.policies = policies
        text = try canonicalText(PolicyText(policies))
        digest = CanonicalJSON.sha256Hex(text)
    }

    /// Puts these policies on record if they are not those that were in force last. A weaker one is told of in so many
    /// words.
    func adopt(in store: Store) async throws {
        let (last, models) = try await store.read { db in
            (
                try db.lastPolicy(),
                try db.rows("SELECT name FROM registered_models WHERE deleted_at IS NULL").map { try $0.text("name") }
            )
        }
        guard last?.digest != digest else { return }
        var parameters: [String: String?] = [
            "digest": digest, "policy": text, "former_digest": last?.digest, "system_user": NSUserName(),
        ]
        if let last {
            let weakenings = Self.weakenings(policies, from: last.text, models)
            parameters["weaker"] = "\(!weakenings.isEmpty)"
            parameters["weakened"] = weakenings.isEmpty ? nil : weakenings.joined(separator: "\n")
        }
        let action = AuditAction("policy", last == nil ? "adopted" : "changed", parameters)
        try await store.change(action, by: .setup) { db in
            try record(in: db)
            db.note(before: last?.digest, after: digest)
        }
    }

    /// What is weaker, in words. Of a former text that cannot be read nobody knows.
    private static func weakenings(_ policies: Policies, from former: String, _ models: [String]) -> [String] {
        guard let node = try? decoded(DeclarationNode.self, from: former),
            let old = try? PolicyText.policies(in: LocatedNode(node))
        else { return ["the former policy cannot be read, so that nobody can say what it asked for"] }
        return policies.weakenings(from: old, models: models)
    }

    /// Within the change that makes a workspace, or that tells of another policy.
    func record(in db: Transaction) throws {
        try db.execute(
            "INSERT INTO policy_texts (digest, text) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING",
            [.text(digest), .text(text)])
        try db.execute(
            "INSERT INTO policy_periods (number, digest, in_force_from, opened_by, audit_position) VALUES (?, ?, ?, ?, ?)",
            [
                .integer(try db.next("policy_period")), .text(digest), .integer(try db.registryTime()),
                .text(db.caller.user.name), .integer(try db.auditPosition()),
            ])
    }
}

extension Registry {
    /// Every policy that was ever in force, oldest first.
    package func policyHistory() async throws -> [PolicyPeriod] {
        try await store.read { db in
            try db.rows(
                "SELECT p.*, t.text FROM policy_periods p JOIN policy_texts t ON t.digest = p.digest ORDER BY p.number"
            ).map { try PolicyPeriod($0) }
        }
    }
}

extension Snapshot {
    fileprivate func lastPolicy() throws -> PolicyPeriod? {
        try row(
            "SELECT p.*, t.text FROM policy_periods p JOIN policy_texts t ON t.digest = p.digest "
                + "ORDER BY p.number DESC LIMIT 1"
        ).map { try PolicyPeriod($0) }
    }
}

extension PolicyPeriod {
    fileprivate init(_ row: SQLRow) throws {
        self.init(
            digest: try row.text("digest"), text: try row.text("text"), from: try row.integer("in_force_from"),
            by: try row.text("opened_by"), auditPosition: try row.integer("audit_position"))
    }
}
