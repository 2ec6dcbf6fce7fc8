import Foundation
import MartletDomain
import QueryEngine

/// What happened to the rows of a table between two versions.
///
/// The rows of the earlier version and those added are, each as often, those of the later version and those removed.
/// Files are written anew whole, so a row that stayed in one that was may be in both.
package struct VersionChanges: Sendable {
    /// The earlier version; -1 when everything is added.
    package let after: Int64
    package let through: Int64
    /// The rows that came, in the columns of the later version.
    package let added: DeltaSnapshot
    /// The rows that went, in the columns of the later version.
    package let removed: DeltaSnapshot

    package var isEmpty: Bool { added.files.isEmpty && removed.files.isEmpty }
}

extension DeltaTable {
    /// The rows that commits after one version, through another, put in and took out.
    ///
    /// Commits that only arranged rows in other files changed nothing. When a file of a commit in between is gone by a
    /// vacuum, or its log entry by a clean-up, the files of the two versions are compared instead, so that rows that
    /// were arranged otherwise are in both.
    /// - Parameters:
    ///   - after: -1 for all rows of the later version.
    ///   - last: Nil for the newest.
    /// - Throws: ``DeltaError/redefined(table:version:problems:)`` when a commit in between replaced the columns, so
    ///   that the later version has to be read whole; ``DeltaError/unknownVersion(table:_:available:)``.
    package func changes(after: Int64, through last: Int64? = nil) async throws -> VersionChanges {
        try await engine.withSession { [log] session in
            guard let listing = try log.listing() else { throw DeltaError.tableNotFound(table: log.table) }
            let last = last ?? listing.latest
            let available = min(listing.earliest, listing.latest)...listing.latest
            for version in [after, last] where !available.contains(version) && (version != -1 || version == last) {
                throw DeltaError.unknownVersion(table: log.table, version, available: available)
            }
            guard after <= last else {
                throw DeltaError.reversedVersions(table: log.table, after: after, through: last)
            }
            let time = log.commitTimes(listing).last { $0.version <= last }?.milliseconds ?? 0
            func changes(_ state: TableState, _ files: ChangedFiles) throws -> VersionChanges {
                VersionChanges(
                    after: after, through: last, added: try state.snapshot(at: time, of: files.added, session),
                    removed: try state.snapshot(at: time, of: files.removed, session))
            }
            guard after >= 0 else {
                let state = try TableState(Self.replay(log, listing, to: last, session), log)
                return try changes(state, ChangedFiles(from: [], to: state.replay.files))
            }
            do {
                let (state, files) = try Self.commits(after, last, log, listing, session)
                return try changes(state, files)
            } catch let error as DeltaError {
                switch error {
                case .missingDataFile, .missingLogEntries: break
                default: throw error
                }
            }
            let (state, files) = try Self.difference(after, last, log, listing, session)
            return try changes(state, files)
        }
    }

    private static func commits(
        _ after: Int64, _ last: Int64, _ log: LogFolder, _ listing: LogListing, _ session: any QuerySession
    ) throws -> (TableState, ChangedFiles) {
        var replay = try replay(log, listing, to: after, session)
        var state = try TableState(replay, log)
        var files = ChangedFiles()
        let decoder = JSONDecoder()
        while replay.version < last {
            let version = replay.version + 1
            var actions: [LogAction] = []
            try log.read(version, decoder) { actions.append($0) }
            files.apply(actions, to: replay)
            for action in actions { replay.apply(action) }
            replay.finish(version)
            if actions.contains(where: { $0.metaData != nil || $0.protocol != nil }) {
                let next = try TableState(replay, log)
                try refuseOtherColumns(state, next)
                state = next
            }
        }
        return (try TableState(replay, log), files)
    }

    private static func difference(
        _ after: Int64, _ last: Int64, _ log: LogFolder, _ listing: LogListing, _ session: any QuerySession
    ) throws -> (TableState, ChangedFiles) {
        let old = try TableState(replay(log, listing, to: after, session), log)
        let new = try TableState(replay(log, listing, to: last, session), log)
        try refuseOtherColumns(old, new)
        return (new, ChangedFiles(from: old.replay.files, to: new.replay.files))
    }

    private static func refuseOtherColumns(_ old: TableState, _ new: TableState) throws(DeltaError) {
        var problems = SchemaChange.problems(from: old.schema, to: new.schema)
        if old.metadata.partitionColumns != new.metadata.partitionColumns {
            problems.append("the table is partitioned by other columns")
        }
        let names = Dictionary(old.columns.map { ($0.field.name, $0.physicalName) }) { first, _ in first }
        if new.columns.contains(where: { names[$0.field.name] ?? $0.physicalName != $0.physicalName }) {
            problems.append("columns have other names in the data files")
        }
        guard problems.isEmpty else {
            throw .redefined(table: new.log.table, version: new.version, problems: problems)
        }
    }
}
