import Foundation
import MartletDomain

/// Puts one written file into the log, behind whatever others commit meanwhile.
///
/// Source of the rules: delta-io/delta, PROTOCOL.md, "Delta Table Specification" and "Writer Version Requirements".
struct WriteCommit {
    let log: LogFolder
    let mode: WriteMode
    /// The columns of `file`.
    let schema: TableSchema
    /// Nil when there were no rows.
    let file: DataFile?
    let info: CommitInfo

    /// Races against this many commits before it gives up.
    private static let attempts = 10_000

    func run(from base: TableState?) throws -> CommitResult {
        var state = base
        if case .overwrite(_, let since?) = mode, let current = base, since < current.version {
            for version in (since + 1)...current.version { try refuseChangedRows(version) }
        }
        for _ in 0..<Self.attempts {
            try catchUp(&state)
            let version = (state?.version ?? -1) + 1
            guard try log.put(actions(on: state), as: version) else { continue }
            return CommitResult(
                version: version, rowCount: file?.statistics.rowCount ?? 0, files: file == nil ? 0 : 1,
                bytes: file?.bytes ?? 0)
        }
        let reason = "was followed by others too fast for this one to get in"
        throw DeltaError.conflict(table: log.table, version: state?.version ?? 0, reason: reason)
    }

    private func actions(on state: TableState?) throws -> [JSONText] {
        let now = DeltaTable.now()
        var actions: [JSONText] = []
        actions.append(
            info.action(
                at: now, parameters: ["mode": mode.word], isBlindAppend: mode == .append, readVersion: state?.version,
                added: (file?.statistics.rowCount ?? 0, file == nil ? 0 : 1, file?.bytes ?? 0)))
        if let state {
            if state.schema != schema {
                var metadata = state.metadata
                metadata.schemaString = SchemaString.encode(schema)
                actions.append(.object([("metaData", metadata.json)]))
            }
            if mode != .append { actions += state.replay.files.map { $0.removal(at: now) } }
        } else {
            actions += DeltaTable.definition(try DeltaTable.newMetadata(schema, nil, [], now, table: log.table))
        }
        if let file { actions.append(file.addition(at: now)) }
        return actions
    }

    /// Takes in the commits of others since `state`, or refuses because of one.
    private func catchUp(_ state: inout TableState?) throws {
        let decoder = JSONDecoder()
        var version = (state?.version ?? -1) + 1
        while log.hasEntry(version) {
            var replay = state?.replay ?? LogReplay()
            var changedRows = false
            try log.read(version, decoder) { action in
                changedRows = changedRows || action.changesRows
                replay.apply(action)
            }
            replay.finish(version)
            let next = try TableState(replay, log)
            try next.checkWritable(removing: mode != .append)
            if mode != .append, changedRows { throw conflict(version, "changed rows") }
            guard next.schema == state?.schema ?? schema else { throw conflict(version, "changed the columns") }
            state = next
            guard version < .max else { throw conflict(version, "is the last that there can be") }
            version += 1
        }
    }

    private func refuseChangedRows(_ version: Int64) throws {
        var changedRows = false
        try log.read(version, JSONDecoder()) { changedRows = changedRows || $0.changesRows }
        if changedRows { throw conflict(version, "changed rows") }
    }

    private func conflict(_ version: Int64, _ reason: String) -> DeltaError {
        .conflict(table: log.table, version: version, reason: reason)
    }
}

extension LogAction {
    /// Whether it does more than arrange the same rows otherwise.
    fileprivate var changesRows: Bool {
        add.map { $0.dataChange != false } ?? false || remove.map { $0.dataChange != false } ?? false
    }
}
