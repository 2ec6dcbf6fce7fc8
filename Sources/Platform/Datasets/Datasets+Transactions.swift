import DeltaLake
import Foundation
package import MartletDomain
import Metadata
import QueryEngine

extension Datasets {
    /// Opens a transaction. It takes files until it is committed or aborted, and survives the server's end.
    ///
    /// - Parameter predicate: A row expression over the table's columns, for a deletion.
    /// - Throws: ``DatasetError/unfitTransaction(_:reason:)`` with every reason why not.
    package func begin(
        _ kind: DatasetTransaction.Kind, on name: TableName, keys: [String] = [], predicate: String? = nil,
        runID: String? = nil, inputs: [TableReference] = [], by caller: Caller
    ) async throws -> DatasetTransaction {
        let action = AuditAction(
            "datasets", "begin_transaction",
            [
                "table": name.description, "kind": kind.rawValue, "keys": keys.joined(separator: ","),
                "predicate": predicate, "run_id": runID,
            ])
        try await requireChange(of: name, action, by: caller)
        let problems = DatasetTransaction.problems(kind, keys: keys, predicate: predicate)
        guard problems.isEmpty else {
            throw DatasetError.unfitTransaction(kind, reason: problems.joined(separator: " "))
        }
        let table = deltaTable(name)
        guard table.exists() || name.branch == nil && kind != .delete else { throw missing(name) }
        for input in inputs { _ = try await snapshot(input) }
        if let predicate { _ = try await condition(predicate, on: name) }
        if table.exists(), !keys.isEmpty {
            let schema = try await snapshot(name).schema
            let strange = keys.filter { schema[$0] == nil }
            guard strange.isEmpty else { throw DatasetError.missingColumns(strange, table: name.description) }
        }
        return try await store.change(action, by: caller) { db in
            let transaction = DatasetTransaction(
                id: newID(), table: name, kind: kind, keys: keys, predicate: predicate, runID: runID, inputs: inputs,
                openedBy: caller.user.name, openedAt: db.now)
            try db.insert(transaction)
            db.note("transaction", transaction.id)
            return transaction
        }
    }

    /// Reads an upload whole and puts its rows into an open transaction: all of them, or none.
    package func add(
        upload: String, named fileName: String, to id: String, by caller: Caller
    ) async throws -> DatasetTransaction {
        let action = AuditAction("datasets", "add_to_transaction", ["transaction": id, "file": fileName])
        try await requireChange(action, by: caller)
        return try await turns.inTurn("transaction " + id) {
            let transaction = try await openTransaction(id)
            guard transaction.kind != .delete || transaction.predicate == nil else {
                throw DatasetError.unfitTransaction(.delete, reason: "a deletion by a predicate takes no files.")
            }
            let schema = try await expectedSchema(transaction)
            return try await withUpload(upload, named: fileName) { file in
                let staged = try await stage(file, like: schema, in: folder(ofTransaction: id))
                let entry = DatasetTransaction.File(
                    name: fileName, rows: staged.rowCount, sha256: try file.digest())
                do {
                    return try await store.change(action, by: caller) { db in
                        let transaction = try db.datasetTransaction(id)
                        guard transaction.state == .open else {
                            throw DatasetError.transactionEnded(id, transaction.state)
                        }
                        try db.add(entry, staged: staged.file.lastPathComponent, to: transaction)
                        return try db.datasetTransaction(id)
                    }
                } catch {
                    try? FileManager.default.removeItem(at: staged.file)
                    throw error
                }
            }
        }
    }

    /// Commits a transaction as the table's next version. Committing it again gives the version that it has made.
    package func commitTransaction(_ id: String, by caller: Caller) async throws -> DatasetVersion {
        try await requireChange(AuditAction("datasets", "commit_transaction", ["transaction": id]), by: caller)
        return try await turns.inTurn("transaction " + id) {
            let transaction = try await self.transaction(id)
            switch transaction.state {
            case .aborted: throw DatasetError.transactionEnded(id, .aborted)
            case .committed: return try await committed(id, transaction.table, by: caller)
            case .open: break
            }
            let version = try await commit(transaction, by: caller)
            try? FileManager.default.removeItem(at: folder(ofTransaction: id))
            return version
        }
    }

