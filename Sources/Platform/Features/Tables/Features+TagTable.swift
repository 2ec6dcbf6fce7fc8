package import MartletDomain
import Metadata

extension Features {
    /// Sets tags, then deletes others.
    /// - Returns: The table as it is then, and the keys that were to be deleted and are not there.
    package func tagTable(
        _ name: TableName, set tags: [String: String], delete keys: [String], by caller: Caller
    ) async throws -> (table: FeatureTable, absent: [String]) {
        let issues = FeatureTable.issues(inTags: tags)
        guard issues.isEmpty else { throw FeatureError.issues(issues) }
        let facts = [
            "table": name.description, "set": try canonicalText(tags), "delete": keys.joined(separator: " "),
        ]
        return try await store.change(AuditAction("features", "tag_table", facts), by: caller) { db in
            let table = try db.featureTable(name)
            try db.setTags(tags, of: table.id)
            var absent: [String] = []
            for key in keys {
                let deleted = try db.execute(
                    "DELETE FROM feature_table_tags WHERE table_id = ? AND key = ?", [.text(table.id), .text(key)])
                if deleted == 0 { absent.append(key) }
            }
            return (try db.featureTable(name), absent)
        }
    }

    /// Notes where the rows of a table come from, or takes such notes off. One that is there is not noted twice.
    package func noteDataSources(
        of name: TableName, add: [FeatureDataSource], delete: [FeatureDataSource], by caller: Caller
    ) async throws -> FeatureTable {
        let tooLong = (add + delete).filter { $0.source.isEmpty || $0.source.utf8.count > 2_048 }
        guard tooLong.isEmpty else {
            throw InvalidRequest("A data source is named by 1 to 2048 bytes.")
        }
        let facts = [
            "table": name.description, "add": try canonicalText(add), "delete": try canonicalText(delete),
        ]
        return try await store.change(AuditAction("features", "note_data_sources", facts), by: caller) { db in
            let table = try db.featureTable(name)
            for source in add {
                try db.execute(
                    """
                    INSERT INTO feature_table_sources (table_id, kind, source) VALUES (?, ?, ?)
                    ON CONFLICT (table_id, kind, source) DO NOTHING
                    """, [.text(table.id), .text(source.kind.rawValue), .text(source.source)])
            }
            for source in delete {
                try db.execute(
                    "DELETE FROM feature_table_sources WHERE table_id = ? AND kind = ? AND source = ?",
                    [.text(table.id), .text(source.kind.rawValue), .text(source.source)])
            }
            return try db.featureTable(name)
        }
    }
}
