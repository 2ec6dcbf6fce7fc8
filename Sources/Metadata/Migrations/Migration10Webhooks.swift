extension Migration {
    /// Webhooks: who is told of which changes, and what is still to be sent; and where a version's files are downloaded
    /// from.
    static let webhooks = Migration(
        10, "webhooks",
        [
            "ALTER TABLE model_versions ADD COLUMN storage_location TEXT",
            // No run is an empty text, which compares as MLflow's does.
            "UPDATE model_versions SET run_id = '' WHERE run_id IS NULL",
            // The secret is encrypted with the key that lies beside the database.
            """
            CREATE TABLE webhooks (
                number BIGINT NOT NULL PRIMARY KEY,
                webhook_id TEXT NOT NULL UNIQUE,
                name TEXT NOT NULL,
                description TEXT,
                url TEXT NOT NULL,
                status TEXT NOT NULL,
                secret BYTEA,
                created_by TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                deleted_at BIGINT
            )
            """,
            "CREATE INDEX webhooks_newest ON webhooks (created_at, number)",
            """
            CREATE TABLE webhook_events (
                webhook BIGINT NOT NULL REFERENCES webhooks (number),
                event TEXT NOT NULL,
                PRIMARY KEY (webhook, event)
            )
            """,
            "CREATE INDEX webhook_events_by_event ON webhook_events (event, webhook)",
            // Written with the change that it tells of. Waits while outcome is null; attempts is JSON, oldest first.
            """
            CREATE TABLE webhook_deliveries (
                number BIGINT NOT NULL PRIMARY KEY,
                delivery_id TEXT NOT NULL,
                webhook BIGINT NOT NULL REFERENCES webhooks (number),
                event TEXT NOT NULL,
                body TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                due_at BIGINT NOT NULL,
                attempts TEXT NOT NULL,
                outcome TEXT,
                finished_at BIGINT
            )
            """,
            "CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook, due_at) WHERE outcome IS NULL",
            "CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook, number)",
        ])
}
