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

    package init(store: Store, engine: any QueryEngine, root: URL, scratch: URL) {
        (self.store, self.engine, self.root, self.scratch) = (store, engine, root, scratch)
    }

    func deltaTable(_ name: TableName) -> DeltaTable {
        DeltaTable(at: name.parts.reduce(root) { $0.appending(path: $1) }, engine: engine)
    }

    /// A table as it is now, or as it was at a version.
    /// - Throws: ``DatasetError/missing(_:)``, or ``DeltaError`` when there is no such version.
    package func snapshot(_ name: TableName, version: Int64? = nil) async throws -> DeltaSnapshot {
        let table = deltaTable(name)
        guard table.exists() else { throw DatasetError.missing(name) }
        return try await table.snapshot(at: version.map { .version($0) } ?? .latest)
    }

    package func snapshot(_ reference: TableReference) async throws -> DeltaSnapshot {
        try await snapshot(reference.name, version: reference.version)
    }

    /// The newest version's number, pinned: what a computation that names no version will record.
    package func latest(_ name: TableName) async throws -> TableReference {
        TableReference(name, version: try await snapshot(name).version)
    }

    package enum Mode: String, Sendable, Codable { case append, overwrite }

    /// Commits the rows of `sql` as the table's next version, then records who did it and from what.
    ///
    /// A crash between the two leaves a version that ``recover(by:)`` records when the workspace is next opened.
    package func write(
        _ name: TableName, _ mode: Mode, selecting sql: String, operation: DatasetVersion.Operation,
        inputs: [TableReference] = [], source: String? = nil, runID: String? = nil, by caller: Caller,
        prepare: (@Sendable (any QuerySession) throws -> Void)? = nil
    ) async throws -> DatasetVersion {
        try await requireChange(AuditAction("datasets", operation.rawValue, ["table": name.description]), by: caller)
        try await requireNoFeatureTable(name, for: operation)
        let table = deltaTable(name)
        let commit = CommitInfo(
            operation: "WRITE", userName: caller.user.name, runID: runID,
            extra: [
                "operation": operation.rawValue, "inputs": inputs.map(\.description).joined(separator: " "),
                "source": source ?? "",
            ])
        let result =
            switch mode {
            case .append: try await table.append(selecting: sql, [], commit: commit, prepare: prepare)
            case .overwrite:
                try await table.overwrite(
                    selecting: sql, [], commit: commit, replacingSchema: true, prepare: prepare)
            }
        let version = DatasetVersion(
            table: TableReference(name, version: result.version), operation: operation, rowCount: result.rowCount,
            writtenBy: caller.user.name, writtenAt: 0, inputs: inputs, source: source, runID: runID)
        return try await record(version, by: caller)
    }

    /// As ``write(_:_:selecting:operation:inputs:source:runID:by:prepare:)``, for rows that are in memory, in their order.
    package func write(
        _ name: TableName, _ mode: Mode, _ rows: RecordBatch, operation: DatasetVersion.Operation,
        inputs: [TableReference], source: String?, runID: String? = nil, by caller: Caller
    ) async throws -> DatasetVersion {
        let columns = rows.columns.map { "\(quotedIdentifier($0.name)) \($0.type.sqlName)" }.joined(separator: ", ")
        return try await write(
            name, mode, selecting: "SELECT * FROM martlet_rows", operation: operation, inputs: inputs, source: source,
            runID: runID, by: caller
        ) { session in
            try session.execute("CREATE TEMP TABLE martlet_rows (\(columns))")
            try session.append(rows, to: "martlet_rows")
        }
    }

    /// Turns away, on record, who may not change anything: before a table or the disk is touched.
    package func requireChange(_ action: AuditAction, by caller: Caller) async throws {
        guard !caller.user.mayChange else { return }
        try await store.change(action, by: caller) { _ in try caller.user.requireChange() }
    }

    /// Writes a version's record; one that is there already is left as it is.
    func record(_ version: DatasetVersion, by caller: Caller) async throws -> DatasetVersion {
        let action = AuditAction(
            "datasets", version.operation.rawValue,
            [
                "table": version.table.description, "rows": String(version.rowCount),
                "inputs": version.inputs.map(\.description).joined(separator: " "), "source": version.source,
                "run_id": version.runID,
            ])
        return try await store.change(action, by: caller) { db in
            var version = version
            version.writtenAt = db.now
            try db.insert(version)
            return version
        }
    }
}
