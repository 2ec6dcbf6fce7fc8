extension Migration {
    /// What model versions say of their features, and rows that were scored by them.
    static let packedFeatures = Migration(
        15, "packed_features",
        [
            """
            CREATE TABLE model_version_features (
                version BIGINT NOT NULL PRIMARY KEY,
                digest TEXT NOT NULL,
                plan_hash TEXT NOT NULL,
                training_table TEXT NOT NULL,
                training_version BIGINT NOT NULL,
                summary TEXT NOT NULL,
                FOREIGN KEY (version) REFERENCES model_versions (number)
            )
            """,
            """
            CREATE INDEX model_version_features_by_training_set
            ON model_version_features (training_table, training_version)
            """,
            """
            CREATE TABLE model_version_views (
                version BIGINT NOT NULL,
                view_hash TEXT NOT NULL,
                view_name TEXT NOT NULL,
                PRIMARY KEY (version, view_hash),
                FOREIGN KEY (version) REFERENCES model_versions (number)
            )
            """,
            "CREATE INDEX model_version_views_by_view ON model_version_views (view_hash)",
            """
            CREATE TABLE row_scorings (
                id TEXT NOT NULL PRIMARY KEY,
                model TEXT NOT NULL,
                model_version BIGINT NOT NULL,
                scored_at BIGINT NOT NULL,
                record TEXT NOT NULL
            )
            """,
            "CREATE INDEX row_scorings_by_model ON row_scorings (model, scored_at)",
        ])
}
