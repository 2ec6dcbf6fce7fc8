import DeltaLake
import Foundation
package import MartletDomain
import Metadata
import QueryEngine

extension OnlineStore {
    /// What commits of pushed rows say of themselves in the table's log.
    static let pushMark = "push"
    static let lastPush = "last_push"

    /// The name under which the table counts the pushes that it has.
    static func batchID(_ destination: PushDestination) -> String { "martlet/push/\(destination.rawValue)" }

    /// Rows of one commit at most.
    private static let mostRows: Int64 = 200_000

    /// Writes pushed rows to their tables, each once, also if the process ends at any moment.
    package func flush(_ source: TableName, by caller: Caller) async throws -> Int64 {
        try await turns.inTurn(source.description) { try await flushInTurn(source, by: caller) }
    }

    /// The tables that have rows waiting, or rows that can be let go of.
    func sourcesWithPushes() async throws -> [TableName] {
        try await store.read { db in
            try db.rows(
                "SELECT DISTINCT source FROM pushed_rows WHERE destination <> ?",
                [.text(PushDestination.online.rawValue)]
            )
            .map { try TableName($0.text("source")) }
        }
    }

    /// - Returns: How many rows were written.
    func flushInTurn(_ source: TableName, by caller: Caller) async throws -> Int64 {
        let table = datasets.deltaTable(source)
        guard table.exists() else { throw DatasetError.missing(source) }
        // What is let go of afterwards is in memory before.
        for served in states.reached(of: source) { try await applyPending(to: served, source) }
        var rows: Int64 = 0
        var rejected = false
        for destination in [PushDestination.both, .offline] {
            // A crash after a commit leaves rows here that the table has.
            let snapshot = try await table.snapshot()
            var written = try await table.batches(at: snapshot.version)[Self.batchID(destination)] ?? 0
            let target = FlushTarget(
                source: source, schema: snapshot.schema, table: try await features.tableIfPresent(source),
                destination: destination)
            while let last = try await flushNext(target, after: written, &rows, &rejected, by: caller) {
                written = last
            }
            try await forget(source, destination, written: written)
        }
        // What was rejected does not count any more.
        if rejected { try await renew(source) }
        return rows
    }

    /// - Returns: The number of the last push that was looked at; nil for none.
    private func flushNext(
        _ target: FlushTarget, after written: Int64, _ rows: inout Int64, _ rejected: inout Bool, by caller: Caller
    ) async throws -> Int64? {
        let most = Portion(pushes: 2_000, rows: Self.mostRows, bytes: 64 << 20)
        let pushes = try await pending(target.source, target.destination, after: written, most).pushes
        guard let last = pushes.last?.sequence else { return nil }
        var fitting: [FittingPush] = []
        for push in pushes {
            do {
                fitting.append(try target.fitted(push))
            } catch let error as FeatureError {
                try await reject(push, target, error.message)
                rejected = true
            }
        }
        for group in target.groups(fitting) {
            let outcome = try await write(group, to: target, by: caller)
            rows += outcome.rows
            rejected = rejected || outcome.hasRejected
        }
        return last
    }

    /// Writes pushes as one version of the table, or, where the table refuses, those that it takes.
    private func write(
        _ pushes: [FittingPush], to target: FlushTarget, by caller: Caller
    ) async throws -> (rows: Int64, hasRejected: Bool) {
        do {
            return (try await commit(pushes, to: target, by: caller), false)
        } catch let error as DeltaError {
            guard case .schemaMismatch = error else { throw error }
            guard pushes.count > 1 else {
                if let push = pushes.first { try await reject(push.push, target, error.message) }
                return (0, true)
            }
        }
        let middle = pushes.count / 2
        let first = try await write(Array(pushes[..<middle]), to: target, by: caller)
        let second = try await write(Array(pushes[middle...]), to: target, by: caller)
        return (first.rows + second.rows, first.hasRejected || second.hasRejected)
    }

