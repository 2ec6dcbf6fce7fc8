import DeltaLake
package import MartletDomain
import Metadata

/// What became of a feature table that was dropped.
package struct DroppedFeatureTable: Sendable {
    package var table: FeatureTable
    /// The version that has no rows; nil when the rows stay.
    package var emptied: TableReference?
}

extension Features {
    /// Takes a feature table off the record. One that was made as such is emptied, too: its newest version has no rows. The
    /// versions before can be read until they are vacuumed, and those that a training set names for as long as it does.
    ///
    /// - Parameter keepingRows: Whether the rows stay, as those of a registered table do.
    package func dropTable(
        _ name: TableName, keepingRows: Bool = false, by caller: Caller
    ) async throws -> DroppedFeatureTable {
        try await datasets.requireChange(
            AuditAction("features", "drop_table", ["table": name.description]), by: caller)
        let table = try await table(name)
        return try await turns.inTurn(table.name.description) {
            // First off the record: a crash in between leaves rows that nobody looks features up in, and not the reverse.
            let dropped = try await store.change(
                AuditAction("features", "drop_table", ["table": table.name.description, "id": table.id]), by: caller
            ) { db in
                // What was given on these rows is not for those of another table of this name.
                if table.origin == .created, !keepingRows {
                    try db.moveBindings(from: .featureTable(table.name.main.description), to: nil)
                }
                return try db.execute(
                    "UPDATE feature_tables SET dropped_by = ? , dropped_at = ? WHERE id = ? AND dropped_at IS NULL",
                    [.text(db.caller.user.name), .integer(db.now), .text(table.id)])
            }
            guard dropped > 0 else { throw FeatureError.noFeatureTable(name) }
            guard table.origin == .created, !keepingRows else { return DroppedFeatureTable(table: table) }
            let snapshot = try await datasets.snapshot(table.name)
            guard snapshot.rowCount > 0 else {
                return DroppedFeatureTable(table: table, emptied: .init(table.name, version: snapshot.version))
            }
            let origin = DatasetOrigin(.featureTable, source: "dropped")
            let version = try await datasets.commit(table.name, "DROP FEATURE TABLE", origin, by: caller) {
                delta, info in
                try await delta.overwrite(
                    selecting: "SELECT * FROM \(snapshot.relation) WHERE false", commit: info)
            }
            return DroppedFeatureTable(table: table, emptied: version.table)
        }
    }
}
