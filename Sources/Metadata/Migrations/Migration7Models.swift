extension Migration {
    /// What each model that was trained here was trained on, and how.
    static let models = Migration(
        7, "models",
        [
            """
            CREATE TABLE trained_models (
                run_id TEXT NOT NULL PRIMARY KEY,
                model_id TEXT NOT NULL,
                training_table TEXT NOT NULL,
                training_version BIGINT NOT NULL,
                specification TEXT NOT NULL,
                inputs TEXT NOT NULL
            )
            """,
            "CREATE INDEX trained_models_by_training_set ON trained_models (training_table, training_version)",
        ])
}
