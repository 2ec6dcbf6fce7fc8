extension Migration {
    /// Batches of predictions, looks at models in service, verdicts on tables; each row's record is JSON, its columns are what is asked by.
    static let scoring = Migration(
        8, "scoring",
        [
            """
            CREATE TABLE scoring_runs (
                id TEXT NOT NULL PRIMARY KEY,
                model TEXT NOT NULL,
                model_version TEXT NOT NULL,
                window_start BIGINT NOT NULL,
                window_end BIGINT NOT NULL,
                predictions_table TEXT NOT NULL,
                predictions_version BIGINT NOT NULL,
                scored_at BIGINT NOT NULL,
                record TEXT NOT NULL
            )
            """,
            "CREATE INDEX scoring_runs_by_model ON scoring_runs (model, window_start)",
            """
            CREATE TABLE monitoring_checks (
                id TEXT NOT NULL PRIMARY KEY,
                model TEXT NOT NULL,
                model_version TEXT NOT NULL,
                window_start BIGINT NOT NULL,
                window_end BIGINT NOT NULL,
                checked_at BIGINT NOT NULL,
                record TEXT NOT NULL
            )
            """,
            "CREATE INDEX monitoring_checks_by_model ON monitoring_checks (model, window_end)",
            """
            CREATE TABLE quality_runs (
                id TEXT NOT NULL PRIMARY KEY,
                suite TEXT NOT NULL,
                table_name TEXT NOT NULL,
                table_version BIGINT NOT NULL,
                success BIGINT NOT NULL,
                stopped BIGINT NOT NULL,
                ran_at BIGINT NOT NULL,
                result TEXT NOT NULL
            )
            """,
            "CREATE INDEX quality_runs_by_table ON quality_runs (table_name, table_version, ran_at)",
        ])
}
