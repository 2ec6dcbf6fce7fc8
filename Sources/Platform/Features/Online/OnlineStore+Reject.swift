import Foundation
package import MartletDomain
import Metadata

extension OnlineStore {
    /// Puts a push aside that was acknowledged and no longer fits its table, so that those after it get there.
    func reject(_ push: PendingPush, _ target: FlushTarget, _ reason: String) async throws {
        let place: [SQLValue] = [
            .text(target.source.description), .text(target.destination.rawValue), .integer(push.sequence),
        ]
        let action = AuditAction(
            "features", "reject_push",
            [
                "source": target.source.description, "to": target.destination.rawValue,
                "sequence": "\(push.sequence)", "rows": "\(push.frame.rowCount)", "reason": reason,
            ])
        try await store.change(action, by: .online) { db in
            try db.execute(
                "INSERT INTO rejected_pushes (source, destination, sequence, row_count, frame, pushed_by, pushed_at, "
                    + "reason, rejected_at) SELECT source, destination, sequence, row_count, frame, pushed_by, "
                    + "pushed_at, ?, ? FROM pushed_rows WHERE source = ? AND destination = ? AND sequence = ?",
                [.text(reason), .integer(db.now)] + place)
            try db.execute("DELETE FROM pushed_rows WHERE source = ? AND destination = ? AND sequence = ?", place)
            // Sent again, it is judged anew.
            try db.execute("DELETE FROM push_ids WHERE source = ? AND destination = ? AND sequence = ?", place)
            // What was kept may have its rows.
            try db.execute(
                "UPDATE online_features SET snapshot_version = NULL, snapshot_pushed = 0, snapshot_file = NULL "
                    + "WHERE source = ?", [.text(target.source.description)])
        }
        notices.say("Push \(push.sequence) to \(target.source) no longer fits it and was put aside: \(reason)")
    }

    /// Pushes that were put aside, newest first.
    /// - Parameter source: Nil for those of all tables.
    package func rejectedPushes(of source: TableName?) async throws -> [RejectedPush] {
        try await store.read { db in
            let rows =
                if let source {
                    try db.rows(
                        "SELECT * FROM rejected_pushes WHERE source = ? ORDER BY rejected_at DESC, sequence DESC LIMIT 100",
                        [.text(source.description)])
                } else {
                    try db.rows("SELECT * FROM rejected_pushes ORDER BY rejected_at DESC, sequence DESC LIMIT 100")
                }
            return try rows.map { row in
                RejectedPush(
                    source: try TableName(row.text("source")),
                    destination: PushDestination(rawValue: try row.text("destination")) ?? .both,
                    sequence: try row.integer("sequence"), rows: try row.integer("row_count"),
                    pushedBy: try row.text("pushed_by"), pushedAt: try row.integer("pushed_at"),
                    rejectedAt: try row.integer("rejected_at"), reason: try row.text("reason"),
                    columns: try JSONDecoder().decode(PushedFrame.self, from: Data(row.blob("frame"))))
            }
        }
    }
}
