import Foundation
import MartletDomain

/// A commit that puts one set of files in the place of another, all of them known before: no row is read or written.
///
/// What it does was decided by looking at the whole table, so that any commit of others meanwhile is a conflict.
struct FileSetCommit {
    let log: LogFolder
    /// The state that was looked at; nil begins a table.
    let base: TableState?
    var metadata: TableMetadata?
    var added: [AddFile]
    var removed: [AddFile]
    /// Files that stay, of which the log says other things from now on.
    var restated: [AddFile] = []
    let info: CommitInfo
    let mode: String
    var transaction: AppTransaction?

    /// - Throws: ``DeltaError/conflict(table:version:reason:)`` when somebody else committed meanwhile.
    func run() throws -> CommitResult {
        let now = DeltaTable.now()
        let version = (base?.version ?? -1) + 1
        let rows = added.reduce(Int64(0)) { $0 &+ ($1.rowCount ?? 0) }
        let bytes = added.reduce(Int64(0)) { $0 &+ ($1.size ?? 0) }
        let metrics = [
            "numFiles": Int64(added.count), "numOutputRows": rows, "numOutputBytes": bytes,
            "numRemovedFiles": Int64(removed.count),
        ]
        var actions = [
            info.action(
                at: now, parameters: ["mode": mode], isBlindAppend: false, readVersion: base?.version,
                metrics: metrics)
        ]
        if let transaction {
            let action = TransactionAction(appId: transaction.appID, version: transaction.version, lastUpdated: now)
            actions.append(action.json)
        }
        if base == nil, let metadata {
            actions += DeltaTable.definition(metadata)
        } else if let metadata {
            actions.append(.object([("metaData", metadata.json)]))
        }
        actions += removed.map { $0.removal(at: now) }
        actions += added.map { CheckpointActions.row($0, dataChange: true) }
        actions += restated.map { CheckpointActions.row($0) }
        guard try log.put(actions, as: version) else {
            throw DeltaError.conflict(table: log.table, version: version, reason: "came first")
        }
        return CommitResult(
            version: version, rowCount: rows, files: added.count, bytes: bytes, removedFiles: removed.count)
    }

    /// Which files of `new` are not among `old`, by their paths.
    static func difference(_ new: [AddFile], _ old: [AddFile]) -> [AddFile] {
        let known = Set(old.map(key))
        return new.filter { !known.contains(key($0)) }
    }

    /// Which files of `new` are among `old` with other statistics: those of a column that one of the two lacks, say.
    static func restated(_ new: [AddFile], _ old: [AddFile]) -> [AddFile] {
        let known = Dictionary(old.map { (key($0), $0.stats) }) { _, last in last }
        return new.filter { file in known[key(file)].map { $0 != file.stats } ?? false }
    }

    private static func key(_ file: AddFile) -> ExactText {
        ExactText(file.path.removingPercentEncoding ?? file.path)
    }
}
