import AuditLog

extension Registry {
    /// SHA-256 of the policy in force, as audit entries name it.
    var policyDigest: String? { (try? canonicalText(policy)).map { CanonicalJSON.sha256Hex($0) } }

    /// The text of a policy by its digest; nil for one that is not kept.
    func policyText(_ digest: String?) async throws -> String? {
        guard let digest, digest == policyDigest else { return nil }
        return try canonicalText(policy)
    }
}
