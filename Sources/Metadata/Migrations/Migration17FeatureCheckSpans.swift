extension Migration {
    /// What a comparison of served features spans and left out, and what a model's features are, to be compared.
    static let featureCheckSpans = Migration(
        17, "feature_check_spans",
        [
            "ALTER TABLE feature_checks ADD COLUMN span_from BIGINT",
            "ALTER TABLE feature_checks ADD COLUMN span_to BIGINT",
            "ALTER TABLE feature_checks ADD COLUMN dropped BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE feature_checks ADD COLUMN left_out BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE feature_materializations ADD COLUMN table_id TEXT",
            "ALTER TABLE model_version_views ADD COLUMN definition TEXT",
            "ALTER TABLE model_version_views ADD COLUMN is_lookup BIGINT NOT NULL DEFAULT 0",
        ])
}
