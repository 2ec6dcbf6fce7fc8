package import MartletDomain
import Metadata

extension Features {
    func keep(_ record: TrainingSetRecord, by caller: Caller) async throws -> TrainingSetRecord {
        let text = try canonicalText(record)
        let action = AuditAction(
            "features", "create_training_set",
            [
                "table": record.table.description, "plan_hash": record.planHash, "content_hash": record.content.hash,
                "spine": record.spine.description,
                "sources": Set(record.sources.values).map(\.description).sorted().joined(separator: " "),
            ])
        return try await store.change(action, by: caller) { db in
            try db.execute(
                """
                INSERT INTO training_sets (name, version, plan_hash, content_hash, record) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (name, version) DO NOTHING
                """,
                [
                    .text(record.table.name.description), .integer(record.table.version), .text(record.planHash),
                    .text(record.content.hash), .text(text),
                ])
            for hash in Set(record.views.map(\.hash)) { try db.insertUse(of: hash, in: record.table) }
            return record
        }
    }

    /// Training sets by name, the newest version of each first; those of one table, or all.
    package func trainingSetRecords(_ name: TableName? = nil) async throws -> [TrainingSetRecord] {
        try await store.read { db in
            let sql = "SELECT record FROM training_sets"
            let rows =
                if let name {
                    try db.rows(sql + " WHERE name = ? ORDER BY version DESC", [.text(name.description)])
                } else {
                    try db.rows(sql + " ORDER BY name, version DESC LIMIT 1000")
                }
            return try rows.map { try decoded(TrainingSetRecord.self, from: $0.text("record")) }
        }
    }

    /// How a training set was made; the newest version when none is named.
    /// - Throws: ``UnknownTrainingSet``.
    package func trainingSetRecord(_ name: TableName, version: Int64? = nil) async throws -> TrainingSetRecord {
        let found = try await store.read { db in
            try db.row(
                "SELECT record FROM training_sets WHERE name = ? AND (version = ? OR ? = 1) ORDER BY version DESC LIMIT 1",
                [.text(name.description), SQLValue(version ?? 0), SQLValue(version == nil)]
            )?.text("record")
        }
        guard let found else { throw UnknownTrainingSet(table: TableReference(name, version: version ?? 0)) }
        return try decoded(TrainingSetRecord.self, from: found)
    }
}

extension Transaction {
    /// Notes that a training set has features of a view.
    func insertUse(of viewHash: String, in table: TableReference) throws {
        try execute(
            """
            INSERT INTO training_set_views (name, version, view_hash) VALUES (?, ?, ?)
            ON CONFLICT (name, version, view_hash) DO NOTHING
            """, [.text(table.name.description), .integer(table.version), .text(viewHash)])
    }
}
