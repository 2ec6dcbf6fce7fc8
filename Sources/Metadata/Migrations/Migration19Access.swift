extension Migration {
    /// Accounts of people and programs, groups, roles on scopes, tokens that end, and sessions of browsers. Of a secret
    /// only its digest is kept. What users had by the columns of ``identity`` is carried over.
    static let access = Migration(
        19, "access",
        [
            "ALTER TABLE users ADD COLUMN kind TEXT NOT NULL DEFAULT 'user'",
            "ALTER TABLE users ADD COLUMN password TEXT",
            "ALTER TABLE users ADD COLUMN deactivated_at BIGINT",
            """
            CREATE TABLE principal_groups (
                name TEXT NOT NULL PRIMARY KEY,
                created_by TEXT NOT NULL,
                created_at BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE group_members (
                member TEXT NOT NULL REFERENCES users (name),
                group_name TEXT NOT NULL REFERENCES principal_groups (name),
                PRIMARY KEY (member, group_name)
            )
            """,
            "CREATE INDEX group_members_by_group ON group_members (group_name, member)",
            """
            CREATE TABLE custom_roles (
                name TEXT NOT NULL PRIMARY KEY,
                verbs TEXT NOT NULL,
                created_by TEXT NOT NULL,
                created_at BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE role_bindings (
                member TEXT NOT NULL,
                role TEXT NOT NULL,
                scope TEXT NOT NULL,
                created_by TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                PRIMARY KEY (member, role, scope)
            )
            """,
            """
            CREATE TABLE access_tokens (
                id TEXT NOT NULL PRIMARY KEY,
                owner TEXT NOT NULL REFERENCES users (name),
                name TEXT NOT NULL,
                token_hash TEXT NOT NULL UNIQUE,
                limits TEXT,
                created_by TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                expires_at BIGINT,
                last_used_at BIGINT,
                revoked_at BIGINT
            )
            """,
            "CREATE INDEX access_tokens_by_owner ON access_tokens (owner, created_at, id)",
            """
            CREATE TABLE sessions (
                id_hash TEXT NOT NULL PRIMARY KEY,
                owner TEXT NOT NULL REFERENCES users (name),
                created_at BIGINT NOT NULL,
                last_used_at BIGINT NOT NULL,
                ended_at BIGINT
            )
            """,
            "CREATE INDEX sessions_by_owner ON sessions (owner, created_at)",
            """
            INSERT INTO access_tokens (id, owner, name, token_hash, created_by, created_at)
            SELECT 'first-' || name, name, 'first', token_hash, created_by, created_at FROM users
            """,
            carryOver("engineer", as: "contributor"), carryOver("reviewer", as: "reviewer"),
            carryOver("program_manager", as: "program_manager"), carryOver("auditor", as: "auditor"),
            carryOver("administrator", as: "administrator"),
            "CREATE INDEX experiments_by_location ON experiments (artifact_location)",
            "CREATE INDEX model_versions_by_artifact_path ON model_versions (artifact_path)",
        ])

    private static func carryOver(_ old: String, as role: String) -> String {
        """
        INSERT INTO role_bindings (member, role, scope, created_by, created_at)
        SELECT 'user:' || name, '\(role)', 'workspace', created_by, created_at FROM users
        WHERE ',' || roles || ',' LIKE '%,\(old),%'
        """
    }
}