    private func commit(_ transaction: DatasetTransaction, by caller: Caller) async throws -> DatasetVersion {
        let id = transaction.id
        let staged = try await store.read { try $0.stagedFiles(id) }
        guard !staged.isEmpty || transaction.predicate != nil else {
            throw DatasetError.unfitTransaction(
                transaction.kind,
                reason:
                    "transaction \(id) has no files yet. Add one with `martlet data transaction add \(id) FILE`, or "
                    + "abort it with `martlet data transaction abort \(id)`.")
        }
        let source =
            transaction.predicate
            ?? transaction.files.map { "\($0.name) sha256:\($0.sha256)" }
            .joined(separator: "\n")
        let origin = DatasetOrigin(
            transaction.kind == .delete ? .delete : .transaction, inputs: transaction.inputs, source: source,
            runID: transaction.runID, transaction: id)
        let files = staged.map { folder(ofTransaction: id).appending(path: $0) }
        let count = transaction.files.reduce(Int64(0)) { $0 &+ $1.rows }
        if transaction.kind == .delete {
            return try await delete(
                from: transaction.table, keys: transaction.keys, files, transaction.predicate, origin, by: caller)
        }
        let change: DatasetChange =
            switch transaction.kind {
            case .append: .append
            case .update: .update(keys: transaction.keys)
            case .snapshot, .delete: .snapshot
            }
        return try await commit(
            transaction.table, change, selecting: StagedRows.rows(files), rowCount: count, origin: origin, by: caller)
    }

    /// Gives a transaction up, with all that was put into it.
    package func abortTransaction(_ id: String, by caller: Caller) async throws -> DatasetTransaction {
        try await turns.inTurn("transaction " + id) {
            let action = AuditAction("datasets", "abort_transaction", ["transaction": id])
            let aborted = try await store.change(action, by: caller) { db in
                let transaction = try db.datasetTransaction(id)
                guard transaction.state != .committed else { throw DatasetError.transactionEnded(id, .committed) }
                try db.end(id, .aborted, version: nil)
                return try db.datasetTransaction(id)
            }
            try? FileManager.default.removeItem(at: folder(ofTransaction: id))
            return aborted
        }
    }

    /// - Throws: ``DatasetError/unknownTransaction(_:)``.
    package func transaction(_ id: String) async throws -> DatasetTransaction {
        try await store.read { try $0.datasetTransaction(id) }
    }

    /// Transactions, those opened last first; at most a thousand.
    /// - Parameters:
    ///   - name: Of that table or branch only.
    ///   - ended: Whether those that were committed or aborted are among them.
    package func transactions(on name: TableName? = nil, ended: Bool = false) async throws -> [DatasetTransaction] {
        var conditions = ended ? [] : ["state = 'open'"]
        if name != nil { conditions.append("name = ?") }
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let values: [SQLValue] = name.map { [.text($0.description)] } ?? []
        return try await store.read { db in
            try db.rows(
                "SELECT * FROM dataset_transactions \(filter) ORDER BY opened_at DESC, id LIMIT 1000", values
            ).map { try db.datasetTransaction($0) }
        }
    }

    func folder(ofTransaction id: String) -> URL { stagingFolder.appending(path: id) }

    private func openTransaction(_ id: String) async throws -> DatasetTransaction {
        let transaction = try await transaction(id)
        guard transaction.state == .open else { throw DatasetError.transactionEnded(id, transaction.state) }
        return transaction
    }

    /// The columns that the next file must have: the table's, or those of the files before it.
    private func expectedSchema(_ transaction: DatasetTransaction) async throws -> TableSchema? {
        if transaction.kind != .snapshot, deltaTable(transaction.table).exists() {
            return try await snapshot(transaction.table).schema
        }
        let id = transaction.id
        guard let first = try await store.read({ try $0.stagedFiles(id).first }) else { return nil }
        let rows = StagedRows.rows([folder(ofTransaction: id).appending(path: first)])
        return try await engine.withSession { try $0.schema(of: rows) }
    }
}
