import MartletDomain
import Metadata

extension Snapshot {
    /// - Throws: ``DatasetError/unknownTransaction(_:)``.
    func datasetTransaction(_ id: String) throws -> DatasetTransaction {
        guard let row = try row("SELECT * FROM dataset_transactions WHERE id = ?", [.text(id)]) else {
            throw DatasetError.unknownTransaction(id)
        }
        return try datasetTransaction(row)
    }

    func datasetTransaction(_ row: SQLRow) throws -> DatasetTransaction {
        let id = try row.text("id")
        let files = try rows(
            "SELECT name, row_count, sha256 FROM dataset_transaction_files WHERE transaction_id = ? ORDER BY number",
            [.text(id)]
        ).map {
            DatasetTransaction.File(
                name: try $0.text("name"), rows: try $0.integer("row_count"), sha256: try $0.text("sha256"))
        }
        return DatasetTransaction(
            id: id, table: try TableName(row.text("name")), kind: try .init(rawValue: row.text("kind")) ?? .append,
            keys: try decoded([String].self, from: row.text("key_columns")),
            predicate: try row.textIfPresent("predicate"), runID: try row.textIfPresent("run_id"),
            inputs: try decoded([TableReference].self, from: row.text("inputs")),
            state: try .init(rawValue: row.text("state")) ?? .aborted, files: files,
            openedBy: try row.text("opened_by"), openedAt: try row.integer("opened_at"),
            endedAt: try row.integerIfPresent("ended_at"), version: try row.integerIfPresent("version"))
    }

    /// Names of the files in the transaction's folder, in the order they were put in.
    func stagedFiles(_ id: String) throws -> [String] {
        try rows(
            "SELECT staged FROM dataset_transaction_files WHERE transaction_id = ? ORDER BY number", [.text(id)]
        ).map { try $0.text("staged") }
    }
}

extension Transaction {
    func insert(_ transaction: DatasetTransaction) throws {
        try execute(
            """
            INSERT INTO dataset_transactions
                (id, name, kind, key_columns, predicate, run_id, inputs, state, opened_by, opened_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(transaction.id), .text(transaction.table.description), .text(transaction.kind.rawValue),
                .text(try canonicalText(transaction.keys)), SQLValue(transaction.predicate),
                SQLValue(transaction.runID), .text(try canonicalText(transaction.inputs)),
                .text(transaction.state.rawValue), .text(transaction.openedBy), .integer(transaction.openedAt),
            ])
    }

    func add(_ file: DatasetTransaction.File, staged: String, to transaction: DatasetTransaction) throws {
        try execute(
            """
            INSERT INTO dataset_transaction_files (transaction_id, number, name, row_count, sha256, staged)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .text(transaction.id), .integer(Int64(transaction.files.count)), .text(file.name), .integer(file.rows),
                .text(file.sha256), .text(staged),
            ])
    }

    func end(_ id: String, _ state: DatasetTransaction.State, version: Int64?) throws {
        try execute(
            "UPDATE dataset_transactions SET state = ?, ended_at = ?, version = ? WHERE id = ? AND state = 'open'",
            [.text(state.rawValue), .integer(now), SQLValue(version), .text(id)])
    }

    /// Marks the transaction that a version is the commit of, if there is one on record.
    func endTransaction(of version: DatasetVersion) throws {
        guard let id = version.transaction else { return }
        try end(id, .committed, version: version.table.version)
    }
}
