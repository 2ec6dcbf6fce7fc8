import AuditLog
package import MartletDomain
package import Metadata

/// Registered models and their versions: which there are, where they stand, and who vouched for them.
package struct Registry: Sendable {
    package let store: Store
    package let artifacts: Artifacts
    /// What must be true of a version before callers find it, by the names of models.
    package let policies: Policies
    /// The folder of the artifact store that a version's source means; nil if it means none of ours.
    let resolveSource: @Sendable (String) async throws -> ModelSource?
    /// Called after a change, which may have put something into the outbox of webhooks.
    private let changed: @Sendable () -> Void
    /// Whether somebody who is named as an owner still is there.
    let standing: @Sendable (Snapshot, String) throws -> OwnerStanding
    /// Whether there is this version of a table.
    let knows: @Sendable (Snapshot, TableReference) throws -> Bool

    package init(
        store: Store, artifacts: Artifacts, policies: Policies,
        resolveSource: @escaping @Sendable (String) async throws -> ModelSource?,
        standing: @escaping @Sendable (Snapshot, String) throws -> OwnerStanding = { try $0.standing(of: $1) },
        knows: @escaping @Sendable (Snapshot, TableReference) throws -> Bool = { try $0.knows($1) },
        changed: @escaping @Sendable () -> Void = {}
    ) {
        (self.store, self.artifacts, self.policies) = (store, artifacts, policies)
        (self.resolveSource, self.standing) = (resolveSource, standing)
        (self.knows, self.changed) = (knows, changed)
    }

    /// With one policy for all models.
    package init(
        store: Store, artifacts: Artifacts, policy: Policy,
        resolveSource: @escaping @Sendable (String) async throws -> ModelSource?
    ) {
        self.init(store: store, artifacts: artifacts, policies: Policies(policy), resolveSource: resolveSource)
    }

    /// The policy of a model, whether there is one of that name or not.
    package func policy(for model: String) -> Policy { policies.policy(for: model) }

    /// A stage of a model by its word, in any case.
    /// - Throws: ``RegistryError/invalid(_:)`` that names the stages there are.
    package func stage(named word: String, of model: String) throws(RegistryError) -> Stage {
        try policies.policy(for: model).stage(named: word)
    }

    /// One change, named in the audit log as the registry's, by somebody who may change things.
    func change<Result: Sendable>(
        _ verb: String, _ parameters: [String: String?], by caller: Caller,
        _ body: @escaping @Sendable (Transaction) throws -> Result
    ) async throws -> Result {
        defer { changed() }
        return try await store.change(AuditAction("registry", verb, parameters), by: caller) { db in
            try db.advanceRegistryClock()
            return try body(db)
        }
    }
}

extension ModelVersion {
    /// Equal for equal states: what the audit log holds of a version before and after a change. SHA-256, hexadecimal.
    var stateDigest: String? {
        let state = CanonicalJSON.object([
            "name": .string(id.name), "version": .string("\(id.version)"), "stage": .string(stage.rawValue),
            "description": .string(text), "source": .string(source),
            "artifact_path": artifactPath.map { .string($0) } ?? .null, "artifact_digest": .string(artifactDigest),
            "run_id": runID.map { .string($0) } ?? .null, "registered_by": .string(registeredBy),
            "aliases": .array(aliases.map { .string($0) }),
            "tags": .array(tags.map { .array([.string($0.key), .string($0.value)]) }),
        ])
        return try? state.sha256Hex()
    }
}
