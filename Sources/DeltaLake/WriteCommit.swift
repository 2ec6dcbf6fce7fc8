import Foundation
import MartletDomain

/// Puts written files into the log, behind whatever others commit meanwhile.
///
/// Source of the rules: delta-io/delta, PROTOCOL.md, "Delta Table Specification" and "Writer Version Requirements".
struct WriteCommit {
    let log: LogFolder
    let mode: WriteMode
    /// The columns that the table has afterwards.
    let schema: TableSchema
    /// What a table that is made by this commit is partitioned by.
    let partitionColumns: [String]
    /// None when there were no rows.
    let files: [DataFile]
    let info: CommitInfo
    let transaction: AppTransaction?
    /// What the operation was told, in Delta's words.
    var parameters: [String: String] = [:]
    /// Rows that were taken out, where that is what was asked for.
    var deletedRows: Int64?

    /// Races against this many commits before it gives up.
    private static let attempts = 10_000

    func run(from base: TableState?) throws -> CommitResult {
        var state = base
        if let since, let current = base, since < current.version {
            for version in (since + 1)...current.version {
                try refuse(version, TableChanges(log, version, JSONDecoder()) { _ in })
            }
        }
        for _ in 0..<Self.attempts {
            if try catchUp(&state), let state {
                return CommitResult(version: state.version, rowCount: 0, files: 0, bytes: 0, alreadyDone: true)
            }
            let version = (state?.version ?? -1) + 1
            guard try log.put(actions(on: state), as: version) else { continue }
            return CommitResult(
                version: version, rowCount: rowCount, files: files.count, bytes: bytes,
                removedFiles: mode.removed(of: state?.replay.files ?? []).count, deletedRows: deletedRows ?? 0)
        }
        let reason = "was followed by others too fast for this one to get in"
        throw DeltaError.conflict(table: log.table, version: state?.version ?? 0, reason: reason)
    }

    /// The version that the new rows were computed from, where they were.
    private var since: Int64? {
        if case .unchanged(let since) = info.expectation { return since }
        if case .overwrite(_, let since) = mode { return since }
        return nil
    }

    private var rowCount: Int64 { files.reduce(0) { $0 &+ $1.statistics.rowCount } }
    private var bytes: Int64 { files.reduce(0) { $0 &+ $1.bytes } }

    private func actions(on state: TableState?) throws -> [JSONText] {
        let now = DeltaTable.now()
        let removed = mode.removed(of: state?.replay.files ?? [])
        var metrics = [
            "numFiles": Int64(files.count), "numOutputRows": rowCount, "numOutputBytes": bytes,
            "numRemovedFiles": Int64(removed.count),
        ]
        metrics["numDeletedRows"] = deletedRows
        var actions = [
            info.action(
                at: now, parameters: parameters.merging(["mode": mode.word]) { $1 },
                isBlindAppend: mode.isAppend && since == nil,
                readVersion: state?.version, isolation: mode.isolation, metrics: metrics)
        ]
        if let transaction {
            let action = TransactionAction(appId: transaction.appID, version: transaction.version, lastUpdated: now)
            actions.append(action.json)
        }
        if let state {
            if state.schema != schema {
                var metadata = state.metadata
                metadata.schemaString =
                    mode.isAppend
                    ? try SchemaString.adapted(metadata.schemaString, to: schema, table: log.table)
                    : SchemaString.encode(schema)
                actions.append(.object([("metaData", metadata.json)]))
                if mode.isAppend { actions += NewColumns.additions(state, schema) }
            }
            actions += removed.map { $0.removal(at: now, dataChange: mode.changesRows) }
        } else {
            let metadata = try DeltaTable.newMetadata(schema, nil, partitionColumns, now, table: log.table)
            actions += DeltaTable.definition(metadata)
        }
        return actions + files.map { $0.addition(at: now, dataChange: mode.changesRows) }
    }

    /// Takes in the commits of others since `state`, or refuses because of one.
    /// - Returns: Whether one of them was this very batch.
    private func catchUp(_ state: inout TableState?) throws -> Bool {
        let decoder = JSONDecoder()
        var version = (state?.version ?? -1) + 1
        while log.hasEntry(version) {
            var replay = state?.replay ?? LogReplay()
            let changes = try TableChanges(log, version, decoder) { replay.apply($0) }
            replay.finish(version)
            let next = try TableState(replay, log)
            if transaction?.isDone(in: replay) == true {
                state = next
                return true
            }
            try next.checkWritable(removing: mode.removesRows)
            try refuse(version, changes)
            if let before = state {
                let words = SchemaChange.words(from: before, to: next)
                guard words.isEmpty else { throw conflict(version, words.joined(separator: ", ")) }
            } else if info.expectation == .absent {
                throw conflict(version, "made the table meanwhile")
            } else {
                guard next.schema == schema, next.metadata.partitionColumns == partitionColumns else {
                    throw conflict(version, "made the table with other columns or partitions")
                }
            }
            state = next
            guard version < .max else { throw conflict(version, "is the last that there can be") }
            version += 1
        }
        return false
    }

    /// Refuses because of what a commit of somebody else did to rows.
    private func refuse(_ version: Int64, _ changes: TableChanges) throws(DeltaError) {
        if mode.readsRows || since != nil, changes.changedRows { throw conflict(version, changes.words) }
        // Rows that others only moved count, too: those of ours would come beside them.
        switch mode {
        case .replace(let files), .rearrange(let files):
            guard let file = files.first(where: { changes.touched($0.path) }) else { return }
            throw conflict(version, "changed '\(file.path)', whose rows were being written anew")
        case .append, .overwrite: return
        }
    }

    private func conflict(_ version: Int64, _ reason: String) -> DeltaError {
        .conflict(table: log.table, version: version, reason: reason)
    }
}
