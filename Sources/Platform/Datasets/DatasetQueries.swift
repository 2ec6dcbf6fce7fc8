package import MartletDomain
import Metadata

extension Datasets {
    /// The names of all tables, sorted.
    package func names() async throws -> [TableName] {
        try await store.read { db in
            try db.rows("SELECT DISTINCT name FROM dataset_versions ORDER BY name").map {
                try TableName($0.text("name"))
            }.filter { $0.branch == nil }
        }
    }

    /// A table's versions, newest first.
    package func history(_ name: TableName) async throws -> [DatasetVersion] {
        let versions = try await store.read { db in
            try db.rows(
                "SELECT * FROM dataset_versions WHERE name = ? ORDER BY version DESC", [.text(name.description)]
            ).map { try db.datasetVersion($0) }
        }
        guard !versions.isEmpty else { throw missing(name) }
        return versions
    }

    /// Who wrote that version and from what; nil when it was written by somebody else's tool.
    package func version(_ table: TableReference) async throws -> DatasetVersion? {
        try await store.read { db in
            try db.row(
                "SELECT * FROM dataset_versions WHERE name = ? AND version = ?",
                [.text(table.name.description), .integer(table.version)]
            ).map { try db.datasetVersion($0) }
        }
    }
}

extension Snapshot {
    func datasetVersion(_ row: SQLRow) throws -> DatasetVersion {
        let table = TableReference(try TableName(row.text("name")), version: try row.integer("version"))
        let inputs = try rows(
            "SELECT input_name, input_version FROM dataset_inputs WHERE name = ? AND version = ? ORDER BY input_name",
            [.text(table.name.description), .integer(table.version)]
        ).map { TableReference(try TableName($0.text("input_name")), version: try $0.integer("input_version")) }
        return DatasetVersion(
            table: table, operation: try .init(rawValue: row.text("operation")) ?? .recovered,
            rowCount: try row.integer("row_count"), writtenBy: try row.text("written_by"),
            writtenAt: try row.integer("written_at"), inputs: inputs, source: try row.textIfPresent("source"),
            runID: try row.textIfPresent("run_id"),
            kind: try row.textIfPresent("kind").flatMap { .init(rawValue: $0) },
            transaction: try row.textIfPresent("transaction_id"))
    }
}

extension Transaction {
    func insert(_ version: DatasetVersion) throws {
        let key: [SQLValue] = [.text(version.table.name.description), .integer(version.table.version)]
        let inserted = try execute(
            """
            INSERT INTO dataset_versions
                (name, version, operation, row_count, written_by, written_at, source, run_id, kind, transaction_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name, version) DO NOTHING
            """,
            key + [
                .text(version.operation.rawValue), .integer(version.rowCount), .text(version.writtenBy),
                .integer(version.writtenAt), SQLValue(version.source), SQLValue(version.runID),
                SQLValue(version.kind?.rawValue), SQLValue(version.transaction),
            ])
        guard inserted > 0 else { return }
        for input in Set(version.inputs) {
            try execute(
                "INSERT INTO dataset_inputs (name, version, input_name, input_version) VALUES (?, ?, ?, ?)",
                key + [.text(input.name.description), .integer(input.version)])
        }
    }
}
