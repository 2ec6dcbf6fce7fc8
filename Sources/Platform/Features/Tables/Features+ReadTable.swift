import DeltaLake
package import Foundation
package import MartletDomain
import Metadata

extension Features {
    /// Writes a table as it is, or as it was, into a file that then belongs to the caller. Of a feature table, who read it
    /// is kept.
    ///
    /// - Parameters:
    ///   - moment: The newest version at that time. It is the table's time, not that of the features.
    ///   - columns: Nil for all.
    package func readTable(
        _ name: TableName, version: Int64? = nil, asOf moment: Instant? = nil, columns: [String]? = nil,
        limit: Int64? = nil, as format: ExportFormat, by caller: Caller
    ) async throws -> (table: TableReference, file: URL) {
        let table = try await tableIfPresent(name)
        let spelled = table?.name ?? datasets.spelled(name)
        let reference = try await datasets.version(of: spelled, version, asOf: moment)
        let file = try await datasets.export(reference, columns: columns, limit: limit, as: format)
        if let table { await noteReading(of: table, columns ?? [], at: reference.version, by: caller) }
        return (reference, file)
    }

    /// Keeps who read which features. That it cannot be kept does not keep anybody from reading.
    func noteReading(of table: FeatureTable, _ features: [String], at version: Int64, by caller: Caller) async {
        guard caller.user.mayChange, let list = try? canonicalText(features) else { return }
        let key: [SQLValue] = [.text(table.id), .text(caller.user.name), .text(list)]
        let isKnown = try? await store.read { db in
            try db.row(
                "SELECT version FROM feature_table_readers WHERE table_id = ? AND reader = ? AND features = ?", key
            )?.integer("version") == version
        }
        if isKnown == true { return }
        let facts = ["table": "\(table.name)@\(version)", "features": list]
        _ = try? await store.change(AuditAction("features", "read_table", facts), by: caller) { db in
            try db.execute(
                """
                INSERT INTO feature_table_readers (table_id, reader, features, version, read_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (table_id, reader, features) DO UPDATE SET
                    version = excluded.version, read_at = excluded.read_at
                """, key + [.integer(version), .integer(db.now)])
        }
    }

    /// Who read a feature table, the latest first, and which tables were computed from it.
    package func consumers(
        of table: FeatureTable
    ) async throws -> (readers: [FeatureTableReader], tables: [DatasetVersion]) {
        try await store.read { db in
            let readers = try db.rows(
                "SELECT * FROM feature_table_readers WHERE table_id = ? ORDER BY read_at DESC, reader LIMIT 100",
                [.text(table.id)]
            ).map {
                FeatureTableReader(
                    reader: try $0.text("reader"), features: try decoded([String].self, from: $0.text("features")),
                    version: try $0.integer("version"), readAt: try $0.integer("read_at"))
            }
            let tables = try db.rows(
                """
                SELECT v.* FROM dataset_versions v WHERE EXISTS (
                    SELECT 1 FROM dataset_inputs i
                    WHERE i.name = v.name AND i.version = v.version AND i.input_name = ?
                ) ORDER BY v.written_at DESC, v.name LIMIT 100
                """, [.text(table.name.description)]
            ).map { try db.datasetVersion($0) }
            return (readers, tables)
        }
    }
}
