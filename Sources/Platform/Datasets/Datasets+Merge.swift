package import DeltaLake
package import MartletDomain
import Metadata
import QueryEngine

extension Datasets {
    /// Puts the rows of `sql` into a table by key, as its next version: a row whose key is there takes the place of that
    /// row, any other is added. What others commit meanwhile is taken in, and the rows are merged again.
    ///
    /// - Parameters:
    ///   - keys: The columns that tell rows apart. The rows have no null in them and each key once.
    ///   - keepingMissing: Whether a row that takes another's place keeps that one's values in columns that `sql` lacks.
    ///   - rowCount: How many rows `sql` has, for the record; nil to count what was written, the rows that were only moved
    ///     along included.
    package func merge(
        _ name: TableName, selecting sql: String, on keys: [String], keepingMissing: Bool = false,
        rowCount: Int64? = nil, operation: DatasetVersion.Operation, inputs: [TableReference] = [],
        source: String? = nil, runID: String? = nil, by caller: Caller, prepare: DeltaTable.Preparation? = nil
    ) async throws -> DatasetVersion {
        let origin = DatasetOrigin(operation, inputs: inputs, source: source, runID: runID)
        return try await commit(name, "MERGE", origin, rowCount: rowCount, by: caller) { table, info in
            try await table.retryingConflicts {
                try await table.merge(
                    selecting: sql, on: keys, keepingMissing: keepingMissing, commit: info, prepare: prepare)
            }
        }
    }

    /// Puts the rows of `sql` in the place of all that are there. The table keeps its columns, and which of them allow nulls.
    package func replaceRows(
        _ name: TableName, selecting sql: String, operation: DatasetVersion.Operation, inputs: [TableReference] = [],
        source: String? = nil, runID: String? = nil, by caller: Caller, prepare: DeltaTable.Preparation? = nil
    ) async throws -> DatasetVersion {
        let origin = DatasetOrigin(operation, inputs: inputs, source: source, runID: runID)
        return try await commit(name, "WRITE", origin, by: caller) { table, info in
            try await table.retryingConflicts {
                try await table.overwrite(selecting: sql, commit: info, prepare: prepare)
            }
        }
    }

    /// Makes one commit to a table's log, by Delta's word for it, and records it.
    /// - Parameter rowCount: How many rows came; nil to count what was written.
    func commit(
        _ name: TableName, _ word: String, _ origin: DatasetOrigin, rowCount: Int64? = nil, by caller: Caller,
        _ body: (DeltaTable, CommitInfo) async throws -> CommitResult
    ) async throws -> DatasetVersion {
        try await requireChange(
            of: name, AuditAction("datasets", origin.operation.rawValue, ["table": name.description]), by: caller)
        let result = try await body(deltaTable(name), origin.commit(word, kind: nil, by: caller))
        let version = DatasetVersion(
            table: TableReference(name, version: result.version), operation: origin.operation,
            rowCount: rowCount ?? result.rowCount, writtenBy: caller.user.name, writtenAt: 0,
            inputs: origin.inputs, source: origin.source, runID: origin.runID)
        return try await record(version, by: caller)
    }

    /// Turns away a version as a feature table's next one unless its keys tell its rows apart.
    /// - Throws: `DeltaError.schemaMismatch` with every key that is missing, null or repeated.
    func requireFeatureKeys(_ name: TableName, in version: DeltaSnapshot) async throws {
        let main = name.main
        let table = try await store.read { try $0.featureTableIfPresent(main) }
        guard let table else { return }
        try await engine.withSession { session in
            try UniqueKeys(table.keys.rowKey, of: name).check("SELECT * FROM \(version.relation)", session)
        }
    }

    /// Turns away rows that would come into a feature table past its keys.
    func requireNoFeatureTable(_ name: TableName, for operation: DatasetVersion.Operation) async throws {
        let foreign: [DatasetVersion.Operation] = [
            .imported, .derived, .trainingSet, .predictions, .monitoring, .transaction,
        ]
        guard foreign.contains(operation) else { return }
        // A branch of one could be made main again, so it takes no other rows either.
        let main = name.main
        let isFeatureTable = try await store.read { db in try db.featureTableIfPresent(main)?.name == main }
        guard !isFeatureTable else {
            throw FeatureError.issues([
                FeatureIssue(
                    .invalidDeclaration,
                    "\(name) is a feature table, whose keys are unique: write to it with `martlet features write`, or take "
                        + "another table")
            ])
        }
    }
}
