package import Foundation
import QueryEngine

/// What a vacuum removed, or would remove.
package struct VacuumReport: Sendable, Equatable {
    /// Relative to the table, in the order of their paths.
    package var files: [String]
    /// Size of those files together.
    package var bytes: Int64
    /// Files that are older too, and stay because a pinned version has them.
    package var pinnedFiles: Int
    /// Whether it was told only.
    package var dryRun: Bool
}

extension DeltaTable {
    /// Removes data files that no version needs which has to stay readable.
    ///
    /// A file goes when it is older than the retention, is not in the newest version, was not removed from the table
    /// within the retention, and is in no pinned version. Other versions that had it can then no longer be read. Links
    /// are not followed, `_delta_log` is not touched, and only Parquet files go.
    ///
    /// - Parameters:
    ///   - pinned: Versions that must stay readable.
    ///   - retention: Nil takes that of the table: `delta.deletedFileRetentionDuration`, 7 days. One that is shorter
    ///     than the longest write still under way takes that write's files away.
    ///   - now: The moment that ages are counted from.
    ///   - dryRun: Whether to tell only.
    /// - Throws: ``DeltaError/unknownVersion(table:_:available:)`` when a pinned version cannot be read; nothing is
    ///   removed then.
    package func vacuum(
        keeping pinned: Set<Int64>, retention: Duration? = nil, now: Date = Date(), dryRun: Bool = false
    ) async throws -> VacuumReport {
        try await engine.withSession { [log] session in
            let folder = TableFiles(root: log.root)
            // Listed first: what is committed from here on is either not listed or in the log that is read next.
            let listed = DurableFile.folderExists(log.path) ? try folder.list() : []
            guard let listing = try log.listing() else { throw DeltaError.tableNotFound(table: log.table) }
            let state = try TableState(Self.replay(log, listing, to: listing.latest, session), log)
            try state.checkWritable(removing: false)
            let kept =
                try retention.map { max(0, $0.milliseconds) }
                ?? TableProperty.deletedFileRetention.required(in: state.metadata, table: log.table)
            let (oldest, overflow) = (now.millisecondsSince1970 ?? 0).subtractingReportingOverflow(kept)
            var report = VacuumReport(files: [], bytes: 0, pinnedFiles: 0, dryRun: dryRun)
            guard !overflow else { return report }
            var needed = Set(state.replay.files.compactMap { folder.relative($0.path) })
            for file in state.replay.removed.values where (file.deletionTimestamp ?? 0) >= oldest {
                if let path = folder.relative(file.path) { needed.insert(path) }
            }
            let pinnedFiles = try Self.files(of: pinned, log, listing, folder, session)
            for file in listed where file.modified < oldest && !needed.contains(file.path) {
                guard !pinnedFiles.contains(file.path) else {
                    report.pinnedFiles += 1
                    continue
                }
                if !dryRun {
                    DurableFile.remove(log.root + "/" + file.path)
                    guard DurableFile.attributes(log.root + "/" + file.path) == nil else { continue }
                }
                report.files.append(file.path)
                report.bytes &+= file.bytes
            }
            return report
        }
    }

    private static func files(
        of versions: Set<Int64>, _ log: LogFolder, _ listing: LogListing, _ folder: TableFiles,
        _ session: any QuerySession
    ) throws -> Set<String> {
        var paths: Set<String> = []
        for version in versions.sorted() {
            let available = min(listing.earliest, listing.latest)...listing.latest
            guard available.contains(version) else {
                throw DeltaError.unknownVersion(table: log.table, version, available: available)
            }
            let state = try TableState(replay(log, listing, to: version, session), log)
            paths.formUnion(state.replay.files.compactMap { folder.relative($0.path) })
        }
        return paths
    }
}

extension Duration {
    /// Rounded down; clamped to what fits.
    fileprivate var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { return seconds < 0 ? .min : .max }
        let sum = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return sum.overflow ? .max : sum.partialValue
    }
}
