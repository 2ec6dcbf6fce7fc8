extension Migration {
    /// Who wrote each version of each table, and from what. The tables' own logs hold the rest.
    static let datasets = Migration(
        5, "datasets",
        [
            """
            CREATE TABLE dataset_versions (
                name TEXT NOT NULL,
                version BIGINT NOT NULL,
                operation TEXT NOT NULL,
                row_count BIGINT NOT NULL,
                written_by TEXT NOT NULL,
                written_at BIGINT NOT NULL,
                source TEXT,
                run_id TEXT,
                PRIMARY KEY (name, version)
            )
            """,
            """
            CREATE TABLE dataset_inputs (
                name TEXT NOT NULL,
                version BIGINT NOT NULL,
                input_name TEXT NOT NULL,
                input_version BIGINT NOT NULL,
                PRIMARY KEY (name, version, input_name, input_version),
                FOREIGN KEY (name, version) REFERENCES dataset_versions (name, version)
            )
            """,
            "CREATE INDEX dataset_inputs_by_input ON dataset_inputs (input_name, input_version)",
        ])
}
