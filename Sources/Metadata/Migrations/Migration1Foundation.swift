extension Migration {
    /// The log that every change writes to, and the sequences that numbers come from.
    static let foundation = Migration(
        1, "foundation",
        [
            """
            CREATE TABLE sequences (
                name TEXT NOT NULL PRIMARY KEY,
                value BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE audit_entries (
                position BIGINT NOT NULL PRIMARY KEY,
                entry BYTEA NOT NULL,
                leaf_hash BYTEA NOT NULL
            )
            """,
            // The root of each full tile of 256 hashes, level 1 over leaves, level 2 over level 1, and so on.
            """
            CREATE TABLE audit_tiles (
                level BIGINT NOT NULL,
                tile BIGINT NOT NULL,
                root BYTEA NOT NULL,
                PRIMARY KEY (level, tile)
            )
            """,
            // One row: the newest signed checkpoint, and the tree's right edge (32 bytes a hash, largest subtree first).
            """
            CREATE TABLE audit_checkpoint (
                id BIGINT NOT NULL PRIMARY KEY,
                size BIGINT NOT NULL,
                edge BYTEA NOT NULL,
                note TEXT NOT NULL
            )
            """,
        ])
}
