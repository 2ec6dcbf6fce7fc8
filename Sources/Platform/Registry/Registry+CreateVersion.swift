import AuditLog
package import MartletDomain
import Metadata

extension Registry {
    /// Registers the files that `source` means as a model's next version, and seals them: from then on nobody changes them.
    ///
    /// - Parameters:
    ///   - source: `models:/m-ID`, `models:/NAME/VERSION`, `runs:/RUN/PATH` or `mlflow-artifacts:/PATH`. A folder without
    ///     files, or a place that is not Martlet's, can be registered, but nobody signs for it and it passes no performance gate.
    ///   - runID: The run that made it; nil or empty takes the one that the source tells of.
    /// - Throws: ``RegistryError/sourceRefused(_:reason:)``, ``RegistryError/modelMissing(_:)``,
    ///   ``ArtifactError/changedMeanwhile(prefix:)`` when files arrive while they are read.
    @discardableResult
    package func createVersion(
        of name: String, source: String, runID: String? = nil, runLink: String? = nil, description: String = "",
        tags: [KeyedText] = [], by caller: Caller
    ) async throws -> ModelVersion {
        try refuse(RegistryNames.problems(tags: tags) + RegistryNames.problems(text: description))
        let given = runID.flatMap { $0.isEmpty ? nil : $0 }
        let parameters = ["name": name, "source": source, "run_id": given]
        // Who may not change anything, or names no model, shall not make the server read files.
        let isMissing = try await store.read { db in
            try db.row("SELECT 1 AS one FROM registered_models WHERE name = ? AND deleted_at IS NULL", [.text(name)])
                == nil
        }
        let (folder, maker, digest): (String?, String?, ArtifactDigest?)
        do {
            guard caller.user.mayChange, !isMissing else { throw RegistryError.modelMissing(name) }
            (folder, maker) = try await self.folder(of: source)
            digest = try await self.digest(of: folder)
        } catch let refusal as any MartletError {
            return try await change("create_model_version", parameters, by: caller) { _ in throw refusal }
        }
        return try await change("create_model_version", parameters, by: caller) { db in
            let model = try db.registeredModel(name)
            if let folder, let digest { try Artifacts.recordSeal(folder, digest, in: db) }
            let number = try db.next("model_version")
            let last = try db.row(
                "UPDATE registered_models SET last_version = last_version + 1, updated_at = ? WHERE number = ? "
                    + "RETURNING last_version", [.integer(db.now), .integer(model)])
            guard let last else { throw RegistryError.modelMissing(name) }
            let id = ModelVersion.ID(name: name, version: try last.integer("last_version"))
            try db.execute(
                "INSERT INTO model_versions (number, model, version, stage, description, source, artifact_path, "
                    + "artifact_digest, artifact_count, run_id, run_link, registered_by, created_at, updated_at) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .integer(number), .integer(model), .integer(id.version), .text(Stage.unstaged.rawValue),
                    .text(description), .text(source), SQLValue(folder),
                    .text(digest?.sha256 ?? CanonicalJSON.sha256Hex("")), SQLValue(digest?.fileCount ?? 0),
                    SQLValue(given ?? maker), SQLValue(runLink), .text(caller.user.name), .integer(db.now),
                    .integer(db.now),
                ])
            for tag in tags { try db.set(tag, in: .model_version_tags, of: number) }
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

    /// The folder below the artifact root that a source means, without a slash at either end, and the run that made it;
    /// nil for what is none of ours, or not known.
    private func folder(of source: String) async throws -> (String?, runID: String?) {
        let scheme = source.prefix { $0 != ":" }.lowercased()
        guard source.utf8.count <= 2_000 else {
            throw RegistryError.sourceRefused(String(source.prefix(80)) + "…", reason: "It is longer than 2000 bytes.")
        }
        guard scheme.utf8.count < source.utf8.count, scheme.utf8.count > 1, scheme != "file",
            scheme.utf8.allSatisfy({
                (0x61...0x7A).contains($0) || (0x2B...0x2E).contains($0) || (0x30...0x39).contains($0)
            })
        else { throw RegistryError.sourceRefused(source, reason: "Files of the server itself cannot be registered.") }
        if let uri = try? ModelURI(source) {
            guard case .version = uri.choice else {
                throw RegistryError.sourceRefused(
                    source, reason: "A stage or alias moves; name the version by its number.")
            }
            let version = try await resolve(source)
            return (version.artifactPath, version.runID)
        }
        guard let resolved = try await resolveSource(source) else { return (nil, nil) }
        let inStore = try ArtifactPath.inStore(uri: resolved.artifactURI)
        guard inStore != nil || !resolved.artifactURI.contains("://") else { return (nil, resolved.runID) }
        let path = try inStore ?? ArtifactPath(resolved.artifactURI)
        // Sealing more than one run's or model's files would stop everybody else's work.
        guard path.names.count >= 3 else {
            throw RegistryError.sourceRefused(source, reason: "It is not a folder of one run or model.")
        }
        return ("\(path)", resolved.runID)
    }
}
