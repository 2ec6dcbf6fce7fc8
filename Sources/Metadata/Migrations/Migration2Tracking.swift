extension Migration {
    /// Experiments, runs, logged models and their files.
    ///
    /// Rows that come by the million name their run and their metric by number. `position` keeps the order of logging.
    /// A metric that is NaN is stored as zero with `is_nan` set.
    static let tracking = Migration(
        2, "tracking",
        [
            """
            CREATE TABLE experiments (
                experiment_id BIGINT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL UNIQUE,
                artifact_location TEXT NOT NULL,
                lifecycle_stage TEXT NOT NULL,
                creation_time BIGINT NOT NULL,
                last_update_time BIGINT NOT NULL
            )
            """,
            "CREATE INDEX experiments_created ON experiments (creation_time, experiment_id)",
            """
            CREATE TABLE experiment_tags (
                experiment_id BIGINT NOT NULL REFERENCES experiments (experiment_id),
                key TEXT NOT NULL,
                value TEXT NOT NULL,
                PRIMARY KEY (experiment_id, key)
            )
            """,
            """
            INSERT INTO experiments
            SELECT 0, 'Default', 'mlflow-artifacts:/0', 'active', applied_at, applied_at
            FROM schema_migrations WHERE number = 1
            """,
            """
            CREATE TABLE runs (
                number BIGINT NOT NULL PRIMARY KEY,
                run_id TEXT NOT NULL UNIQUE,
                experiment_id BIGINT NOT NULL REFERENCES experiments (experiment_id),
                name TEXT NOT NULL,
                user_id TEXT NOT NULL,
                status TEXT NOT NULL,
                start_time BIGINT NOT NULL,
                end_time BIGINT,
                artifact_uri TEXT NOT NULL,
                lifecycle_stage TEXT NOT NULL,
                deleted_time BIGINT
            )
            """,
            "CREATE INDEX runs_newest ON runs (experiment_id, lifecycle_stage, start_time DESC, run_id)",
            "CREATE TABLE metric_keys (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
            // The primary key is the order in which a history is read, and holds all of it.
            """
            CREATE TABLE metric_history (
                run BIGINT NOT NULL,
                metric BIGINT NOT NULL,
                timestamp BIGINT NOT NULL,
                step BIGINT NOT NULL,
                value DOUBLE PRECISION NOT NULL,
                is_nan BIGINT NOT NULL,
                PRIMARY KEY (run, metric, timestamp, step, value, is_nan)
            )
            """,
            """
            CREATE TABLE latest_metrics (
                run BIGINT NOT NULL,
                metric BIGINT NOT NULL,
                experiment_id BIGINT NOT NULL,
                value DOUBLE PRECISION NOT NULL,
                is_nan BIGINT NOT NULL,
                timestamp BIGINT NOT NULL,
                step BIGINT NOT NULL,
                position BIGINT NOT NULL,
                PRIMARY KEY (run, metric)
            )
            """,
            "CREATE INDEX latest_metrics_values ON latest_metrics (experiment_id, metric, is_nan, value, run)",
            """
            CREATE TABLE run_params (
                run BIGINT NOT NULL,
                key TEXT NOT NULL,
                value TEXT NOT NULL,
                position BIGINT NOT NULL,
                PRIMARY KEY (run, key)
            )
            """,
            """
            CREATE TABLE run_tags (
                run BIGINT NOT NULL,
                key TEXT NOT NULL,
                value TEXT NOT NULL,
                position BIGINT NOT NULL,
                PRIMARY KEY (run, key)
            )
            """,
            "CREATE INDEX run_tags_by_key ON run_tags (key, run)",
            """
            CREATE TABLE run_dataset_sources (
                number BIGINT NOT NULL PRIMARY KEY,
                experiment_id BIGINT NOT NULL,
                name TEXT NOT NULL,
                digest TEXT NOT NULL,
                source_type TEXT NOT NULL,
                source TEXT NOT NULL,
                schema TEXT,
                profile TEXT,
                UNIQUE (experiment_id, name, digest)
            )
            """,
            """
            CREATE TABLE run_datasets (
                run BIGINT NOT NULL,
                dataset BIGINT NOT NULL REFERENCES run_dataset_sources (number),
                position BIGINT NOT NULL,
                PRIMARY KEY (run, dataset)
            )
            """,
            """
            CREATE TABLE run_dataset_tags (
                run BIGINT NOT NULL,
                dataset BIGINT NOT NULL,
                key TEXT NOT NULL,
                value TEXT NOT NULL,
                position BIGINT NOT NULL,
                PRIMARY KEY (run, dataset, key)
            )
            """,
            // direction: 'input' or 'output'.
            """
            CREATE TABLE run_models (
                run BIGINT NOT NULL,
                direction TEXT NOT NULL,
                model_id TEXT NOT NULL,
                step BIGINT NOT NULL,
                position BIGINT NOT NULL,
                PRIMARY KEY (run, direction, model_id, step)
            )
            """,
            "CREATE INDEX run_models_by_model ON run_models (model_id)",
            """
            CREATE TABLE logged_models (
                number BIGINT NOT NULL PRIMARY KEY,
                model_id TEXT NOT NULL UNIQUE,
                experiment_id BIGINT NOT NULL REFERENCES experiments (experiment_id),
                name TEXT NOT NULL,
                creation_time BIGINT NOT NULL,
                last_updated_time BIGINT NOT NULL,
                artifact_uri TEXT NOT NULL,
                status TEXT NOT NULL,
                model_type TEXT NOT NULL,
                source_run_id TEXT NOT NULL,
                lifecycle_stage TEXT NOT NULL
            )
            """,
            "CREATE INDEX logged_models_newest ON logged_models (experiment_id, lifecycle_stage, creation_time DESC, model_id)",
            """
            CREATE TABLE logged_model_params (
                model BIGINT NOT NULL,
                key TEXT NOT NULL,
                value TEXT NOT NULL,
                PRIMARY KEY (model, key)
            )
            """,
            """
            CREATE TABLE logged_model_tags (
                model BIGINT NOT NULL,
                key TEXT NOT NULL,
                value TEXT NOT NULL,
                PRIMARY KEY (model, key)
            )
            """,
            """
            CREATE TABLE logged_model_metrics (
                model BIGINT NOT NULL,
                metric BIGINT NOT NULL,
                timestamp BIGINT NOT NULL,
                step BIGINT NOT NULL,
                run BIGINT NOT NULL,
                value DOUBLE PRECISION NOT NULL,
                dataset_name TEXT,
                dataset_digest TEXT,
                position BIGINT NOT NULL,
                PRIMARY KEY (model, metric, timestamp, step, run)
            )
            """,
            // Paths are compared byte by byte (on PostgreSQL: COLLATE "C").
            """
            CREATE TABLE artifact_files (
                path TEXT NOT NULL PRIMARY KEY,
                sha256 TEXT NOT NULL,
                bytes BIGINT NOT NULL,
                change BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE sealed_artifacts (
                prefix TEXT NOT NULL PRIMARY KEY,
                digest TEXT NOT NULL,
                sealed_at BIGINT NOT NULL
            )
            """,
        ])
}
