import AuditLog
package import MartletDomain
import Metadata

extension Registry {
    /// Refuses, on record, to put a version in front of callers whose files are not those that were registered.
    ///
    /// Versions without files of ours pass here; what must be sealed, the policy says. What cannot be asked for at all,
    /// the change itself refuses.
    func requireSealed(
        _ id: ModelVersion.ID, _ verb: String, _ parameters: [String: String?], by caller: Caller
    ) async throws {
        guard caller.may(Verb("registry", verb)), let version = try? await version(id),
            let path = version.artifactPath, version.artifactCount > 0
        else { return }
        do {
            try await artifacts.requireSealed(path, digest: version.artifactDigest, subject: "\(id)")
        } catch let refusal as any MartletError {
            try await change(verb, parameters, by: caller) { db in
                db.note("artifact_digest", version.artifactDigest)
                throw refusal
            }
        }
    }

    /// Whether a version's files are those that were registered, and which are not.
    package func seal(of id: ModelVersion.ID) async throws -> VersionSeal {
        let version = try await version(id)
        guard let path = version.artifactPath, version.artifactCount > 0 else {
            return VersionSeal(
                version: id, state: .unsealed, digest: version.artifactDigest, root: nil, files: [],
                problems: ["No files of it are in the artifact store."])
        }
        let sealed = try await artifacts.seal(of: path)
        var seal = VersionSeal(
            version: id, state: .intact, digest: version.artifactDigest, root: sealed?.root,
            files: sealed?.files ?? [], problems: [])
        do {
            try await artifacts.requireSealed(path, digest: version.artifactDigest, subject: "\(id)")
        } catch let broken as SealBroken {
            seal.state = .broken
            seal.problems =
                broken.differences.isEmpty ? [broken.message] : broken.differences.map(\.sentence)
        }
        return seal
    }
}
