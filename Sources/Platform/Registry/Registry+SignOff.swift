package import MartletDomain
import Metadata

extension Registry {
    /// Records that the caller vouches for a version's files to stand in a stage, in each role that the policy asks for
    /// and the caller has.
    ///
    /// - Parameter digest: The files that the caller has looked at; when the version has others, nothing is recorded.
    ///   Nil for whatever it has.
    /// - Returns: What was recorded, one for each role.
    /// - Throws: ``RegistryError/mayNotSign(user:_:_:)``, ``RegistryError/signsOwn(user:_:)``,
    ///   ``RegistryError/nothingToSign(_:)``, ``RegistryError/otherFiles(_:)``.
    @discardableResult
    package func signOff(
        _ name: String, _ version: String, for stage: Stage, comment: String? = nil, of digest: String? = nil,
        by caller: Caller
    ) async throws -> [SignOff] {
        let id = try ModelVersion.ID(name, version)
        try refuse(RegistryNames.problems(text: comment))
        let policy = policy(for: name)
        let parameters = [
            "name": name, "version": version, "stage": stage.rawValue, "comment": comment, "expected_digest": digest,
        ]
        return try await change("sign_off", parameters, by: caller) { db in
            let stored = try db.version(id)
            let roles = caller.user.signingRoles(of: policy.signers(for: stage), forModel: name)
            guard !roles.isEmpty else {
                throw RegistryError.mayNotSign(user: caller.user.name, policy.signers(for: stage), stage)
            }
            guard digest == nil || digest == stored.version.artifactDigest else { throw RegistryError.otherFiles(id) }
            return try db.signOff(stored, for: [(stage, roles)], comment: comment, under: policy)
        }
    }

    /// Every sign-off of a version, oldest first.
    package func signOffs(of id: ModelVersion.ID) async throws -> [SignOff] {
        try await store.read { db in try db.signOffs(of: try db.version(id)) }
    }
}

extension Transaction {
    /// Records the caller's word for the files of a version, for each of these stages in each of these roles.
    func signOff(
        _ stored: StoredVersion, for stages: [(stage: Stage, roles: [Role])], comment: String?, under policy: Policy
    ) throws -> [SignOff] {
        let (user, version) = (caller.user, stored.version)
        guard version.artifactCount > 0 else { throw RegistryError.nothingToSign(version.id) }
        // Who registered the same files under another name made them, too.
        let authors = try rows(
            "SELECT DISTINCT registered_by FROM model_versions WHERE artifact_digest = ?",
            [.text(version.artifactDigest)]
        ).map { policy.people.person(try $0.text("registered_by")) }
        guard !authors.contains(policy.people.person(user.name)) else {
            throw RegistryError.signsOwn(user: user.name, version.id)
        }
        let (time, position) = (try registryTime(), try auditPosition())
        let signOffs = stages.flatMap { stage, roles in
            roles.map { role in
                SignOff(
                    version: version.id, stage: stage, role: role, user: user.name, comment: comment,
                    artifactDigest: version.artifactDigest, at: time, auditPosition: position)
            }
        }
        for signOff in signOffs {
            try insert(signOff, of: stored)
            try announce(.signedOff(signOff))
        }
        note("roles", Set(signOffs.map(\.role.rawValue)).sorted().joined(separator: " "))
        note("artifact_digest", version.artifactDigest)
        return signOffs
    }

    private func insert(_ signOff: SignOff, of stored: StoredVersion) throws {
        try execute(
            "INSERT INTO sign_offs (number, version, stage, role, signed_by, comment, artifact_digest, signed_at, "
                + "audit_position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .integer(try next("sign_off")), .integer(stored.number), .text(signOff.stage.rawValue),
                .text(signOff.role.rawValue), .text(signOff.user), SQLValue(signOff.comment),
                .text(signOff.artifactDigest), .integer(signOff.at), SQLValue(signOff.auditPosition),
            ])
    }
}

extension Snapshot {
    func signOffs(of stored: StoredVersion) throws -> [SignOff] {
        try rows("SELECT * FROM sign_offs WHERE version = ? ORDER BY number", [.integer(stored.number)]).map {
            try $0.signOff(of: stored.version.id)
        }
    }
}

extension SQLRow {
    func signOff(of id: ModelVersion.ID) throws -> SignOff {
        guard let stage = Stage(rawValue: try text("stage")) else {
            throw StoreError.unexpectedValue(column: "stage")
        }
        guard let role = Role(word: try text("role")) else {
            throw StoreError.unexpectedValue(column: "role")
        }
        return SignOff(
            version: id, stage: stage, role: role, user: try text("signed_by"),
            comment: try textIfPresent("comment"), artifactDigest: try text("artifact_digest"),
            at: try integer("signed_at"), auditPosition: try integerIfPresent("audit_position"))
    }
}
