import Foundation
import QueryEngine

extension DeltaTable {
    /// Removes what writers of ours left behind that were killed: files without a name of their own yet, and data files
    /// that no commit has named. Only for who knows that no writer of ours is at work on the table.
    ///
    /// Files of other programs stay. A data file goes when it is younger than the newest log entry and no entry and no
    /// checkpoint names it; an older one is left to a vacuum. Where there is no commit yet, nothing names any, and folders
    /// that are empty then go, too.
    /// - Returns: The paths of what is gone, relative to the table.
    @discardableResult
    package func removeUnfinished() async throws -> [String] {
        guard let listing = try log.listing() else { return try removeUncommitted() }
        let newest = listing.entries.last.flatMap { DurableFile.attributes(log.entryPath($0))?.modified } ?? .max
        let files = try TableFiles(root: log.root).list()
        let unnamed = unnamed(files)
        for path in unnamed { DurableFile.remove(log.root + "/" + path) }
        let young = files.filter { $0.modified >= newest && DataFile.isOurs(($0.path as NSString).lastPathComponent) }
        guard !young.isEmpty else { return unnamed }
        let named = try await engine.withSession { [log] session in
            var paths: Set<ExactText> = []
            func take(_ action: LogAction) {
                for path in [action.add?.path, action.remove?.path] {
                    if let path { paths.insert(ExactText(path.removingPercentEncoding ?? path)) }
                }
            }
            for checkpoint in listing.checkpoints {
                try CheckpointRows(log: log, session: session).read(checkpoint, body: take)
            }
            for version in listing.entries { try log.read(version, JSONDecoder(), body: take) }
            return paths
        }
        let orphans = young.map(\.path).filter { !named.contains(ExactText($0)) }
        for path in orphans { DurableFile.remove(log.root + "/" + path) }
        return unnamed + orphans
    }

    /// Whether somebody began to write here, and no commit came of it.
    package var isBegun: Bool { DurableFile.folderExists(log.path) && !exists() }

    private func unnamed(_ files: [TableFiles.Found]) -> [String] {
        files.map(\.path).filter { ($0 as NSString).lastPathComponent.hasPrefix(".tmp-") }
            + ((try? FileManager.default.contentsOfDirectory(atPath: log.path)) ?? []).filter { $0.hasPrefix(".tmp-") }
            .map { "_delta_log/" + $0 }
    }

    private func removeUncommitted() throws -> [String] {
        guard DurableFile.folderExists(log.path) else { return [] }
        let files = try TableFiles(root: log.root).list()
        let ours = files.map(\.path).filter { DataFile.isOurs(($0 as NSString).lastPathComponent) }
        let gone = unnamed(files) + ours
        for path in gone { DurableFile.remove(log.root + "/" + path) }
        // A folder in which there is something stays: this removes none but empty ones.
        for folder in [log.path, log.root] { _ = rmdir(folder) }
        return gone
    }

    /// Each version whose log entry is still there, oldest first, with the moment that time travel goes by.
    package func commitTimes() throws -> [(version: Int64, milliseconds: Int64)] {
        guard let listing = try log.listing() else { throw DeltaError.tableNotFound(table: log.table) }
        return log.commitTimes(listing)
    }

    /// What the log tells of one commit.
    package func record(of commit: (version: Int64, milliseconds: Int64)) throws -> CommitRecord {
        try CommitHistory.record(commit.version, commit.milliseconds, log)
    }

    /// The versions that the log can still tell the state of.
    package func readableVersions() throws -> ClosedRange<Int64> {
        guard let listing = try log.listing() else { throw DeltaError.tableNotFound(table: log.table) }
        return min(listing.earliest, listing.latest)...listing.latest
    }
}
