extension Migration {
    /// The files of each sealed folder, and predictions that were answered one by one.
    static let why = Migration(
        23, "why",
        [
            """
            CREATE TABLE sealed_files (
                prefix TEXT NOT NULL,
                path TEXT NOT NULL,
                sha256 TEXT NOT NULL,
                bytes BIGINT NOT NULL,
                PRIMARY KEY (prefix, path)
            )
            """,
            // What the rows of the training set were: JSON.
            "ALTER TABLE trained_models ADD COLUMN content TEXT",
        ])
}
