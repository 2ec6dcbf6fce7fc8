extension Migration {
    /// Webhooks of single models and in Databricks' manner, and which models were red when they were last looked at.
    static let registryWebhooks = Migration(
        22, "registry_webhooks",
        [
            "ALTER TABLE webhooks ADD COLUMN dialect TEXT NOT NULL DEFAULT 'mlflow'",
            // Nil for all models. By number, so that it means the same model when that is renamed, and never a new one.
            "ALTER TABLE webhooks ADD COLUMN model BIGINT REFERENCES registered_models (number)",
            // The value of the header, encrypted as the secret is.
            "ALTER TABLE webhooks ADD COLUMN authorization_header BYTEA",
            """
            CREATE TABLE red_models (
                model BIGINT NOT NULL PRIMARY KEY REFERENCES registered_models (number),
                noted_at BIGINT NOT NULL
            )
            """,
        ])
}
