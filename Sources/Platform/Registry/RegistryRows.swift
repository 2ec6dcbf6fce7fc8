import MartletDomain
import Metadata

/// A version with the numbers that its rows are found by.
struct StoredVersion: Sendable {
    var number: Int64
    var model: Int64
    var version: ModelVersion
}

extension Snapshot {
    /// The number of a model that is in use.
    /// - Throws: ``InvalidRequest`` when none can have that name, ``RegistryError/modelMissing(_:)``.
    func registeredModel(_ name: String) throws -> Int64 {
        try refuse(RegistryNames.problems(knownModel: name))
        let row = try row(
            "SELECT number FROM registered_models WHERE name = ? AND deleted_at IS NULL", [.text(name)])
        guard let row else { throw RegistryError.modelMissing(name) }
        return try row.integer("number")
    }

    /// Whether a registered model is marked as a prompt.
    func isPrompt(model number: Int64) throws -> Bool {
        let row = try row(
            "SELECT value FROM registered_model_tags WHERE model = ? AND key = 'mlflow.prompt.is_prompt' AND NOT EXISTS "
                + "(SELECT 1 FROM model_versions v WHERE v.model = ? AND v.artifact_path IS NOT NULL)",
            [.integer(number), .integer(number)])
        return try row?.text("value").lowercased() == "true"
    }

    /// Models by a query that selects their columns, in its order, with all that belongs to them.
    func registeredModels(
        _ sql: String, _ arguments: [SQLValue], isComposed: Bool = false
    ) throws -> [RegisteredModel] {
        let rows = try rows(sql, arguments, isComposed: isComposed)
        let numbers = try rows.map { try $0.integer("number") }
        var models: [Int64: RegisteredModel] = [:]
        for row in rows {
            models[try row.integer("number")] = RegisteredModel(
                name: try row.text("name"), text: try row.textIfPresent("description"),
                createdAt: try row.integer("created_at"), updatedAt: try row.integer("updated_at"))
        }
        try forEach(
            "SELECT a.model, a.alias, v.version FROM registered_model_aliases a JOIN model_versions v ON "
                + "v.number = a.version WHERE a.model",
            in: numbers, "ORDER BY a.alias"
        ) { row in
            models[try row.integer("model")]?.aliases.append(
                .init(name: try row.text("alias"), version: try row.integer("version")))
        }
        try forEach(
            "SELECT model, key, value FROM registered_model_tags WHERE model",
            in: numbers, "ORDER BY key"
        ) { row in
            models[try row.integer("model")]?.tags.append(KeyedText(try row.text("key"), try row.text("value")))
        }
        for number in numbers { models[number]?.latestVersions = try latestVersions(ofModel: number).map(\.version) }
        return numbers.compactMap { models[$0] }
    }

    /// Of each stage the version with the greatest number; the stage that was reached by the oldest version first.
    func latestVersions(ofModel number: Int64) throws -> [StoredVersion] {
        try versions(
            "JOIN (SELECT MIN(version) AS first, MAX(version) AS last FROM model_versions "
                + "WHERE model = ? AND deleted_at IS NULL GROUP BY stage) s ON s.last = r.version "
                + "WHERE r.model = ? ORDER BY s.first", [.integer(number), .integer(number)])
    }

    /// A version that is in use, with its aliases and tags.
    func version(_ id: ModelVersion.ID) throws -> StoredVersion {
        let model = try registeredModelOfVersion(id)
        let found = try versions(
            "WHERE r.model = ? AND r.version = ? AND r.deleted_at IS NULL", [.integer(model), .integer(id.version)]
        ).first
        guard let found else { throw RegistryError.versionMissing(id) }
        return found
    }

    /// The number of a version's model; of one that is missing, the version is missing.
    private func registeredModelOfVersion(_ id: ModelVersion.ID) throws -> Int64 {
        do {
            return try registeredModel(id.name)
        } catch RegistryError.modelMissing {
            throw RegistryError.versionMissing(id)
        }
    }

    /// Versions by what follows `FROM model_versions r JOIN registered_models m`, with their aliases and tags.
    func versions(_ rest: String, _ arguments: [SQLValue], isComposed: Bool = false) throws -> [StoredVersion] {
        var found = try rows(
            "SELECT r.*, m.name AS model_name FROM model_versions r JOIN registered_models m ON m.number = r.model "
                + rest, arguments, isComposed: isComposed
        ).map { try $0.storedVersion() }
        let places = Dictionary(
            found.enumerated().map { ($0.element.number, $0.offset) }, uniquingKeysWith: { first, _ in first })
        let numbers = found.map(\.number)
        try forEach(
            "SELECT version, alias FROM registered_model_aliases WHERE version",
            in: numbers, "ORDER BY alias"
        ) { row in
            guard let place = places[try row.integer("version")] else { return }
            found[place].version.aliases.append(try row.text("alias"))
        }
        try forEach(
            "SELECT version, key, value FROM model_version_tags WHERE version",
            in: numbers, "ORDER BY key"
        ) { row in
            guard let place = places[try row.integer("version")] else { return }
            found[place].version.tags.append(KeyedText(try row.text("key"), try row.text("value")))
        }
        return found
    }
}

extension SQLRow {
    fileprivate func storedVersion() throws -> StoredVersion {
        let word = try text("stage")
        guard let stage = Stage(rawValue: word) else { throw StoreError.unexpectedValue(column: "stage") }
        return StoredVersion(
            number: try integer("number"), model: try integer("model"),
            version: ModelVersion(
                id: .init(name: try text("model_name"), version: try integer("version")), stage: stage,
                text: try text("description"), source: try text("source"),
                artifactPath: try textIfPresent("artifact_path"), artifactDigest: try text("artifact_digest"),
                artifactCount: Int(clamping: try integer("artifact_count")),
                runID: try textIfPresent("run_id").flatMap { $0.isEmpty ? nil : $0 },
                runLink: try textIfPresent("run_link"), storageLocation: try textIfPresent("storage_location"),
                registeredBy: try text("registered_by"),
                createdAt: try integer("created_at"), updatedAt: try integer("updated_at")))
    }
}

extension Transaction {
    /// Remembers who moved a version, or set or took away an alias, and under which policy.
    /// - Returns: The number of the change.
    @discardableResult
    func remember(
        _ version: StoredVersion, from: Stage? = nil, to: Stage? = nil, alias: String? = nil, isRemoved: Bool = false,
        way: StageChange.Way? = nil
    ) throws -> Int64 {
        let number = try next("stage_change")
        try execute(
            "INSERT INTO stage_changes (number, model, version, from_stage, to_stage, alias, is_removed, changed_by, "
                + "changed_at, way, policy_digest, audit_position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .integer(number), .integer(version.model), .integer(version.number),
                SQLValue(from?.rawValue), SQLValue(to?.rawValue), SQLValue(alias), SQLValue(isRemoved),
                .text(caller.user.name), .integer(try registryTime()), SQLValue(way?.rawValue),
                SQLValue(try policyDigest()), .integer(try auditPosition()),
            ])
        return number
    }

    func touch(registeredModel number: Int64) throws {
        try execute("UPDATE registered_models SET updated_at = ? WHERE number = ?", [.integer(now), .integer(number)])
    }
}
