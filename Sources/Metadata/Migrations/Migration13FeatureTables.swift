extension Migration {
    /// Feature tables with their keys, feature views by version, training sets with what they were made of.
    static let featureTables = Migration(
        13, "feature_tables",
        [
            """
            CREATE TABLE feature_tables (
                id TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                keys TEXT NOT NULL,
                description TEXT NOT NULL,
                origin TEXT NOT NULL,
                created_by TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                dropped_by TEXT,
                dropped_at BIGINT
            )
            """,
            "CREATE UNIQUE INDEX feature_tables_by_name ON feature_tables (name) WHERE dropped_at IS NULL",
            """
            CREATE TABLE feature_table_tags (
                table_id TEXT NOT NULL,
                key TEXT NOT NULL,
                value TEXT NOT NULL,
                PRIMARY KEY (table_id, key),
                FOREIGN KEY (table_id) REFERENCES feature_tables (id)
            )
            """,
            """
            CREATE TABLE feature_table_sources (
                table_id TEXT NOT NULL,
                kind TEXT NOT NULL,
                source TEXT NOT NULL,
                PRIMARY KEY (table_id, kind, source),
                FOREIGN KEY (table_id) REFERENCES feature_tables (id)
            )
            """,
            """
            CREATE TABLE feature_table_readers (
                table_id TEXT NOT NULL,
                reader TEXT NOT NULL,
                features TEXT NOT NULL,
                version BIGINT NOT NULL,
                read_at BIGINT NOT NULL,
                PRIMARY KEY (table_id, reader, features),
                FOREIGN KEY (table_id) REFERENCES feature_tables (id)
            )
            """,
            """
            CREATE TABLE feature_views (
                name TEXT NOT NULL,
                version BIGINT NOT NULL,
                hash TEXT NOT NULL,
                definition TEXT NOT NULL,
                created_by TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                PRIMARY KEY (name, version)
            )
            """,
            "CREATE INDEX feature_views_by_hash ON feature_views (hash)",
            """
            CREATE TABLE feature_set_views (
                feature_set TEXT NOT NULL,
                view_hash TEXT NOT NULL,
                PRIMARY KEY (feature_set, view_hash)
            )
            """,
            "CREATE INDEX feature_set_views_by_view ON feature_set_views (view_hash)",
            """
            CREATE TABLE training_sets (
                name TEXT NOT NULL,
                version BIGINT NOT NULL,
                plan_hash TEXT NOT NULL,
                content_hash TEXT NOT NULL,
                record TEXT NOT NULL,
                PRIMARY KEY (name, version)
            )
            """,
            "CREATE INDEX training_sets_by_plan ON training_sets (plan_hash)",
            """
            CREATE TABLE training_set_views (
                name TEXT NOT NULL,
                version BIGINT NOT NULL,
                view_hash TEXT NOT NULL,
                PRIMARY KEY (name, version, view_hash)
            )
            """,
            "CREATE INDEX training_set_views_by_view ON training_set_views (view_hash)",
        ])
}
