extension Migration {
    /// Policies as they were in force, requests, activities, transitions past the gates, and evidence that policies ask
    /// for.
    ///
    /// Times are milliseconds since 1970 UTC. `audit_position` is where in the log the change itself is told of.
    static let policies = Migration(
        20, "policies",
        [
            """
            CREATE TABLE policy_texts (
                digest TEXT NOT NULL PRIMARY KEY,
                text TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE policy_periods (
                number BIGINT NOT NULL PRIMARY KEY,
                digest TEXT NOT NULL REFERENCES policy_texts (digest),
                in_force_from BIGINT NOT NULL,
                opened_by TEXT NOT NULL,
                audit_position BIGINT NOT NULL
            )
            """,
            "CREATE INDEX policy_periods_by_time ON policy_periods (in_force_from, number)",
            // The newest time that the registry has recorded: a clock that is turned back is noticed by it.
            "CREATE TABLE registry_clock (id BIGINT NOT NULL PRIMARY KEY, newest BIGINT NOT NULL)",
            "INSERT INTO registry_clock (id, newest) SELECT 1, COALESCE(MAX(changed_at), 0) FROM stage_changes",
            // SHA-256 of what the suite asked for; absent of runs from before it was kept.
            "ALTER TABLE quality_runs ADD COLUMN suite_digest TEXT",
            "ALTER TABLE stage_changes ADD COLUMN way TEXT",
            "ALTER TABLE stage_changes ADD COLUMN policy_digest TEXT",
            "ALTER TABLE stage_changes ADD COLUMN audit_position BIGINT",
            "CREATE INDEX stage_changes_by_version ON stage_changes (version, number)",
            "CREATE INDEX stage_changes_to_stage ON stage_changes (model, to_stage, number)",
            "ALTER TABLE sign_offs ADD COLUMN audit_position BIGINT",
            """
            CREATE TABLE stage_change_approvals (
                change BIGINT NOT NULL REFERENCES stage_changes (number),
                sign_off BIGINT NOT NULL REFERENCES sign_offs (number),
                PRIMARY KEY (change, sign_off)
            )
            """,
            "ALTER TABLE registered_models ADD COLUMN owner TEXT",
            "ALTER TABLE registered_models ADD COLUMN owned_since BIGINT",
            "CREATE INDEX registered_models_by_owner ON registered_models (owner)",
            "CREATE INDEX model_versions_by_digest ON model_versions (artifact_digest, registered_by)",
            """
            CREATE TABLE transition_requests (
                number BIGINT NOT NULL PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                version BIGINT NOT NULL REFERENCES model_versions (number),
                stage TEXT NOT NULL,
                requested_by TEXT NOT NULL,
                comment TEXT,
                artifact_digest TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                status TEXT NOT NULL,
                closed_by TEXT,
                closed_at BIGINT
            )
            """,
            "CREATE INDEX transition_requests_by_version ON transition_requests (version, status, number)",
            "CREATE INDEX transition_requests_by_user ON transition_requests (requested_by, status, number)",
            """
            CREATE UNIQUE INDEX transition_requests_open ON transition_requests (version, stage, requested_by)
            WHERE status = 'open'
            """,
            """
            CREATE TABLE model_activities (
                number BIGINT NOT NULL PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                version BIGINT NOT NULL REFERENCES model_versions (number),
                kind TEXT NOT NULL,
                by_user TEXT NOT NULL,
                comment TEXT,
                system_comment TEXT,
                from_stage TEXT,
                to_stage TEXT,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                deleted_at BIGINT
            )
            """,
            "CREATE INDEX model_activities_by_version ON model_activities (version, number)",
            """
            CREATE TABLE broken_glass (
                number BIGINT NOT NULL PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                model BIGINT NOT NULL REFERENCES registered_models (number),
                version BIGINT NOT NULL REFERENCES model_versions (number),
                stage TEXT NOT NULL,
                alias TEXT,
                reason TEXT NOT NULL,
                artifact_digest TEXT NOT NULL,
                asked_by TEXT NOT NULL,
                asked_at BIGINT NOT NULL,
                confirmed_by TEXT,
                confirmed_at BIGINT,
                status TEXT NOT NULL
            )
            """,
            "CREATE INDEX broken_glass_by_version ON broken_glass (version, status, number)",
            "CREATE INDEX broken_glass_by_model ON broken_glass (model, status, number)",
            """
            CREATE TABLE plan_escalations (
                number BIGINT NOT NULL PRIMARY KEY,
                model BIGINT NOT NULL REFERENCES registered_models (number),
                kind TEXT NOT NULL,
                since BIGINT NOT NULL,
                contacts TEXT NOT NULL,
                webhook TEXT,
                escalated_at BIGINT NOT NULL,
                audit_position BIGINT NOT NULL,
                UNIQUE (model, kind, since)
            )
            """,
            """
            CREATE TABLE evaluations (
                number BIGINT NOT NULL PRIMARY KEY,
                version BIGINT NOT NULL REFERENCES model_versions (number),
                metric TEXT NOT NULL,
                value DOUBLE PRECISION NOT NULL,
                measured_on TEXT NOT NULL,
                artifact_digest TEXT NOT NULL,
                is_reported BIGINT NOT NULL,
                recorded_by TEXT NOT NULL,
                recorded_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX evaluations_by_version ON evaluations (version, number)",
            """
            CREATE TABLE test_results (
                number BIGINT NOT NULL PRIMARY KEY,
                version BIGINT NOT NULL REFERENCES model_versions (number),
                suite TEXT NOT NULL,
                passed BIGINT NOT NULL,
                failed BIGINT NOT NULL,
                artifact_digest TEXT NOT NULL,
                recorded_by TEXT NOT NULL,
                recorded_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX test_results_by_version ON test_results (version, number)",
            """
            CREATE TABLE training_drifts (
                number BIGINT NOT NULL PRIMARY KEY,
                version BIGINT NOT NULL REFERENCES model_versions (number),
                record TEXT NOT NULL
            )
            """,
            "CREATE INDEX training_drifts_by_version ON training_drifts (version, number)",
            "CREATE INDEX monitoring_checks_newest ON monitoring_checks (model, checked_at)",
        ])
}
