import Metadata

extension Registry {
    /// SHA-256 of the policy in force, as audit entries name it.
    var policyDigest: String? { (try? PolicyInForce(policies))?.digest }

    /// The text of a policy that was in force, by its digest; nil for one that is not kept.
    func policyText(_ digest: String?) async throws -> String? {
        guard let digest else { return nil }
        return try await store.read { db in
            try db.row("SELECT text FROM policy_texts WHERE digest = ?", [.text(digest)])?.text("text")
        }
    }
}
