package import Foundation
import QueryEngine

extension DeltaTable {
    /// Writes a checkpoint of the newest version, so that readers need no earlier log entry. One that is there stays.
    ///
    /// Commits do so by themselves every hundred versions, or as `delta.checkpointInterval` of the table says.
    /// - Returns: The version of the checkpoint.
    @discardableResult
    package func checkpoint() async throws -> Int64 {
        try await engine.withSession { [log] session in
            guard let listing = try log.listing() else { throw DeltaError.tableNotFound(table: log.table) }
            try CheckpointWriter(log: log, session: session).write(listing.latest)
            return listing.latest
        }
    }

    /// Removes log entries that are older than `delta.logRetentionDuration` (30 days) and lie before a checkpoint.
    /// Versions before that checkpoint can then no longer be read.
    ///
    /// - Parameters:
    ///   - pinned: Versions that must stay readable.
    ///   - now: The moment that ages are counted from.
    ///   - dryRun: Whether to tell only.
    /// - Returns: The names of the removed files in `_delta_log`, oldest first.
    package func removeExpiredLog(
        keeping pinned: Set<Int64>, now: Date = Date(), dryRun: Bool = false
    ) async throws -> [String] {
        try await engine.withSession { [log] session in
            guard let listing = try log.listing() else { throw DeltaError.tableNotFound(table: log.table) }
            let state = try TableState(Self.replay(log, listing, to: listing.latest, session), log)
            try state.checkWritable(removing: false)
            let retention = try TableProperty.logRetention.required(in: state.metadata, table: log.table)
            let oldest = (now.millisecondsSince1970 ?? 0).subtractingReportingOverflow(retention)
            guard !oldest.overflow else { return [] }
            let cleanup = try LogCleanup(log, listing, keeping: pinned, since: oldest.partialValue)
            guard !dryRun, let start = cleanup.start, !cleanup.expired.isEmpty else { return cleanup.expired }
            // Nothing goes before the checkpoint was read whole.
            _ = try TableState(Self.replayFromCheckpoint(log, listing, start, session), log)
            return try cleanup.run()
        }
    }

    /// The state at a checkpoint, out of that checkpoint alone.
    private static func replayFromCheckpoint(
        _ log: LogFolder, _ listing: LogListing, _ version: Int64, _ session: any QuerySession
    ) throws -> LogReplay {
        var alone = listing
        alone.entries = []
        alone.checkpoints = listing.checkpoints.filter { $0.version == version }
        return try replay(log, alone, to: version, session)
    }
}
