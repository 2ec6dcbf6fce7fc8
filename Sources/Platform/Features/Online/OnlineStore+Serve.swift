import Foundation
package import MartletDomain
import Metadata

extension OnlineStore {
    /// Serves a feature view by its newest version, or the newest row of each key of a feature table, and loads it.
    ///
    /// One that is served already by the same plan stays as it is.
    package func serve(_ name: String, by caller: Caller) async throws -> (OnlineFeatures, OnlineProgress) {
        try await datasets.requireChange(AuditAction("features", "serve", ["name": name]), by: caller)
        let target = try await target(name)
        let source = try await target.source()
        if let source {
            _ = try await schema(of: target.view, in: source)
            let table = try await features.tableIfPresent(source)
            if let issue = target.view.issue(withTableKnownAt: table?.keys.availableAt) {
                throw FeatureError.issues([issue])
            }
        }
        let hash = target.view.planDigest
        let definition = try canonicalText(target.view)
        let action = AuditAction("features", "serve", ["name": name, "plan_hash": hash, "source": source?.description])
        let record = try await store.change(action, by: caller) { db in
            let old = try db.row("SELECT * FROM online_features WHERE name = ?", [.text(target.name)])
            if let old, try old.text("plan_hash") == hash { return try db.onlineFeatures(old) }
            let record = OnlineFeatures(
                name: target.name, kind: target.kind, planHash: hash, source: source, servedBy: caller.user.name,
                servedAt: db.now)
            try db.execute(
                """
                INSERT INTO online_features (name, kind, plan_hash, definition, source, served_by, served_at,
                    snapshot_version, snapshot_pushed, snapshot_file) VALUES (?, ?, ?, ?, ?, ?, ?, NULL, 0, NULL)
                ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, plan_hash = excluded.plan_hash,
                    definition = excluded.definition, source = excluded.source, served_by = excluded.served_by,
                    served_at = excluded.served_at, snapshot_version = NULL, snapshot_pushed = 0, snapshot_file = NULL
                """,
                [
                    .text(record.name), .text(record.kind.rawValue), .text(hash), .text(definition),
                    SQLValue(source?.description), .text(record.servedBy), .integer(record.servedAt),
                ])
            return record
        }
        states.keep(record)
        let served = try await served(record.name)
        return (record, try await progress(of: served))
    }

    /// Stops serving; rows that were pushed for the table still get there.
    package func stopServing(_ name: String, by caller: Caller) async throws -> OnlineFeatures {
        let record = try await record(name)
        try await store.change(AuditAction("features", "stop_serving", ["name": record.name]), by: caller) { db in
            try db.execute("DELETE FROM online_features WHERE name = ?", [.text(record.name)])
        }
        // After the row: what is loaded from it now is not published.
        states.forget(record.name)
        try? FileManager.default.removeItem(at: snapshotFile(record))
        return record
    }

    /// How far what is in memory has come.
    func progress(
        of served: ServedFeatures, rowsAdded: Int64 = 0, isRebuilt: Bool = false
    ) async throws -> OnlineProgress {
        var pending: Int64 = 0
        if let source = served.record.source {
            pending = try await store.read { db in
                try db.row(
                    "SELECT COALESCE(SUM(row_count), 0) AS n FROM pushed_rows WHERE source = ? AND destination <> ?",
                    [.text(source.description), .text(PushDestination.online.rawValue)])?.integer("n") ?? 0
            }
        }
        return OnlineProgress(
            tableVersion: served.tableVersion, rowsAdded: rowsAdded, keys: served.keyCount, pendingRows: pending,
            isRebuilt: isRebuilt)
    }
}

/// What a name means when it is to be served.
struct OnlineTarget: Sendable {
    var name: String
    var kind: OnlineFeatures.Kind
    var view: FeatureView

    func source() async throws -> TableName? { try view.source.map { try TableName($0.table) } }
}
