import DeltaLake
import Foundation
package import MartletDomain
import Metadata
package import QueryEngine

/// Where the rows of a version come from, as its record and its log entry say.
package struct DatasetOrigin: Sendable {
    package var operation: DatasetVersion.Operation
    package var inputs: [TableReference]
    /// What computed the rows: SQL, a file's digest, a predicate.
    package var source: String?
    package var runID: String?
    /// The change that this is. Committing it again does nothing.
    package var transaction: String?
    /// The version of the table itself that the rows were computed from, when that was its newest.
    package var ownVersion: Int64?

    package init(
        _ operation: DatasetVersion.Operation, inputs: [TableReference] = [], source: String? = nil,
        runID: String? = nil, transaction: String? = nil
    ) {
        (self.operation, self.inputs, self.source) = (operation, inputs, source)
        (self.runID, self.transaction) = (runID, transaction)
    }

    func commit(_ word: String, kind: DatasetTransaction.Kind?, by caller: Caller) -> CommitInfo {
        var extra = ["operation": operation.rawValue, "source": source ?? ""]
        extra["kind"] = kind?.rawValue
        extra["transaction"] = transaction
        var info = CommitInfo(
            operation: word, userName: caller.user.name, runID: runID,
            upstream: inputs.map { .init(table: $0.name.description, version: $0.version) }, extra: extra)
        if let ownVersion { info.expectation = .unchanged(since: ownVersion) }
        return info
    }

    /// As Delta's log names a batch.
    var batch: AppTransaction? { transaction.map { AppTransaction(appID: "martlet/" + $0, version: 1) } }
}

/// What becomes of the rows that are there.
package enum DatasetChange: Sendable, Hashable {
    case snapshot, append
    /// Those with a key of the new rows go. A table that is not there yet is made.
    case update(keys: [String])
    /// Those go for which the SQL condition holds, with `martlet_keys` as what the statement selects. No row comes.
    case delete(condition: String)

    var kind: DatasetTransaction.Kind {
        switch self {
        case .snapshot: .snapshot
        case .append: .append
        case .update: .update
        case .delete: .delete
        }
    }
}

extension Datasets {
    /// Commits one change of a table as its next version, then records who did it and from what. Every write goes this way.
    ///
    /// - Parameters:
    ///   - sql: The rows.
    ///   - rowCount: How many they are, for the record of an update, whose files hold other rows too.
    ///   - other: The engine that the rows are read by, when it is not the workspace's.
    ///   - completing: Gives the source once the rows are written, when it was not known before.
    /// - Returns: The version that the transaction has made, if it has been committed before.
    package func commit(
        _ name: TableName, _ change: DatasetChange, selecting sql: String, rowCount: Int64? = nil,
        origin: DatasetOrigin, by caller: Caller, reading other: (any QueryEngine)? = nil,
        prepare: (@Sendable (any QuerySession) throws -> Void)? = nil,
        completing: (@Sendable () throws -> String)? = nil
    ) async throws -> DatasetVersion {
        try await requireChange(
            of: name, AuditAction("datasets", origin.operation.rawValue, ["table": name.description]), by: caller)
        try await requireNoFeatureTable(name, for: origin.operation)
        let table = deltaTable(name, engine: other)
        guard name.branch == nil || table.exists() else { throw DatasetError.missingBranch(name) }
        let found = LateSource(origin.source)
        let complete = completing.map { source in Self.completion(found, source) }
        let (kind, batch) = (change.kind, origin.batch)
        let result: CommitResult
        switch change {
        case .append:
            result = try await table.append(
                selecting: sql, [], commit: origin.commit("WRITE", kind: kind, by: caller), transaction: batch,
                prepare: prepare, completing: complete)
        case .snapshot:
            result = try await table.overwrite(
                selecting: sql, [], commit: origin.commit("WRITE", kind: kind, by: caller), replacingSchema: true,
                transaction: batch, prepare: prepare, completing: complete)
        case .update(let keys):
            let info = origin.commit("MERGE", kind: kind, by: caller)
            result = try await table.retryingConflicts {
                if table.exists() {
                    return try await table.merge(
                        selecting: sql, [], on: keys, commit: info, transaction: batch, prepare: prepare)
                }
                // Who else makes it at this moment has rows that these must be held against.
                var first = info
                first.expectation = .absent
                return try await table.append(
                    selecting: sql, [], commit: first, transaction: batch,
                    prepare: { session in
                        try prepare?(session)
                        try UniqueKeys(keys, of: name).check(sql, session)
                    }, completing: complete)
            }
        case .delete(let condition):
            guard table.exists() else { throw missing(name) }
            let info = origin.commit("DELETE", kind: kind, by: caller)
            result = try await table.retryingConflicts {
                try await table.delete(where: condition, [], commit: info, transaction: batch, prepare: prepare)
            }
        }
        if result.alreadyDone, let id = origin.transaction { return try await committed(id, name, by: caller) }
        let rows = kind == .delete ? result.deletedRows : rowCount ?? result.rowCount
        return try await record(
            DatasetVersion(
                table: TableReference(name, version: result.version), operation: origin.operation, rowCount: rows,
                writtenBy: caller.user.name, writtenAt: 0, inputs: origin.inputs, source: found.value,
                runID: origin.runID, kind: kind, transaction: origin.transaction), by: caller)
    }

    private static func completion(
        _ found: LateSource, _ source: @escaping @Sendable () throws -> String
    ) -> DeltaTable.Completion {
        return { info in
            var info = info
            info.extra["source"] = try found.set(source())
            return info
        }
    }

    /// The version that a transaction has made, which the table's log has.
    func committed(_ id: String, _ name: TableName, by caller: Caller) async throws -> DatasetVersion {
        if let known = try await version(ofTransaction: id) { return known }
        let table = deltaTable(name)
        for commit in try table.commitTimes().reversed() {
            let found = try table.record(of: commit)
            guard found.extra["transaction"] == id else { continue }
            return try await record(DatasetVersion(found, of: name, by: caller), by: caller)
        }
        throw DatasetError.unknownTransaction(id)
    }

    /// The version that a transaction has made; nil when it is not on record.
    package func version(ofTransaction id: String) async throws -> DatasetVersion? {
        try await store.read { db in
            try db.row("SELECT * FROM dataset_versions WHERE transaction_id = ?", [.text(id)]).map {
                try db.datasetVersion($0)
            }
        }
    }
}

extension DatasetVersion {
    /// What a table's log tells of a version that has no record. What we wrote says what it came from; what somebody
    /// else's tool wrote does not.
    init(_ commit: CommitRecord, of name: TableName, by caller: Caller) {
        self.init(
            table: TableReference(name, version: commit.version),
            operation: commit.extra["operation"].flatMap { .init(rawValue: $0) } ?? .recovered,
            rowCount: commit.rows ?? 0,
            writtenBy: commit.userName ?? caller.user.name,
            writtenAt: Int64((commit.timestamp.timeIntervalSince1970 * 1_000).rounded()), inputs: commit.inputs,
            source: commit.extra["source"] ?? "found in the table's log", runID: commit.runID,
            kind: commit.extra["kind"].flatMap { .init(rawValue: $0) }, transaction: commit.extra["transaction"])
    }
}
