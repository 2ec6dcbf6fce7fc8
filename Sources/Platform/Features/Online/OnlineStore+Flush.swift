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
        var rows: Int64 = 0
        for destination in [PushDestination.both, .offline] {
            // A crash after a commit leaves rows here that the table has.
            let snapshot = try await table.snapshot()
            var written = try await table.batches(at: snapshot.version)[Self.batchID(destination)] ?? 0
            while true {
                let batch = try await nextBatch(source, destination, after: written)
                guard let last = batch.last?.sequence else { break }
                rows += try await write(batch, through: last, to: source, snapshot.schema, destination, by: caller)
                written = last
            }
            try await forget(source, destination, written: written)
        }
        return rows
    }

    private func nextBatch(
        _ source: TableName, _ destination: PushDestination, after written: Int64
    ) async throws -> [PendingPush] {
        let pushes = try await pending(source, destination, after: written, most: 2_000)
        var rows: Int64 = 0
        return Array(
            pushes.prefix { push in
                defer { rows += Int64(push.frame.rowCount) }
                return rows < Self.mostRows
            })
    }

    private func write(
        _ pushes: [PendingPush], through last: Int64, to source: TableName, _ schema: TableSchema,
        _ destination: PushDestination, by caller: Caller
    ) async throws -> Int64 {
        let rules = PushRules(table: source, schema: schema, required: [], ignoresOtherColumns: true)
        let keys = try await features.rowKey(of: source)
        let batches = try pushes.map { try $0.frame.typed(rules, arrivedAt: $0.time * 1_000) }
        let columns = schema.fields.map { "\(quotedIdentifier($0.name)) \($0.type.sqlName)" }.joined(separator: ", ")
        let whole = batches.map { batch in
            RecordBatch(
                columns: schema.fields.map { batch[$0.name] ?? .nulls($0.name, $0.type, batch.rowCount) },
                rowCount: batch.rowCount)
        }
        let commit = CommitInfo(
            operation: keys == nil ? "WRITE" : "MERGE", userName: caller.user.name,
            extra: [
                "operation": DatasetVersion.Operation.pushed.rawValue, "inputs": "",
                "source": "pushes \(pushes.first?.sequence ?? last)…\(last) to \(destination.rawValue)",
                Self.pushMark: destination.rawValue, Self.lastPush: String(last),
            ])
        let transaction = AppTransaction(appID: Self.batchID(destination), version: last)
        let prepare: DeltaTable.Preparation = { session in
            // Of two pushes of one row the later counts.
            try session.execute("CREATE TEMP TABLE martlet_rows (\(columns))")
            for batch in whole { try session.append(batch, to: "martlet_rows") }
        }
        let table = datasets.deltaTable(source)
        let result: CommitResult
        if let keys {
            let names = keys.map(quotedIdentifier).joined(separator: ", ")
            result = try await table.merge(
                selecting: "SELECT * FROM martlet_rows QUALIFY row_number() OVER (PARTITION BY \(names) "
                    + "ORDER BY rowid DESC) = 1",
                on: keys, commit: commit, transaction: transaction, prepare: prepare)
        } else {
            result = try await table.append(
                selecting: "SELECT * FROM martlet_rows", commit: commit, transaction: transaction, prepare: prepare)
        }
        guard !result.alreadyDone else { return 0 }
        let version = DatasetVersion(
            table: TableReference(source, version: result.version), operation: .pushed, rowCount: result.rowCount,
            writtenBy: caller.user.name, writtenAt: 0, source: commit.extra["source"])
        _ = try await datasets.record(version, by: caller)
        return pushes.reduce(0) { $0 + Int64($1.frame.rowCount) }
    }

    /// Lets go of rows that are in the table, unless a kept state is older than they are.
    func forget(_ source: TableName, _ destination: PushDestination, written: Int64) async throws {
        let waiting = try await store.read { db -> Int64? in
            var through = written
            if destination == .both {
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
}

extension Column {
    /// So many nulls of a type.
    static func nulls(_ name: String, _ type: DataType, _ count: Int) -> Column {
        let cells = TypedCells(Array(repeating: .null, count: count), as: type)
        return Column(name, cells.values, validity: Array(repeating: false, count: count))
    }
}
