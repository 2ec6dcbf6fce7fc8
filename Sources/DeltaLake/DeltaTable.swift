package import Foundation
import MartletDomain
package import QueryEngine

/// A Delta Lake table in a folder. Read: protocol 1 to 3 with the features of ``TableFeature``; written: protocol 2.
///
/// The value holds no state of the table; every call reads the log anew, so many programs may use one table at once.
package struct DeltaTable: Sendable {
    package let location: URL
    let engine: any QueryEngine
    let log: LogFolder

    package init(at location: URL, engine: any QueryEngine) {
        (self.location, self.engine) = (location, engine)
        log = LogFolder(root: location.standardizedFileURL.path)
    }

    /// Whether the folder has a log with a version in it.
    package func exists() -> Bool { ((try? log.listing()) ?? nil) != nil }

    /// One version of the table.
    ///
    /// A version's time is that of its log file, or one millisecond after the version before if that is later.
    /// - Parameter bounds: Files that hold no row within all of these, by partition values and statistics, are left
    ///   out. Those that stay may hold others, too.
    package func snapshot(
        at wanted: TableVersion = .latest, within bounds: [ColumnBounds] = []
    ) async throws -> DeltaSnapshot {
        try await engine.withSession { [log] session in
            guard let listing = try log.listing() else { throw DeltaError.tableNotFound(table: log.table) }
            let times = log.commitTimes(listing)
            let version = try Self.version(wanted, listing, times, log.table)
            let state = try TableState(Self.replay(log, listing, to: version, session), log)
            let time = times.last { $0.version <= version } ?? times.first
            guard !bounds.isEmpty else { return try state.snapshot(at: time?.milliseconds ?? 0, session) }
            let range = KeyRange(bounds, state.columns)
            let files = state.replay.files.filter { range.mayBe(in: $0) }
            return try state.snapshot(at: time?.milliseconds ?? 0, of: files, session)
        }
    }

    /// Every version whose log entry is still there, newest first.
    package func history() throws -> [CommitRecord] {
        guard let listing = try log.listing() else { throw DeltaError.tableNotFound(table: log.table) }
        return try log.commitTimes(listing).reversed().map {
            try CommitHistory.record($0.version, $0.milliseconds, log)
        }
    }

    static func replay(
        _ log: LogFolder, _ listing: LogListing, to version: Int64, _ session: any QuerySession
    ) throws -> LogReplay {
        try log.replay(listing, to: version) { checkpoint, body in
            try CheckpointRows(log: log, session: session).read(checkpoint, body: body)
        }
    }

    private static func version(
        _ wanted: TableVersion, _ listing: LogListing, _ times: [(version: Int64, milliseconds: Int64)], _ table: String
    ) throws(DeltaError) -> Int64 {
        switch wanted {
        case .latest: return listing.latest
        case .version(let version):
            let available = min(listing.earliest, listing.latest)...listing.latest
            guard available.contains(version) else {
                throw .unknownVersion(table: table, version, available: available)
            }
            return version
        case .timestamp(let date):
            let readable = times.filter { $0.version >= listing.earliest }
            let earliest = Date(milliseconds: readable.first?.milliseconds ?? 0)
            // A date is a double: only after rounding to microseconds does a version's own time find that version.
            let wanted = (date.timeIntervalSince1970 * 1_000_000).rounded()
            guard let found = readable.last(where: { Double($0.milliseconds) * 1000 <= wanted }) else {
                throw .beforeFirstCommit(table: table, date, earliest: earliest)
            }
            return found.version
        }
    }
}
