import Crypto
import DeltaLake
import Foundation
package import MartletDomain
import Metadata
import QueryEngine

/// A push that is on record.
struct PendingPush: Sendable {
    var sequence: Int64
    /// Milliseconds since 1970 UTC.
    var time: Int64
    var frame: PushedFrame
    var by: String
}

/// What a push came to.
package struct PushReceipt: Sendable {
    /// The table that the rows are of.
    package var source: TableName
    package var rows: Int
    /// The push's number among those to its source and destination.
    package var sequence: Int64
}

extension OnlineStore {
    /// Takes rows of a source: all of them or, with every problem said, none. When this returns they are durable, and count
    /// in every answer that begins later.
    ///
    /// - Parameter name: A table, or a view or feature table that is served, whose source is meant.
    package func push(
        _ frame: PushedFrame, to name: String, _ destination: PushDestination, by caller: Caller
    ) async throws -> PushReceipt {
        let source = try await pushSource(name)
        let views = try viewsServed(of: source)
        var schema = states.ready(of: source).first?.tableSchema ?? TableSchema([])
        if frame.columns.contains(where: { schema[$0.name] == nil }) {
            schema = try await datasets.snapshot(source).schema
        }
        // An answer of this time or later may lack the rows until they are in; their own time is after it.
        let begun = Self.now()
        states.beginPush(to: source, at: begun)
        defer { states.endPush(to: source, at: begun) }
        let now = max(begun, Self.now()) + 1
        // A row that one view could not use is no row of the table's for the others either.
        var rules = PushRules(table: source, schema: schema, required: [], availableAt: nil)
        for view in views {
            let one = self.rules(for: view, source, schema, isWhole: true)
            rules.required += one.required.filter { !rules.required.contains($0) }
            rules.availableAt = rules.availableAt ?? one.availableAt
        }
        let frame = frame.stamped(rules, arrivedAt: now)
        let rows = try frame.typed(rules, arrivedAt: now)
        let encoded = Array(try JSONEncoder().encode(frame))
        let action = AuditAction(
            "features", "push",
            [
                "source": source.description, "to": destination.rawValue, "rows": "\(rows.rowCount)",
                "sha256": SHA256.hash(data: encoded).hexadecimal,
            ])
        let stream = "push:\(source):\(destination.rawValue)"
        let sequence = try await store.change(action, by: caller) { db in
            let sequence = try db.next(stream)
            try db.execute(
                "INSERT INTO pushed_rows (source, destination, sequence, row_count, frame, pushed_by, pushed_at) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(source.description), .text(destination.rawValue), .integer(sequence),
                    .integer(Int64(rows.rowCount)), .blob(encoded), .text(caller.user.name), .integer(db.now),
                ])
            return sequence
        }
        if destination != .offline {
            for served in states.ready(of: source) {
                do {
                    try served.apply(rows, sequence, destination)
                } catch {
                    notices.say("Pushed rows of \(source) do not count in \(served.record.name): \(Self.words(error))")
                }
            }
        }
        return PushReceipt(source: source, rows: rows.rowCount, sequence: sequence)
    }

    /// The table that a name of a push means.
    private func pushSource(_ name: String) async throws -> TableName {
        if let served = states.ready(name) {
            guard let source = served.record.source else { throw NoSource(name: name) }
            return source
        }
        if let record = try? await record(name) {
            guard let source = record.source else { throw NoSource(name: name) }
            return source
        }
        guard let table = try? TableName(name), datasets.deltaTable(table).exists() else { throw NotServed(name: name) }
        return table
    }

    private func viewsServed(of source: TableName) throws -> [FeatureView] {
        let ready = states.ready(of: source)
        return try store.lookUp { db in
            try db.rows(
                "SELECT name, plan_hash, definition FROM online_features WHERE source = ?",
                [.text(source.description)]
            ).map { row in
                let hash = try row.text("plan_hash")
                if let served = ready.first(where: { $0.record.planHash == hash }) { return served.view }
                return try decoded(FeatureView.self, from: row.text("definition"))
            }
        }
    }

    /// Pushes on record after a number, in order.
    func pending(
        _ source: TableName, _ destination: PushDestination, after sequence: Int64, most: Int = .max
    ) async throws -> [PendingPush] {
        try await store.read { db in
            try db.rows(
                "SELECT * FROM pushed_rows WHERE source = ? AND destination = ? AND sequence > ? ORDER BY sequence "
                    + "LIMIT ?",
                [
                    .text(source.description), .text(destination.rawValue), .integer(sequence),
                    .integer(Int64(clamping: most)),
                ]
            ).map { row in
                PendingPush(
                    sequence: try row.integer("sequence"), time: try row.integer("pushed_at"),
                    frame: try JSONDecoder().decode(PushedFrame.self, from: Data(row.blob("frame"))),
                    by: try row.text("pushed_by"))
            }
        }
    }
}

extension PushedFrame {
    /// With the time of arrival written into rows that come without one, so that it is the same whenever they are read.
    fileprivate func stamped(_ rules: PushRules, arrivedAt time: Int64) -> PushedFrame {
        guard let column = rules.availableAt, self[column] == nil, rules.schema[column]?.type == .timestamp else {
            return self
        }
        var bytes: [UInt8] = []
        Instant.append(time, to: &bytes)
        let cell = JSONCell.string(String(decoding: bytes, as: UTF8.self))
        return PushedFrame(columns: columns + [Column(column, Array(repeating: cell, count: rowCount))])
    }
}

struct NoSource: MartletError {
    var name: String

    var code: ErrorCode { .invalidParameterValue }
    var message: String { "\(name) is computed from the caller's rows alone: there is no table to push rows to." }
}

extension SHA256.Digest {
    fileprivate var hexadecimal: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
