import MartletDomain
import QueryEngine

extension DeltaTable {
    /// Makes the table what it was at a version, by a commit of its own: files of that version come back, others go, and
    /// the columns are those of then. No row is read or written.
    ///
    /// - Throws: ``DeltaError/missingDataFile(table:path:)`` when that version cannot be read any more;
    ///   ``DeltaError/conflict(table:version:reason:)`` when somebody else commits meanwhile.
    package func restore(
        to version: Int64, commit info: CommitInfo = CommitInfo(operation: "RESTORE"),
        transaction: AppTransaction? = nil
    ) async throws -> CommitResult {
        try await engine.withSession { [log] session in
            guard let listing = try log.listing() else { throw DeltaError.tableNotFound(table: log.table) }
            let available = min(listing.earliest, listing.latest)...listing.latest
            guard available.contains(version) else {
                throw DeltaError.unknownVersion(table: log.table, version, available: available)
            }
            let now = try TableState(Self.replay(log, listing, to: listing.latest, session), log)
            if transaction?.isDone(in: now.replay) == true {
                return CommitResult(version: now.version, rowCount: 0, files: 0, bytes: 0, alreadyDone: true)
            }
            let then = try TableState(Self.replay(log, listing, to: version, session), log)
            try now.checkWritable(removing: true)
            try then.checkWritable(removing: false)
            // Every file of then must be there, or the table would be broken.
            _ = try then.snapshot(at: 0, session)
            let changed = now.metadata != then.metadata
            let commit = FileSetCommit(
                log: log, base: now, metadata: changed ? then.metadata : nil,
                added: FileSetCommit.difference(then.replay.files, now.replay.files),
                removed: FileSetCommit.difference(now.replay.files, then.replay.files),
                restated: FileSetCommit.restated(then.replay.files, now.replay.files), info: info, mode: "Restore",
                transaction: transaction)
            let result = try commit.run()
            CheckpointWriter(log: log, session: session)
                .writeIfDue(result.version, every: then.metadata.checkpointInterval)
            return result
        }
    }
}
