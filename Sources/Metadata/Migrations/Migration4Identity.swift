extension Migration {
    /// Who may ask, and by which token: only its SHA-256 is kept. Roles are words joined by commas.
    static let identity = Migration(
        4, "identity",
        [
            """
            CREATE TABLE users (
                name TEXT NOT NULL PRIMARY KEY,
                roles TEXT NOT NULL,
                token_hash TEXT NOT NULL UNIQUE,
                created_by TEXT NOT NULL,
                created_at BIGINT NOT NULL
            )
            """
        ])
}
