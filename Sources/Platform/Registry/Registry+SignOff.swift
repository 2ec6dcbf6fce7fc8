package import MartletDomain
import Metadata

extension Registry {
    /// Records that the caller vouches for a version's files to stand in a stage, in each role that the policy asks for
    /// and the caller has.
    ///
    /// - Returns: What was recorded, one for each role.
    /// - Throws: ``RegistryError/mayNotSign(user:_:_:)``, ``RegistryError/signsOwn(user:_:)``,
    ///   ``RegistryError/nothingToSign(_:)``.
    @discardableResult
    package func signOff(
        _ name: String, _ version: String, for stage: Stage, comment: String? = nil, by caller: Caller
    ) async throws -> [SignOff] {
        let id = try ModelVersion.ID(name, version)
        try refuse(RegistryNames.problems(text: comment))
        let policy = policy
        let parameters = ["name": name, "version": version, "stage": stage.rawValue, "comment": comment]
        return try await change("sign_off", parameters, by: caller) { db in
            let stored = try db.version(id)
            let user = caller.user
            let roles = user.signingRoles(of: policy.signers(for: stage), on: .registeredModel(name))
            guard !roles.isEmpty else {
                throw RegistryError.mayNotSign(user: user.name, policy.signers(for: stage), stage)
            }
            guard stored.version.registeredBy != user.name else {
                throw RegistryError.signsOwn(user: user.name, stored.version.id)
            }
            guard stored.version.artifactCount > 0 else { throw RegistryError.nothingToSign(id) }
            let signOffs = roles.map { role in
                SignOff(
                    version: stored.version.id, stage: stage, role: role, user: user.name, comment: comment,
                    artifactDigest: stored.version.artifactDigest, at: db.now)
            }
            for signOff in signOffs { try db.insert(signOff, of: stored) }
            db.note("roles", roles.map(\.rawValue).joined(separator: " "))
            db.note("artifact_digest", stored.version.artifactDigest)
            return signOffs
        }
    }

    /// Every sign-off of a version, oldest first.
    package func signOffs(of id: ModelVersion.ID) async throws -> [SignOff] {
        try await store.read { db in try db.signOffs(of: try db.version(id)) }
    }
}

extension Transaction {
    fileprivate func insert(_ signOff: SignOff, of stored: StoredVersion) throws {
        try execute(
            "INSERT INTO sign_offs (number, version, stage, role, signed_by, comment, artifact_digest, signed_at) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .integer(try next("sign_off")), .integer(stored.number), .text(signOff.stage.rawValue),
                .text(signOff.role.rawValue), .text(signOff.user), SQLValue(signOff.comment),
                .text(signOff.artifactDigest), .integer(signOff.at),
            ])
    }
}

extension Snapshot {
    func signOffs(of stored: StoredVersion) throws -> [SignOff] {
        try rows("SELECT * FROM sign_offs WHERE version = ? ORDER BY number", [.integer(stored.number)]).map { row in
            guard let stage = Stage(rawValue: try row.text("stage")) else {
                throw StoreError.unexpectedValue(column: "stage")
            }
            guard let role = Role(word: try row.text("role")) else {
                throw StoreError.unexpectedValue(column: "role")
            }
            return SignOff(
                version: stored.version.id, stage: stage, role: role, user: try row.text("signed_by"),
                comment: try row.textIfPresent("comment"), artifactDigest: try row.text("artifact_digest"),
                at: try row.integer("signed_at"))
        }
    }
}