    private func commit(_ pushes: [FittingPush], to target: FlushTarget, by caller: Caller) async throws -> Int64 {
        guard let first = pushes.first, let last = pushes.last?.push.sequence else { return 0 }
        let (schema, destination) = (target.written(first), target.destination)
        let columns = schema.fields.map { "\(quotedIdentifier($0.name)) \($0.type.sqlName)" }.joined(separator: ", ")
        let whole = pushes.map { push in
            RecordBatch(
                columns: schema.fields.map { push.rows[$0.name] ?? .nulls($0.name, $0.type, push.rows.rowCount) },
                rowCount: push.rows.rowCount)
        }
        let pushers = Self.names(of: pushes)
        let keys = target.table?.keys.rowKey
        let origin = DatasetOrigin(
            .pushed, source: "pushes \(first.push.sequence)…\(last) to \(destination.rawValue) by \(pushers)")
        var commit = origin.commit(keys == nil ? "WRITE" : "MERGE", kind: nil, by: caller)
        commit.userName = pushers
        commit.extra[Self.pushMark] = destination.rawValue
        commit.extra[Self.lastPush] = String(last)
        let transaction = AppTransaction(appID: Self.batchID(destination), version: last)
        let prepare: DeltaTable.Preparation = { session in
            // Of two pushes of one row the later counts.
            try session.execute("CREATE TEMP TABLE martlet_rows (\(columns))")
            for batch in whole { try session.append(batch, to: "martlet_rows") }
        }
        let table = datasets.deltaTable(target.source)
        let result: CommitResult
        if let keys {
            let names = keys.map(quotedIdentifier).joined(separator: ", ")
            result = try await table.merge(
                selecting: "SELECT * FROM martlet_rows QUALIFY row_number() OVER (PARTITION BY \(names) "
                    + "ORDER BY rowid DESC) = 1",
                on: keys, keepingMissing: true, commit: commit, transaction: transaction, prepare: prepare)
        } else {
            result = try await table.append(
                selecting: "SELECT * FROM martlet_rows", commit: commit, transaction: transaction, prepare: prepare)
        }
        guard !result.alreadyDone else { return 0 }
        let version = DatasetVersion(
            table: TableReference(target.source, version: result.version), operation: .pushed,
            rowCount: result.rowCount, writtenBy: pushers, writtenAt: 0, source: commit.extra["source"])
        _ = try await datasets.record(version, by: caller)
        return pushes.reduce(0) { $0 + Int64($1.rows.rowCount) }
    }

    /// Who pushed, in the order of their first push.
    private static func names(of pushes: [FittingPush]) -> String {
        var names: [String] = []
        for push in pushes where !names.contains(push.push.by) { names.append(push.push.by) }
        let rest = names.count - 5
        return names.prefix(5).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    /// Lets go of rows that are in the table, unless memory or a kept state is older than they are.
    func forget(_ source: TableName, _ destination: PushDestination, written: Int64) async throws {
        if destination == .both { try await dropStale(source, written: written) }
        let inMemory = states.reached(of: source).map { $0.through(destination) }.min() ?? .max
        let waiting = try await store.read { db -> Int64? in
            var through = written
            if destination == .both {
                through = min(through, inMemory)
                let kept = try db.row(
                    "SELECT MIN(snapshot_pushed) AS n FROM online_features "
                        + "WHERE source = ? AND snapshot_file IS NOT NULL", [.text(source.description)])
                if let kept = try kept?.integerIfPresent("n") { through = min(through, kept) }
            }
            let first = try db.row(
                "SELECT sequence FROM pushed_rows WHERE source = ? AND destination = ? AND sequence <= ? LIMIT 1",
                [.text(source.description), .text(destination.rawValue), .integer(through)])
            return first == nil ? nil : through
        }
        guard let through = waiting else { return }
        let action = AuditAction(
            "features", "forget_pushes",
            ["source": source.description, "to": destination.rawValue, "through": "\(through)"])
        try await store.change(action, by: .online) { db in
            try db.execute(
                "DELETE FROM pushed_rows WHERE source = ? AND destination = ? AND sequence <= ?",
                [.text(source.description), .text(destination.rawValue), .integer(through)])
        }
    }

    /// Rows that are held for a kept state that nobody asks for, at most.
    private static let mostHeld: Int64 = 100_000

    /// Lets go of kept states of what is not in memory when they are so old that computing anew is no more work.
    private func dropStale(_ source: TableName, written: Int64) async throws {
        let inMemory = Set(states.reached(of: source).map(\.record.name))
        let stale = try await store.read { db in
            try db.rows(
                "SELECT name, snapshot_pushed FROM online_features WHERE source = ? AND snapshot_file IS NOT NULL",
                [.text(source.description)]
            ).filter { row in
                guard try !inMemory.contains(row.text("name")) else { return false }
                let held = try db.row(
                    "SELECT COALESCE(SUM(row_count), 0) AS n FROM pushed_rows "
                        + "WHERE source = ? AND destination = ? AND sequence > ? AND sequence <= ?",
                    [
                        .text(source.description), .text(PushDestination.both.rawValue),
                        .integer(try row.integer("snapshot_pushed")), .integer(written),
                    ])
                return try held?.integer("n") ?? 0 > Self.mostHeld
            }.map { try $0.text("name") }
        }
        if !stale.isEmpty { try await dropKept(source) { stale.contains($0) } }
    }

    /// Computes all that is served from a source anew. For whoever has the source's turn.
    func renew(_ source: TableName) async throws {
        try await dropKept(source)
        for served in states.ready(of: source) {
            do {
                try await save(try await rebuilt(served.record, served.view, source))
            } catch is SupersededLoad {
                continue
            }
        }
    }
}

extension Column {
    /// So many nulls of a type.
    static func nulls(_ name: String, _ type: DataType, _ count: Int) -> Column {
        let cells = TypedCells(Array(repeating: .null, count: count), as: type)
        return Column(name, cells.values, validity: Array(repeating: false, count: count))
    }
}
