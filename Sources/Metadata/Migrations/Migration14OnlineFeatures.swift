extension Migration {
    /// What is answered from memory, rows that were pushed and are not in their table yet, and how answers compared.
    static let onlineFeatures = Migration(
        14, "online_features",
        [
            """
            CREATE TABLE online_features (
                name TEXT NOT NULL PRIMARY KEY,
                kind TEXT NOT NULL,
                plan_hash TEXT NOT NULL,
                definition TEXT NOT NULL,
                source TEXT,
                served_by TEXT NOT NULL,
                served_at BIGINT NOT NULL,
                snapshot_version BIGINT,
                snapshot_pushed BIGINT NOT NULL,
                snapshot_file TEXT
            )
            """,
            "CREATE INDEX online_features_by_source ON online_features (source)",
            """
            CREATE TABLE pushed_rows (
                source TEXT NOT NULL,
                destination TEXT NOT NULL,
                sequence BIGINT NOT NULL,
                row_count BIGINT NOT NULL,
                frame BYTEA NOT NULL,
                pushed_by TEXT NOT NULL,
                pushed_at BIGINT NOT NULL,
                PRIMARY KEY (source, destination, sequence)
            )
            """,
            """
            CREATE TABLE feature_checks (
                number BIGINT NOT NULL PRIMARY KEY,
                view_name TEXT NOT NULL,
                plan_hash TEXT NOT NULL,
                kind TEXT NOT NULL,
                outcome TEXT NOT NULL,
                reason TEXT,
                source TEXT,
                requests BIGINT NOT NULL,
                cells BIGINT NOT NULL,
                mismatches BIGINT NOT NULL,
                features TEXT NOT NULL,
                checked_by TEXT NOT NULL,
                checked_at BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE feature_materializations (
                table_name TEXT NOT NULL PRIMARY KEY,
                view_name TEXT NOT NULL,
                plan_hash TEXT NOT NULL,
                source_version BIGINT,
                grid_from BIGINT NOT NULL,
                grid_to BIGINT NOT NULL,
                grid_every BIGINT NOT NULL
            )
            """,
            "CREATE INDEX feature_checks_by_plan ON feature_checks (plan_hash, number)",
            "CREATE INDEX feature_checks_by_view ON feature_checks (view_name, number)",
        ])
}
