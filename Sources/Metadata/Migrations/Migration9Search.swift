extension Migration {
    /// Runs as searches read them: keys by number, each row where its primary key is, values in the order of an index.
    ///
    /// `WITHOUT ROWID` keeps a row in its primary key's tree (SQLite; PostgreSQL has no word for it and needs none). Values
    /// of parameters and tags are indexed by their first 64 characters, so that a long one costs no second copy.
    static let search = Migration(9, "search", runs + metrics + texts("param") + texts("tag") + datasetReaders)

    private static let runs = [
        """
        CREATE TABLE new_runs (
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
        ) WITHOUT ROWID
        """,
        "INSERT INTO new_runs SELECT * FROM runs ORDER BY number",
        "DROP TABLE runs",
        "ALTER TABLE new_runs RENAME TO runs",
        "CREATE INDEX runs_newest ON runs (experiment_id, lifecycle_stage, start_time DESC, run_id)",
    ]

    private static let metrics = [
        """
        CREATE TABLE new_metric_history (
            run BIGINT NOT NULL,
            metric BIGINT NOT NULL,
            timestamp BIGINT NOT NULL,
            step BIGINT NOT NULL,
            value DOUBLE PRECISION NOT NULL,
            is_nan BIGINT NOT NULL,
            PRIMARY KEY (run, metric, timestamp, step, value, is_nan)
        ) WITHOUT ROWID
        """,
        "INSERT INTO new_metric_history SELECT * FROM metric_history ORDER BY run, metric, timestamp, step, value, is_nan",
        "DROP TABLE metric_history",
        "ALTER TABLE new_metric_history RENAME TO metric_history",
        """
        CREATE TABLE new_latest_metrics (
            run BIGINT NOT NULL,
            metric BIGINT NOT NULL,
            experiment_id BIGINT NOT NULL,
            value DOUBLE PRECISION NOT NULL,
            is_nan BIGINT NOT NULL,
            timestamp BIGINT NOT NULL,
            step BIGINT NOT NULL,
            position BIGINT NOT NULL,
            PRIMARY KEY (run, metric)
        ) WITHOUT ROWID
        """,
        "INSERT INTO new_latest_metrics SELECT * FROM latest_metrics ORDER BY run, metric",
        "DROP TABLE latest_metrics",
        "ALTER TABLE new_latest_metrics RENAME TO latest_metrics",
        "CREATE INDEX latest_metrics_values ON latest_metrics (experiment_id, metric, is_nan, value, run)",
    ]

    /// Who read a dataset: what an experiment's runs read is looked up from its datasets.
    private static let datasetReaders = ["CREATE INDEX run_datasets_by_dataset ON run_datasets (dataset, run)"]

    /// Runs' parameters or tags, with their keys in a table of their own.
    private static func texts(_ kind: String) -> [String] {
        [
            "CREATE TABLE \(kind)_keys (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
            """
            INSERT INTO \(kind)_keys
            SELECT ROW_NUMBER() OVER (ORDER BY key), key FROM (SELECT DISTINCT key FROM run_\(kind)s) AS used
            """,
            """
            INSERT INTO sequences (name, value) SELECT '\(kind)_key', MAX(number) FROM \(kind)_keys HAVING COUNT(*) > 0
            """,
            """
            CREATE TABLE new_run_\(kind)s (
                run BIGINT NOT NULL,
                key BIGINT NOT NULL,
                experiment_id BIGINT NOT NULL,
                value TEXT NOT NULL,
                position BIGINT NOT NULL,
                PRIMARY KEY (run, key)
            ) WITHOUT ROWID
            """,
            """
            INSERT INTO new_run_\(kind)s
            SELECT t.run, k.number, r.experiment_id, t.value, t.position FROM run_\(kind)s t
            JOIN \(kind)_keys k ON k.name = t.key JOIN runs r ON r.number = t.run ORDER BY t.run, k.number
            """,
            "DROP TABLE run_\(kind)s",
            "ALTER TABLE new_run_\(kind)s RENAME TO run_\(kind)s",
            "CREATE INDEX run_\(kind)s_values ON run_\(kind)s (experiment_id, key, substr(value, 1, 64), run)",
        ]
    }
}
