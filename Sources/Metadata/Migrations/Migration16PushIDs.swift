extension Migration {
    /// Ids by which a push that is sent again is known, and pushes that no longer fitted their table.
    static let pushIDs = Migration(
        16, "push_ids",
        [
            // The feature table that the rows were accepted for, by its id.
            "ALTER TABLE pushed_rows ADD COLUMN feature_table TEXT",
            """
            CREATE TABLE push_ids (
                source TEXT NOT NULL,
                destination TEXT NOT NULL,
                id TEXT NOT NULL,
                sha256 TEXT NOT NULL,
                sequence BIGINT NOT NULL,
                row_count BIGINT NOT NULL,
                pushed_at BIGINT NOT NULL,
                PRIMARY KEY (source, destination, id)
            )
            """,
            "CREATE INDEX push_ids_by_time ON push_ids (pushed_at)",
            """
            CREATE TABLE rejected_pushes (
                source TEXT NOT NULL,
                destination TEXT NOT NULL,
                sequence BIGINT NOT NULL,
                row_count BIGINT NOT NULL,
                frame BYTEA NOT NULL,
                pushed_by TEXT NOT NULL,
                pushed_at BIGINT NOT NULL,
                reason TEXT NOT NULL,
                rejected_at BIGINT NOT NULL,
                PRIMARY KEY (source, destination, sequence)
            )
            """,
        ])
}
