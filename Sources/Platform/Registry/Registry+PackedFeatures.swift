package import MartletDomain
import Metadata

extension Registry {
    /// The packed features in a folder of the artifact store.
    /// - Throws: ``PackedFeaturesError/malformed(place:reason:)``: a version shall not promise what it cannot keep.
    func packedFeatures(in folder: String?, source: String) async throws -> PackedFeatures? {
        guard let folder, let url = try? artifacts.localURL(folder) else { return nil }
        return try await offTheCooperativePool { try PackedFeatures(in: url, of: source) }
    }

    /// What a version's files say of its features; nil when they say nothing.
    package func packedFeatures(of id: ModelVersion.ID) async throws -> PackedFeaturesSummary? {
        try await store.read { db in try db.packedFeatures(ofVersion: db.version(id).number) }
    }
}

extension Snapshot {
    func packedFeatures(ofVersion number: Int64) throws -> PackedFeaturesSummary? {
        try row("SELECT summary FROM model_version_features WHERE version = ?", [.integer(number)]).map {
            try decoded(PackedFeaturesSummary.self, from: $0.text("summary"))
        }
    }
}

extension Transaction {
    func insert(_ packed: PackedFeatures, ofVersion number: Int64) throws {
        let summary = try packed.summary
        try execute(
            """
            INSERT INTO model_version_features
                (version, digest, plan_hash, training_table, training_version, summary)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(number), .text(summary.digest), .text(summary.planHash),
                .text(summary.trainingSet.name.description), .integer(summary.trainingSet.version),
                .text(try canonicalText(summary)),
            ])
        let specification = try packed.specification(at: summary.trainingSet.description)
        let views = packed.views.map { (view: $0.view, hash: $0.hash, isLookup: false) }
        let lookups = packed.ownViews(of: specification).map { (view: $0, hash: $0.planDigest, isLookup: true) }
        for plan in views + lookups {
            try execute(
                """
                INSERT INTO model_version_views (version, view_hash, view_name, definition, is_lookup)
                VALUES (?, ?, ?, ?, ?) ON CONFLICT (version, view_hash) DO NOTHING
                """,
                [
                    .integer(number), .text(plan.hash), .text(plan.view.name), .text(try canonicalText(plan.view)),
                    .integer(plan.isLookup ? 1 : 0),
                ])
        }
        note("features_digest", summary.digest)
        note("features_plan", summary.planHash)
        note("training_set", summary.trainingSet.description)
    }
}
