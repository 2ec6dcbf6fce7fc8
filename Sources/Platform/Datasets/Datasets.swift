package import DeltaLake
package import Foundation
package import MartletDomain
package import Metadata
package import QueryEngine

/// Versioned tables: what comes in, what is computed from what, and any of it as it was.
package struct Datasets: Sendable {
    let store: Store
    package let engine: any QueryEngine
    /// The folder that holds all tables.
    let root: URL
    /// Where uploads wait to be imported.
    let scratch: URL
    /// Files of this machine that are imported from where they lie.
    let lent = LentFiles()
    /// One at a time for each transaction and each branch.
    let turns = Turns()
    /// An engine that may read one file outside the workspace, too.
    let engineReading: @Sendable (URL) throws -> DuckDBEngine

    /// - Parameter engineReading: An engine as `engine` that may also read that one file.
    package init(
        store: Store, engine: any QueryEngine, root: URL, scratch: URL,
        engineReading: @escaping @Sendable (URL) throws -> DuckDBEngine
    ) {
        (self.store, self.engine, self.root, self.scratch) = (store, engine, root, scratch)
        self.engineReading = engineReading
    }

    func deltaTable(_ name: TableName, engine other: (any QueryEngine)? = nil) -> DeltaTable {
        DeltaTable(at: location(of: name), engine: other ?? engine)
    }

    /// The folder of a table. Branches lie in a folder of their own, whose name no table can have.
    func location(of name: TableName) -> URL {
        guard let branch = name.branch else { return name.parts.reduce(root) { $0.appending(path: $1) } }
        return branchFolder(of: name.main).appending(path: branch)
    }

    func branchFolder(of name: TableName) -> URL {
        name.parts.reduce(root.appending(path: "_branches")) { $0.appending(path: $1) }
    }

    /// A table as it is now, or as it was at a version.
    /// - Throws: ``DatasetError/missing(_:)``, or ``DeltaError`` when there is no such version.
    package func snapshot(_ name: TableName, version: Int64? = nil) async throws -> DeltaSnapshot {
        let table = deltaTable(name)
        guard table.exists() else { throw missing(name) }
        return try await table.snapshot(at: version.map { .version($0) } ?? .latest)
    }

    package func snapshot(_ reference: TableReference) async throws -> DeltaSnapshot {
        try await snapshot(reference.name, version: reference.version)
    }

    /// The newest version's number, pinned: what a computation that names no version will record.
    package func latest(_ name: TableName) async throws -> TableReference {
        TableReference(name, version: try await snapshot(name).version)
    }

    func missing(_ name: TableName) -> DatasetError {
        name.branch == nil ? .missing(name) : .missingBranch(name)
    }

    package enum Mode: String, Sendable, Codable {
        case append, overwrite
        /// Rows take the places of those with the same key.
        case merge

        /// - Throws: ``InvalidRequest`` when there are keys and should be none, or the other way about.
        package func change(keys: [String]) throws(InvalidRequest) -> DatasetChange {
            guard (self == .merge) != keys.isEmpty else {
                throw InvalidRequest(
                    self == .merge
                        ? "Nothing was written: to merge, name the key columns that tell rows apart."
                        : "Nothing was written: only a merge takes key columns, and this is to \(rawValue).")
            }
            return switch self {
            case .append: .append
            case .overwrite: .snapshot
            case .merge: .update(keys: keys)
            }
        }
    }

    /// Commits the rows of `sql` as the table's next version, then records who did it and from what.
    ///
    /// A crash between the two leaves a version that ``recover(by:)`` records when the workspace is next opened.
    /// - Parameter transaction: The change that this is. Written again it does nothing, and gives the version that it made.
    package func write(
        _ name: TableName, _ mode: Mode, selecting sql: String, operation: DatasetVersion.Operation,
        inputs: [TableReference] = [], source: String? = nil, runID: String? = nil, transaction: String? = nil,
        by caller: Caller, prepare: (@Sendable (any QuerySession) throws -> Void)? = nil
    ) async throws -> DatasetVersion {
        let origin = DatasetOrigin(
            operation, inputs: inputs, source: source, runID: runID, transaction: transaction)
        return try await commit(
            name, mode.change(keys: []), selecting: sql, origin: origin, by: caller, prepare: prepare)
    }

    /// As ``write(_:_:selecting:operation:inputs:source:runID:transaction:by:prepare:)``, for rows that are in memory, in their order.
    package func write(
        _ name: TableName, _ mode: Mode, _ rows: RecordBatch, operation: DatasetVersion.Operation,
        inputs: [TableReference], source: String?, runID: String? = nil, transaction: String? = nil, by caller: Caller
    ) async throws -> DatasetVersion {
        let columns = rows.columns.map { "\(quotedIdentifier($0.name)) \($0.type.sqlName)" }.joined(separator: ", ")
        return try await write(
            name, mode, selecting: "SELECT * FROM martlet_rows", operation: operation, inputs: inputs, source: source,
            runID: runID, transaction: transaction, by: caller
        ) { session in
            try session.execute("CREATE TEMP TABLE martlet_rows (\(columns))")
            try session.append(rows, to: "martlet_rows")
        }
    }

    /// Turns away, on record, who may not change anything: before a table or the disk is touched.
    package func requireChange(_ action: AuditAction, by caller: Caller) async throws {
        guard !caller.may(Verb(action)) else { return }
        try await store.change(action, by: caller) { _ in try caller.authorize(action) }
    }

    /// As ``requireChange(_:by:)``, for a change of one table: nobody but Martlet changes its own.
    package func requireChange(of table: TableName, _ action: AuditAction, by caller: Caller) async throws {
        guard caller.may(Verb(action)), !table.isReserved || caller.user == .martlet else {
            return try await store.change(action, by: caller) { _ in
                try caller.authorize(action)
                try caller.user.requireWrite(to: table)
            }
        }
    }

    /// Writes a version's record; one that is there already is left as it is.
    /// - Parameter branch: The branch that main was fast-forwarded to by this version: it goes on from here.
    func record(
        _ version: DatasetVersion, by caller: Caller, forwardedFrom branch: TableName? = nil
    ) async throws -> DatasetVersion {
        let action = AuditAction(
            "datasets", version.operation.rawValue,
            [
                "table": version.table.description, "rows": String(version.rowCount),
                "inputs": version.inputs.map(\.description).joined(separator: " "), "source": version.source,
                "run_id": version.runID, "kind": version.kind?.rawValue, "transaction": version.transaction,
            ])
        return try await store.change(action, by: caller) { db in
            var version = version
            // What was found in a log has the log's time.
            if version.writtenAt == 0 { version.writtenAt = db.now }
            try db.insert(version)
            try db.endTransaction(of: version)
            if let branch {
                try db.execute(
                    "UPDATE dataset_branches SET base_version = ? WHERE name = ? AND base_version < ?",
                    [
                        .integer(version.table.version), .text(branch.description), .integer(version.table.version),
                    ])
            }
            return version
        }
    }
}
