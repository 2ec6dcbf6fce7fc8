extension Migration {
    /// Registered models, their versions, and what was said and measured about them.
    ///
    /// Models and versions are named by number everywhere but in one place, and rows of deleted ones stay: what was
    /// approved of a version is never taken for one that later gets its name, and history outlives deletion.
    static let registry = Migration(
        3, "registry",
        [
            """
            CREATE TABLE registered_models (
                number BIGINT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                description TEXT,
                last_version BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                deleted_at BIGINT
            )
            """,
            "CREATE UNIQUE INDEX registered_models_in_use ON registered_models (name) WHERE deleted_at IS NULL",
            "CREATE INDEX registered_models_by_name ON registered_models (name, number)",
            """
            CREATE TABLE model_versions (
                number BIGINT NOT NULL PRIMARY KEY,
                model BIGINT NOT NULL REFERENCES registered_models (number),
                version BIGINT NOT NULL,
                stage TEXT NOT NULL,
                description TEXT NOT NULL,
                source TEXT NOT NULL,
                artifact_path TEXT,
                artifact_digest TEXT NOT NULL,
                artifact_count BIGINT NOT NULL,
                run_id TEXT,
                run_link TEXT,
                registered_by TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                deleted_at BIGINT,
                UNIQUE (model, version)
            )
            """,
            "CREATE INDEX model_versions_by_stage ON model_versions (model, stage, version)",
            "CREATE INDEX model_versions_by_run ON model_versions (run_id)",
            "CREATE INDEX model_versions_newest ON model_versions (updated_at)",
            """
            CREATE TABLE registered_model_aliases (
                model BIGINT NOT NULL REFERENCES registered_models (number),
                alias TEXT NOT NULL,
                version BIGINT NOT NULL REFERENCES model_versions (number),
                PRIMARY KEY (model, alias)
            )
            """,
            "CREATE INDEX registered_model_aliases_by_version ON registered_model_aliases (version, alias)",
            """
            CREATE TABLE registered_model_tags (
                model BIGINT NOT NULL REFERENCES registered_models (number),
                key TEXT NOT NULL,
                value TEXT NOT NULL,
                PRIMARY KEY (model, key)
            )
            """,
            """
            CREATE TABLE model_version_tags (
                version BIGINT NOT NULL REFERENCES model_versions (number),
                key TEXT NOT NULL,
                value TEXT NOT NULL,
                PRIMARY KEY (version, key)
            )
            """,
            // Registered: only to_stage. Deleted: only from_stage. A change of alias: neither.
            """
            CREATE TABLE stage_changes (
                number BIGINT NOT NULL PRIMARY KEY,
                model BIGINT NOT NULL REFERENCES registered_models (number),
                version BIGINT NOT NULL REFERENCES model_versions (number),
                from_stage TEXT,
                to_stage TEXT,
                alias TEXT,
                is_removed BIGINT NOT NULL,
                changed_by TEXT NOT NULL,
                changed_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX stage_changes_by_model ON stage_changes (model, number)",
            """
            CREATE TABLE sign_offs (
                number BIGINT NOT NULL PRIMARY KEY,
                version BIGINT NOT NULL REFERENCES model_versions (number),
                stage TEXT NOT NULL,
                role TEXT NOT NULL,
                signed_by TEXT NOT NULL,
                comment TEXT,
                artifact_digest TEXT NOT NULL,
                signed_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX sign_offs_by_version ON sign_offs (version, number)",
            // The newest revision is in force. The plan is JSON.
            """
            CREATE TABLE monitoring_plans (
                model BIGINT NOT NULL REFERENCES registered_models (number),
                revision BIGINT NOT NULL,
                plan TEXT NOT NULL,
                set_by TEXT NOT NULL,
                set_at BIGINT NOT NULL,
                PRIMARY KEY (model, revision)
            )
            """,
            """
            CREATE TABLE gate_results (
                number BIGINT NOT NULL PRIMARY KEY,
                version BIGINT NOT NULL REFERENCES model_versions (number),
                metric TEXT NOT NULL,
                minimum DOUBLE PRECISION NOT NULL,
                value DOUBLE PRECISION,
                outcome TEXT NOT NULL,
                reason TEXT,
                measured_on TEXT NOT NULL,
                artifact_digest TEXT NOT NULL,
                recorded_by TEXT NOT NULL,
                recorded_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX gate_results_by_version ON gate_results (version, number)",
        ])
}
