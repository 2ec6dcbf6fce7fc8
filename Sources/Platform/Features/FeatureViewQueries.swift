package import MartletDomain
import Metadata

extension Features {
    /// Every feature view on record, earlier versions before later ones. One that cannot be read is as if it were not
    /// there: it stops those who ask for it by name, and nobody else.
    package func views() async throws -> [FeatureView] {
        let definitions = try await store.read { db in
            try db.rows("SELECT definition FROM feature_views ORDER BY name, version").map { try $0.text("definition") }
        }
        return definitions.compactMap { try? decoded(FeatureView.self, from: $0) }
    }

    /// The views on record with what uses them; all versions of one, or of all.
    package func viewRecords(_ name: String? = nil, version: Int64? = nil) async throws -> [FeatureViewRecord] {
        try await store.read { db in
            let sql = "SELECT * FROM feature_views"
            let rows =
                if let name {
                    try db.rows(sql + " WHERE name = ? ORDER BY version DESC", [.text(name)])
                } else {
                    try db.rows(sql + " ORDER BY name, version DESC")
                }
            return try rows.compactMap { row in
                guard try version == nil || row.integer("version") == version else { return nil }
                // In a list, one that cannot be read leaves the others to be seen.
                return name == nil ? try? db.featureView(row) : try db.featureView(row)
            }
        }
    }

    /// - Throws: ``FeatureError/issues(_:)`` (`unknown_feature`) when there is none of that name and version.
    package func viewRecord(_ name: String, version: Int64? = nil) async throws -> FeatureViewRecord {
        guard let record = try await viewRecords(name, version: version).first else {
            let which = version.map { "\(name) version \($0)" } ?? name
            throw FeatureError.issues([
                FeatureIssue(
                    .unknownFeature,
                    "There is no feature view \(which): put one on record with `martlet features apply FILE`")
            ])
        }
        return record
    }
}

extension Snapshot {
    fileprivate func featureView(_ row: SQLRow) throws -> FeatureViewRecord {
        let hash = try row.text("hash")
        let view = try decoded(FeatureView.self, from: row.text("definition"))
        let sets = try rows(
            """
            SELECT s.hash, s.name FROM feature_set_views v JOIN feature_sets s ON s.hash = v.feature_set
            WHERE v.view_hash = ? ORDER BY s.name
            """, [.text(hash)]
        ).map { (hash: try $0.text("hash"), name: try $0.text("name")) }
        var trainingSets = try rows(
            "SELECT name, version FROM training_set_views WHERE view_hash = ? ORDER BY name, version", [.text(hash)]
        ).map { TableReference(try TableName($0.text("name")), version: try $0.integer("version")) }
        for set in sets {
            // A recipe names its feature set by the hash.
            trainingSets += try rows(
                """
                SELECT name, version FROM dataset_versions WHERE operation = 'training_set' AND source LIKE ?
                ORDER BY name, version
                """, [.text("%\(set.hash)%")]
            ).map { TableReference(try TableName($0.text("name")), version: try $0.integer("version")) }
        }
        let packed = try rows(
            """
            SELECT r.name, m.version, m.stage FROM model_version_views p
            JOIN model_versions m ON m.number = p.version JOIN registered_models r ON r.number = m.model
            WHERE p.view_hash = ? AND m.deleted_at IS NULL
            """, [.text(hash)]
        ).map {
            FeatureViewRecord.Model(
                name: try $0.text("name"), version: try $0.integer("version"), stage: try $0.text("stage"))
        }
        let models =
            try packed
            + Set(trainingSets).flatMap { table in
                try rows(
                    """
                    SELECT r.name, m.version, m.stage FROM trained_models t
                    JOIN model_versions m ON m.run_id = t.run_id JOIN registered_models r ON r.number = m.model
                    WHERE t.training_table = ? AND t.training_version = ? AND m.deleted_at IS NULL
                    """, [.text(table.name.description), .integer(table.version)]
                ).map {
                    FeatureViewRecord.Model(
                        name: try $0.text("name"), version: try $0.integer("version"), stage: try $0.text("stage"))
                }
            }
        return FeatureViewRecord(
            view: view, hash: hash, createdBy: try row.text("created_by"), createdAt: try row.integer("created_at"),
            featureSets: sets.map(\.name), trainingSets: Set(trainingSets).sorted { $0.description < $1.description },
            models: Set(models).sorted { ($0.name, $0.version) < ($1.name, $1.version) })
    }
}

extension Transaction {
    /// Puts views on record. One whose plan has changed takes a new version.
    func insert(_ views: [FeatureView], of featureSet: String) throws {
        var issues: [FeatureIssue] = []
        for view in views {
            let hash = view.planDigest
            let known = try row(
                "SELECT hash FROM feature_views WHERE name = ? AND version = ?",
                [.text(view.name), .integer(Int64(view.version))])
            if let known = try known?.text("hash"), known != hash {
                let newest = try row(
                    "SELECT MAX(version) AS newest FROM feature_views WHERE name = ?", [.text(view.name)])
                let next = (try newest?.integer("newest") ?? 0) + 1
                issues.append(
                    FeatureIssue(
                        .invalidDeclaration,
                        "View \(view.name) version \(view.version) is on record with another plan "
                            + "(\(known.prefix(12)), not \(hash.prefix(12))): give it version \(next)"))
            }
            try execute(
                """
                INSERT INTO feature_views (name, version, hash, definition, created_by, created_at)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name, version) DO NOTHING
                """,
                [
                    .text(view.name), .integer(Int64(view.version)), .text(hash), .text(canonicalText(view)),
                    .text(caller.user.name), .integer(now),
                ])
            try execute(
                """
                INSERT INTO feature_set_views (feature_set, view_hash) VALUES (?, ?)
                ON CONFLICT (feature_set, view_hash) DO NOTHING
                """, [.text(featureSet), .text(hash)])
        }
        guard issues.isEmpty else { throw FeatureError.issues(issues) }
    }
}
