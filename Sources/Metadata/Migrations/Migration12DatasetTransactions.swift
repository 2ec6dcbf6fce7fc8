extension Migration {
    /// Changes of tables in the making, branches, and what a version did to the rows that were there.
    static let datasetTransactions = Migration(
        12, "dataset_transactions",
        [
            "ALTER TABLE dataset_versions ADD COLUMN kind TEXT",
            "ALTER TABLE dataset_versions ADD COLUMN transaction_id TEXT",
            "CREATE INDEX dataset_versions_by_transaction ON dataset_versions (transaction_id)",
            """
            CREATE TABLE dataset_transactions (
                id TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                kind TEXT NOT NULL,
                key_columns TEXT NOT NULL,
                predicate TEXT,
                run_id TEXT,
                inputs TEXT NOT NULL,
                state TEXT NOT NULL,
                opened_by TEXT NOT NULL,
                opened_at BIGINT NOT NULL,
                ended_at BIGINT,
                version BIGINT
            )
            """,
            "CREATE INDEX dataset_transactions_by_state ON dataset_transactions (state, opened_at)",
            "CREATE INDEX dataset_transactions_by_name ON dataset_transactions (name, opened_at)",
            """
            CREATE TABLE dataset_transaction_files (
                transaction_id TEXT NOT NULL REFERENCES dataset_transactions (id),
                number BIGINT NOT NULL,
                name TEXT NOT NULL,
                row_count BIGINT NOT NULL,
                sha256 TEXT NOT NULL,
                staged TEXT NOT NULL,
                PRIMARY KEY (transaction_id, number)
            )
            """,
            """
            CREATE TABLE dataset_branches (
                name TEXT NOT NULL PRIMARY KEY,
                main TEXT NOT NULL,
                base_version BIGINT NOT NULL,
                created_by TEXT NOT NULL,
                created_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX dataset_branches_by_main ON dataset_branches (main)",
            "CREATE INDEX trained_models_by_model ON trained_models (model_id)",
        ])
}
