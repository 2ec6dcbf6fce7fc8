extension Migration {
    /// Feature sets by their hash.
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
        ])
}
