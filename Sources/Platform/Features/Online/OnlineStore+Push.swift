import Crypto
import DeltaLake
import Foundation
package import MartletDomain
import Metadata
import QueryEngine

/// What a push came to.
package struct PushReceipt: Sendable {
    /// The table that the rows are of.
    package var source: TableName
    package var rows: Int
    /// The push's number among those to its source and destination.
    package var sequence: Int64
    /// Whether it had come before, and this is what was said then.
    package var isRepeated = false
}

extension OnlineStore {
    /// Takes rows of a source: all of them or, with every problem said, none. When this returns they are durable, and count
    /// in every answer that begins later.
    ///
    /// - Parameters:
    ///   - name: A table, or a view or feature table that is served, whose source is meant.
    ///   - id: The client's own for this push. One that comes again is not taken again.
    package func push(
        _ frame: PushedFrame, to name: String, _ destination: PushDestination, id: PushID? = nil, by caller: Caller
    ) async throws -> PushReceipt {
        let source = try await pushSource(name)
        let given = id == nil ? "" : Self.digest(try Self.canonical(frame))
        if let id, let receipt = try await receipt(of: id, given, source, destination) {
            return try await counted(receipt, destination)
        }
        let table = try await tableOfPush(source)
        let served = try await servedFrom(source, table)
        var schema = states.ready(of: source).first?.tableSchema ?? TableSchema([])
        if schema.fields.isEmpty || frame.columns.contains(where: { schema[$0.name] == nil }) {
            schema = try await datasets.snapshot(source).schema
        }
        let rules = Self.rules(source, schema, table, served)
        // An answer of this time or later may lack the rows until they are in; their own time is after it.
        let begun = Self.now()
        states.beginPush(to: source, at: begun)
        defer { states.endPush(to: source, at: begun) }
        let frame = frame.stamped(rules, at: max(begun, Self.now()) + 1)
        let rows = try frame.typed(rules)
        // A row that one view could not use is no row of the table's for the others either.
        let issues = served.flatMap { $0.issues(rows, toMemory: destination != .offline) }
        guard issues.isEmpty else { throw FeatureError.issues(issues) }
        let receipt = try await commit(
            frame, PushReceipt(source: source, rows: rows.rowCount, sequence: 0), id, given, destination, table?.id,
            by: caller)
        guard !receipt.isRepeated else { return try await counted(receipt, destination) }
        if destination != .offline {
            for served in states.reached(of: source) {
                do {
                    let isIn = try served.apply(rows, receipt.sequence, destination)
                    if !isIn { try await applyPending(to: served, source) }
                } catch {
                    notices.say("Pushed rows of \(source) do not count in \(served.record.name): \(Self.words(error))")
                }
            }
        }
        return receipt
    }

