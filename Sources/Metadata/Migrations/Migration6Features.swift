extension Migration {
    /// Feature sets by their hash, and how each training set was put together.
    static let features = Migration(
        6, "features",
        [
            """
            CREATE TABLE feature_sets (
                hash TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                definition TEXT NOT NULL,
                created_by TEXT NOT NULL,
                created_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX feature_sets_by_name ON feature_sets (name, created_at)",
            """
            CREATE TABLE training_sets (
                name TEXT NOT NULL,
                version BIGINT NOT NULL,
                recipe TEXT NOT NULL,
                window_start BIGINT NOT NULL,
                window_end BIGINT NOT NULL,
                known_at BIGINT,
                PRIMARY KEY (name, version),
                FOREIGN KEY (name, version) REFERENCES dataset_versions (name, version)
            )
            """,
        ])
}
