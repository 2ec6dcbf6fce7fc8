package import MartletDomain
import Metadata

extension Registry {
    package func model(_ name: String) async throws -> RegisteredModel {
        try await store.read { db in try db.model(numbered: try db.registeredModel(name), name) }
    }

    /// With who answers for it; nil for a model of old.
    package func modelWithOwner(_ name: String) async throws -> (model: RegisteredModel, owner: String?) {
        try await store.read { db in
            let number = try db.registeredModel(name)
            let row = try db.row("SELECT owner FROM registered_models WHERE number = ?", [.integer(number)])
            return (try db.model(numbered: number, name), try row?.textIfPresent("owner"))
        }
    }

    package func version(_ name: String, _ version: String) async throws -> ModelVersion {
        let id = try ModelVersion.ID(name, version)
        return try store.lookUp { try $0.version(id).version }
    }

    /// Of each stage, or of these stages, the version with the greatest number.
    package func latestVersions(of name: String, in stages: [Stage] = []) async throws -> [ModelVersion] {
        try await store.read { db in
            try db.latestVersions(ofModel: try db.registeredModel(name)).map(\.version)
                .filter { stages.isEmpty || stages.contains($0.stage) }
        }
    }

    /// As ``latestVersions(of:in:)``, with stages by their words, in any case.
    package func latestVersions(of name: String, inStagesNamed words: [String]) async throws -> [ModelVersion] {
        let latest = try await latestVersions(of: name)
        let stages = try words.map { try stage(named: $0, of: name) }
        return latest.filter { stages.isEmpty || stages.contains($0.stage) }
    }

    /// The version with the greatest number in a stage.
    /// - Throws: ``RegistryError/noVersionInStage(model:_:)``.
    package func latestVersion(of name: String, in stage: Stage) async throws -> ModelVersion {
        guard let latest = try await latestVersions(of: name, in: [stage]).first else {
            throw RegistryError.noVersionInStage(model: name, stage)
        }
        return latest
    }

    /// The version that `models:/NAME/STAGE`, `models:/NAME@ALIAS`, `models:/NAME/VERSION` or `models:/NAME/latest` means
    /// now, with the folder and digest of its files.
    package func resolve(_ modelURI: String) async throws -> ModelVersion {
        let uri = try ModelURI(modelURI, stages: policies.stages)
        switch uri.choice {
        case .stage(let stage): return try await latestVersion(of: uri.name, in: stage)
        case .alias(let alias): return try await version(uri.name, alias: alias)
        case .version(let number): return try await version(uri.name, "\(number)")
        case .latest: return try await newestVersion(of: uri.name)
        }
    }

    /// The version with the greatest number, whatever its stage.
    /// - Throws: ``RegistryError/noVersions(model:)``.
    func newestVersion(of name: String) async throws -> ModelVersion {
        let versions = try await latestVersions(of: name)
        guard let newest = versions.max(by: { $0.id.version < $1.id.version }) else {
            throw RegistryError.noVersions(model: name)
        }
        return newest
    }

    /// Where a client downloads a version's files from.
    package func downloadURI(_ name: String, _ version: String) async throws -> String {
        downloadURI(of: try await self.version(name, version))
    }

    func downloadURI(of version: ModelVersion) -> String {
        version.storageLocation ?? version.artifactPath.map { "mlflow-artifacts:/\($0)" } ?? version.source
    }

    /// Everything that happened to the versions of a model, oldest first; also of deleted ones, and of a deleted model
    /// that had the name.
    package func history(of name: String) async throws -> [StageChange] {
        try await store.read { db in
            let changes = try db.rows(
                "SELECT c.*, v.version AS version_number FROM stage_changes c "
                    + "JOIN model_versions v ON v.number = c.version "
                    + "JOIN registered_models m ON m.number = c.model WHERE m.name = ? ORDER BY c.number", [.text(name)]
            ).map { try StageChange($0, name) }
            if changes.isEmpty { _ = try db.registeredModel(name) }
            return changes
        }
    }

    /// The version of a model that was in Production at a time, in milliseconds since 1970 UTC; nil if none was.
    package func productionVersion(of name: String, at time: Int64) async throws -> ModelVersion.ID? {
        try await history(of: name).production(at: time)
    }
}

extension StageChange {
    init(_ row: SQLRow, _ name: String) throws {
        self.init(
            version: .init(name: name, version: try row.integer("version_number")),
            from: try row.textIfPresent("from_stage").flatMap(Stage.init(rawValue:)),
            to: try row.textIfPresent("to_stage").flatMap(Stage.init(rawValue:)),
            alias: try row.textIfPresent("alias"), isRemoved: try row.boolean("is_removed"),
            by: try row.text("changed_by"), at: try row.integer("changed_at"),
            way: try row.textIfPresent("way").flatMap(Way.init(rawValue:)),
            policyDigest: try row.textIfPresent("policy_digest"),
            auditPosition: try row.integerIfPresent("audit_position"))
    }
}
