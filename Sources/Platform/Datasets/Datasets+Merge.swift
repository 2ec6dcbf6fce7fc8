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
        let writing = DatasetWriting(
            name, "MERGE", operation, inputs: inputs, source: source, runID: runID, rowCount: rowCount)
        return try await commit(writing, by: caller) { table, info in
            try await Self.untilUndisturbed {
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
        let writing = DatasetWriting(name, "WRITE", operation, inputs: inputs, source: source, runID: runID)
        return try await commit(writing, by: caller) { table, info in
            try await Self.untilUndisturbed {
                try await table.overwrite(selecting: sql, commit: info, prepare: prepare)
            }
        }
    }

    /// Makes one commit to a table's log and records it.
    func commit(
        _ writing: DatasetWriting, by caller: Caller,
        _ body: (DeltaTable, CommitInfo) async throws -> CommitResult
    ) async throws -> DatasetVersion {
        let operation = writing.operation
        try await requireChange(
            of: writing.name, AuditAction("datasets", operation.rawValue, ["table": writing.name.description]),
            by: caller)
        let info = CommitInfo(
            operation: writing.word, userName: caller.user.name, runID: writing.runID,
            extra: [
                "operation": operation.rawValue, "inputs": writing.inputs.map(\.description).joined(separator: " "),
                "source": writing.source ?? "",
            ])
        let result = try await body(deltaTable(writing.name), info)
        let version = DatasetVersion(
            table: TableReference(writing.name, version: result.version), operation: operation,
            rowCount: writing.rowCount ?? result.rowCount, writtenBy: caller.user.name, writtenAt: 0,
            inputs: writing.inputs, source: writing.source, runID: writing.runID)
        return try await record(version, by: caller)
    }

    /// Turns away rows that would come into a feature table past its keys.
    func requireNoFeatureTable(_ name: TableName, for operation: DatasetVersion.Operation) async throws {
        let foreign: [DatasetVersion.Operation] = [
            .imported, .derived, .trainingSet, .predictions, .monitoring, .transaction,
        ]
        guard foreign.contains(operation) else { return }
        let isFeatureTable = try await store.read { db in try db.featureTableIfPresent(name)?.name == name }
        guard !isFeatureTable else {
            throw FeatureError.issues([
                FeatureIssue(
                    .invalidDeclaration,
                    "\(name) is a feature table, whose keys are unique: write to it with `martlet features write`, or take "
                        + "another table")
            ])
        }
    }

    /// Runs a commit again while others come in between.
    private static func untilUndisturbed<Result: Sendable>(
        _ body: () async throws -> Result
    ) async throws -> Result {
        for _ in 0..<20 {
            do {
                return try await body()
            } catch DeltaError.conflict { try Task.checkCancellation() }
        }
        return try await body()
    }
}

/// What is recorded of one commit.
struct DatasetWriting {
    var name: TableName
    /// Delta's word for it.
    var word: String
    var operation: DatasetVersion.Operation
    var inputs: [TableReference]
    var source: String?
    var runID: String?
    var rowCount: Int64?

    init(
        _ name: TableName, _ word: String, _ operation: DatasetVersion.Operation, inputs: [TableReference] = [],
        source: String? = nil, runID: String? = nil, rowCount: Int64? = nil
    ) {
        (self.name, self.word, self.operation) = (name, word, operation)
        (self.inputs, self.source, self.runID, self.rowCount) = (inputs, source, runID, rowCount)
    }
}
