extension Migration {
    /// Checkpoints that left the database, and what witnesses say of them.
    static let auditCheckpoints = Migration(
        18, "audit_checkpoints",
        [
            // Each that left: its size, the note as the log's key signed it, when and why.
            """
            CREATE TABLE audit_checkpoints (
                number BIGINT NOT NULL PRIMARY KEY,
                size BIGINT NOT NULL,
                note TEXT NOT NULL,
                published_at BIGINT NOT NULL,
                reason TEXT NOT NULL
            )
            """,
            "CREATE INDEX audit_checkpoints_by_size ON audit_checkpoints (size, number)",
            """
            CREATE TABLE audit_cosignatures (
                size BIGINT NOT NULL,
                witness TEXT NOT NULL,
                key_id BIGINT NOT NULL,
                signature BYTEA NOT NULL,
                signed_at BIGINT NOT NULL,
                received_at BIGINT NOT NULL,
                PRIMARY KEY (size, witness, key_id)
            )
            """,
        ])
}
