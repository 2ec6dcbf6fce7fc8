import AuditLog
import Foundation
package import MartletDomain
import Metadata

extension Registry {
    /// Registers the files that `source` means as a model's next version, and seals them: from then on nobody changes
    /// them.
    ///
    /// - Parameters:
    ///   - source: `models:/m-ID`, `models:/NAME/VERSION`, `runs:/RUN/PATH` or `mlflow-artifacts:/PATH`. A folder
    ///     without files, or a place that is not Martlet's, can be registered, but nobody signs for it and it passes no
    ///     performance gate.
    ///   - runID: The run that made it; nil or empty takes the one that the source tells of.
    ///   - claim: What the source belongs to, by who registers it over MLflow's API, and instead of `runID`; it must
    ///     hold.
    /// - Throws: ``RegistryError/sourceRefused(_:reason:)``, ``RegistryError/modelMissing(_:)``,
    ///   ``ArtifactError/changedMeanwhile(prefix:)`` when files arrive while they are read.
    @discardableResult
    package func createVersion(
        of name: String, source: String, runID: String? = nil, claim: SourceClaim? = nil, runLink: String? = nil,
        description: String = "", tags: [KeyedText] = [], by caller: Caller
    ) async throws -> ModelVersion {
        let given = claim.map { $0.run } ?? runID.flatMap { $0.isEmpty ? nil : $0 }
        let parameters = ["name": name, "source": source, "run_id": given]
        let (resolved, digest, packed): (VersionSource, ArtifactDigest?, PackedFeatures?)
        do {
            try caller.authorize(AuditAction("registry", "create_model_version"))
            resolved =
                tags.markPrompt ? try promptSource(source) : try await self.resolve(source, runID: given, claim: claim)
            try refuse(
                RegistryNames.problems(knownModel: name) + RegistryNames.problems(tags: tags)
                    + RegistryNames.problems(text: description))
            // Who names no model shall not make the server read files.
            _ = try await store.read { db in try db.registeredModel(name) }
            digest = try await self.digest(of: resolved.folder)
            packed = try await packedFeatures(in: resolved.folder, source: source)
        } catch let refusal as any MartletError {
            return try await change("create_model_version", parameters, by: caller) { _ in throw refusal }
        }
        return try await change("create_model_version", parameters, by: caller) { db in
            let model = try db.registeredModel(name)
            if let folder = resolved.folder, let digest { try Artifacts.recordSeal(folder, digest, in: db) }
            let last = try db.row(
                "UPDATE registered_models SET last_version = last_version + 1, updated_at = ? WHERE number = ? "
                    + "RETURNING last_version", [.integer(db.now), .integer(model)])
            guard let last else { throw RegistryError.modelMissing(name) }
            let id = ModelVersion.ID(name: name, version: try last.integer("last_version"))
            let number = try db.insert(
                id, ofModel: model, resolved, digest, runLink: runLink, description: description)
            for tag in tags { try db.set(tag, in: .model_version_tags, of: number) }
            if let packed { try db.insert(packed, ofVersion: number) }
            if let model = resolved.modelID { try db.note(version: id, onLoggedModel: model) }
            try db.announce(
                .created(
                    version: id, source: resolved.text, runID: resolved.toldRunID, tags: tags, description: description)
            )
            let stored = try db.version(id)
            try db.remember(stored, to: .unstaged)
            db.note("version", "\(id.version)")
            db.note("artifact_digest", stored.version.artifactDigest)
            db.note(before: nil, after: stored.version.stateDigest)
            return stored.version
        }
    }

    /// Nil when there are no files.
    private func digest(of folder: String?) async throws -> ArtifactDigest? {
        guard let folder else { return nil }
        do {
            return try await artifacts.digest(of: folder)
        } catch ArtifactError.nothingToSeal {
            return nil
        }
    }
}

extension Transaction {
    /// - Returns: The number of the new version's row.
    fileprivate func insert(
        _ id: ModelVersion.ID, ofModel model: Int64, _ source: VersionSource, _ digest: ArtifactDigest?,
        runLink: String?, description: String
    ) throws -> Int64 {
        let number = try next("model_version")
        try execute(
            "INSERT INTO model_versions (number, model, version, stage, description, source, artifact_path, "
                + "artifact_digest, artifact_count, run_id, run_link, storage_location, registered_by, created_at, "
                + "updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .integer(number), .integer(model), .integer(id.version), .text(Stage.unstaged.rawValue),
                .text(description), .text(source.text), SQLValue(source.folder),
                .text(digest?.sha256 ?? CanonicalJSON.sha256Hex("")), SQLValue(digest?.fileCount ?? 0),
                .text(source.runID ?? ""), SQLValue(runLink), .text(source.storageLocation), .text(caller.user.name),
                .integer(now), .integer(now),
            ])
        return number
    }

    /// Adds a version to the tag by which MLflow's pages find the versions of a logged model.
    fileprivate func note(version id: ModelVersion.ID, onLoggedModel modelID: String) throws {
        let key = "mlflow.modelVersions"
        let model = try loggedModelReference(modelID, includingDeleted: false)
        let row = try row(
            "SELECT value FROM logged_model_tags WHERE model = ? AND key = ?", [.integer(model), .text(key)])
        let known = try row?.text("value") ?? "[]"
        var versions = (try? JSONDecoder().decode([ModelVersion.ID].self, from: Data(known.utf8))) ?? []
        versions.append(id)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try setTag(
            KeyedText(key, String(decoding: try encoder.encode(versions), as: UTF8.self)), ofLoggedModel: model)
    }
}
