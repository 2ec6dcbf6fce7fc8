extension Migration {
    /// The files of each sealed folder, and predictions that were answered one by one.
    static let why = Migration(
        21, "why",
        [
            """
            CREATE TABLE sealed_files (
                prefix TEXT NOT NULL,
                path TEXT NOT NULL,
                sha256 TEXT NOT NULL,
                bytes BIGINT NOT NULL,
                PRIMARY KEY (prefix, path)
            )
            """,
            // What the rows of the training set were: JSON.
            "ALTER TABLE trained_models ADD COLUMN content TEXT",
            // What its files were when it was trained, as a version of them is sealed with.
            "ALTER TABLE trained_models ADD COLUMN files_digest TEXT",
            "CREATE INDEX trained_models_by_digest ON trained_models (files_digest)",
            // Predictions that were handed out and wait to be written to their model's table; the values are JSON.
            """
            CREATE TABLE logged_predictions (
                number BIGINT NOT NULL PRIMARY KEY,
                scoring_id TEXT NOT NULL,
                row_number BIGINT NOT NULL,
                model TEXT NOT NULL,
                model_version BIGINT NOT NULL,
                scored_at BIGINT NOT NULL,
                row_values TEXT NOT NULL,
                prediction DOUBLE PRECISION,
                batch TEXT
            )
            """,
            "CREATE UNIQUE INDEX logged_predictions_by_row ON logged_predictions (scoring_id, row_number)",
            "CREATE INDEX logged_predictions_by_model ON logged_predictions (model, number)",
            "CREATE INDEX logged_predictions_by_batch ON logged_predictions (model, batch)",
            // The commit that holds them.
            "ALTER TABLE row_scorings ADD COLUMN log_table TEXT",
            "ALTER TABLE row_scorings ADD COLUMN log_version BIGINT",
        ])
}
