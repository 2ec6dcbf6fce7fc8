extension Migration {
    /// When each stored file was last changed, and files that arrive in parts.
    ///
    /// `modified_at` is in nanoseconds since 1970 UTC, as the file system says it: a file that has another time or size now
    /// has other bytes than its digest says. Of an upload's secret only the SHA-256 is kept; times are in milliseconds.
    static let artifacts = Migration(
        11, "artifacts",
        [
            "ALTER TABLE artifact_files ADD COLUMN modified_at BIGINT",
            """
            CREATE TABLE artifact_uploads (
                id TEXT NOT NULL PRIMARY KEY,
                path TEXT NOT NULL,
                parts BIGINT NOT NULL,
                secret_hash TEXT NOT NULL,
                begun_by TEXT NOT NULL,
                begun_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX artifact_uploads_by_expiry ON artifact_uploads (expires_at)",
        ])
}