    /// One transaction: the rows, their number, and the id.
    private func commit(
        _ frame: PushedFrame, _ receipt: PushReceipt, _ id: PushID?, _ given: String, _ destination: PushDestination,
        _ featureTable: String?, by caller: Caller
    ) async throws -> PushReceipt {
        let source = receipt.source
        let encoded = try Self.canonical(frame)
        let action = AuditAction(
            "features", "push",
            [
                "source": source.description, "to": destination.rawValue, "rows": "\(receipt.rows)",
                "sha256": Self.digest(encoded), "id": id?.text,
            ])
        let stream = "push:\(source):\(destination.rawValue)"
        return try await store.change(action, by: caller) { db in
            try caller.user.requireWrite(to: source)
            if let id, let receipt = try db.receipt(of: id, given, source, destination) {
                db.note("repeated", "\(receipt.sequence)")
                return receipt
            }
            var receipt = receipt
            receipt.sequence = try db.next(stream)
            try db.execute(
                "INSERT INTO pushed_rows (source, destination, sequence, row_count, frame, pushed_by, pushed_at, "
                    + "feature_table) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(source.description), .text(destination.rawValue), .integer(receipt.sequence),
                    .integer(Int64(receipt.rows)), .blob(encoded), .text(caller.user.name), .integer(db.now),
                    SQLValue(featureTable),
                ])
            if let id {
                try db.execute(
                    "INSERT INTO push_ids (source, destination, id, sha256, sequence, row_count, pushed_at) "
                        + "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [
                        .text(source.description), .text(destination.rawValue), .text(id.text), .text(given),
                        .integer(receipt.sequence), .integer(Int64(receipt.rows)), .integer(db.now),
                    ])
            }
            return receipt
        }
    }

    /// What was said of a push before; nil for one that is new.
    private func receipt(
        of id: PushID, _ digest: String, _ source: TableName, _ destination: PushDestination
    ) async throws -> PushReceipt? {
        try await store.read { try $0.receipt(of: id, digest, source, destination) }
    }

    /// Answers a push that came before when its rows count, as they may not yet.
    private func counted(_ receipt: PushReceipt, _ destination: PushDestination) async throws -> PushReceipt {
        guard destination != .offline else { return receipt }
        for served in states.reached(of: receipt.source) { try await applyPending(to: served, receipt.source) }
        return receipt
    }

    /// Lets go of ids that are older than a client may ask for.
    func forgetPushIDs() async throws {
        let oldest = store.clock.now - PushID.days * 86_400_000
        let found = try await store.read { db in
            try db.row("SELECT id FROM push_ids WHERE pushed_at < ? LIMIT 1", [.integer(oldest)])
        }
        guard found != nil else { return }
        try await store.change(AuditAction("features", "forget_push_ids", ["before": "\(oldest)"]), by: .online) { db in
            try db.execute("DELETE FROM push_ids WHERE pushed_at < ?", [.integer(oldest)])
        }
    }

    private static func canonical(_ frame: PushedFrame) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(frame))
    }

    private static func digest(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).hexadecimal
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

    /// The feature table that a source is. What is in memory by other keys than its own is loaded anew first, because
    /// the table became a feature table since, or was one.
    private func tableOfPush(_ source: TableName) async throws -> FeatureTable? {
        let table = try await features.tableIfPresent(source)
        let others = states.ready(of: source).filter { $0.keys?.rowKey != table?.keys.rowKey }
        guard !others.isEmpty else { return table }
        for other in others {
            states.forget(other.record.name)
            _ = try await served(other.record.name)
        }
        return try await features.tableIfPresent(source)
    }

    /// What is served from a source, whether it is in memory or not.
    private func servedFrom(_ source: TableName, _ table: FeatureTable?) async throws -> [ServedFeatures] {
        let ready = states.ready(of: source)
        let records = try await store.read { db in
            try db.rows("SELECT * FROM online_features WHERE source = ?", [.text(source.description)]).map {
                (try db.onlineFeatures($0), try $0.text("definition"))
            }
        }
        var found: [ServedFeatures] = []
        var snapshot: DeltaSnapshot?
        for (record, definition) in records {
            if let served = ready.first(where: {
                $0.record.planHash == record.planHash && $0.record.name == record.name
            }) {
                found.append(served)
                continue
            }
            let view = try decoded(FeatureView.self, from: definition)
            if snapshot == nil { snapshot = try await datasets.snapshot(source) }
            // One whose columns are gone is of no use until it is served anew; the others' rows are.
            guard let snapshot, let schema = try? Self.columns(of: view, in: snapshot.schema, source),
                let empty = try? ServedFeatures(
                    record, view, schema, of: snapshot.schema, tableID: snapshot.tableID, keys: table?.keys)
            else { continue }
            found.append(empty)
        }
        return found
    }

    private static func rules(
        _ source: TableName, _ schema: TableSchema, _ table: FeatureTable?, _ served: [ServedFeatures]
    ) -> PushRules {
        var rules = PushRules(table: source, schema: schema, featureTable: table, rowKey: table?.keys.rowKey)
        rules.readClock(table?.keys.availableAt)
        for one in served {
            guard let source = one.view.source else { continue }
            rules.require(source.entity + [source.eventTime].compactMap { $0 })
            rules.readClock(source.availableAt)
        }
        return rules
    }
}

extension Snapshot {
    /// - Throws: ``PushIDTaken``.
    fileprivate func receipt(
        of id: PushID, _ digest: String, _ source: TableName, _ destination: PushDestination
    ) throws -> PushReceipt? {
        let found = try row(
            "SELECT sha256, sequence, row_count FROM push_ids WHERE source = ? AND destination = ? AND id = ?",
            [.text(source.description), .text(destination.rawValue), .text(id.text)])
        guard let found else { return nil }
        guard try found.text("sha256") == digest else { throw PushIDTaken(id: id, source: source) }
        return PushReceipt(
            source: source, rows: Int(try found.integer("row_count")), sequence: try found.integer("sequence"),
            isRepeated: true)
    }
}

struct PushIDTaken: MartletError {
    var id: PushID
    var source: TableName

    var code: ErrorCode { .resourceConflict }
    var message: String {
        "Another push of other rows to \(source) has the id '\(id)': nothing was taken. Give each push an id of its own, and "
            + "the same to the same rows only."
    }
}

struct NoSource: MartletError {
    var name: String

    var code: ErrorCode { .invalidParameterValue }
    var message: String { "\(name) is computed from the caller's rows alone: there is no table to push rows to." }
}
