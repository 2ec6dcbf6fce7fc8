package import Foundation
import MartletDomain
import QueryEngine

extension DeltaTable {
    /// Makes a table of its own in another folder that begins as this one was at a version. Data files are linked, not
    /// copied, so both folders must be on one file system; whatever becomes of one table does not touch the other.
    ///
    /// - Returns: The new table's version, 0, with the rows that it begins with.
    /// - Throws: ``DeltaError/tableExists(table:)``, and what reading that version throws.
    package func fork(
        at version: Int64, into folder: URL, commit info: CommitInfo = CommitInfo(operation: "CLONE")
    ) async throws -> CommitResult {
        let copy = LogFolder(root: folder.standardizedFileURL.path)
        return try await engine.withSession { [log] session in
            guard try copy.listing() == nil else { throw DeltaError.tableExists(table: copy.table) }
            guard let listing = try log.listing() else { throw DeltaError.tableNotFound(table: log.table) }
            let available = min(listing.earliest, listing.latest)...listing.latest
            guard available.contains(version) else {
                throw DeltaError.unknownVersion(table: log.table, version, available: available)
            }
            let state = try TableState(Self.replay(log, listing, to: version, session), log)
            try state.checkWritable(removing: false)
            _ = try state.snapshot(at: 0, session)
            try DurableFile.makeFolder(copy.path)
            try FileLinks(from: log, to: copy).make(state.replay.files)
            var metadata = state.metadata
            metadata.id = UUID().uuidString.lowercased()
            metadata.createdTime = Self.now()
            return try FileSetCommit(
                log: copy, base: nil, metadata: metadata, added: state.replay.files, removed: [], info: info,
                mode: "Branch"
            ).run()
        }
    }

    /// Makes this table what `branch` is now, by one commit: files that only the branch has are linked and added, those
    /// that the branch has no longer are removed, and the columns are the branch's.
    ///
    /// - Parameter base: The version of this table that the branch began with, which must still be the newest.
    /// - Returns: Nil when the branch has the same files and columns.
    /// - Throws: ``DeltaError/conflict(table:version:reason:)`` when this table has moved since.
    package func fastForward(
        to branch: DeltaTable, from base: Int64, commit info: CommitInfo = CommitInfo(operation: "FAST FORWARD"),
        transaction: AppTransaction? = nil
    ) async throws -> CommitResult? {
        try await engine.withSession { [log] session in
            guard let state = try Self.latest(log, session) else { throw DeltaError.tableNotFound(table: log.table) }
            guard let ahead = try Self.latest(branch.log, session) else {
                throw DeltaError.tableNotFound(table: branch.log.table)
            }
            try state.checkWritable(removing: true)
            try ahead.checkWritable(removing: false)
            if transaction?.isDone(in: state.replay) == true {
                return CommitResult(version: state.version, rowCount: 0, files: 0, bytes: 0, alreadyDone: true)
            }
            guard state.version == base else {
                throw DeltaError.conflict(
                    table: log.table, version: state.version, reason: "came since the branch began")
            }
            _ = try ahead.snapshot(at: 0, session)
            let added = FileSetCommit.difference(ahead.replay.files, state.replay.files)
            let removed = FileSetCommit.difference(state.replay.files, ahead.replay.files)
            var metadata = ahead.metadata
            (metadata.id, metadata.createdTime) = (state.metadata.id, state.metadata.createdTime)
            let changed = metadata != state.metadata
            let restated = FileSetCommit.restated(ahead.replay.files, state.replay.files)
            guard changed || !added.isEmpty || !removed.isEmpty else { return nil }
            let links = FileLinks(from: branch.log, to: log)
            let made = try links.make(added)
            do {
                let result = try FileSetCommit(
                    log: log, base: state, metadata: changed ? metadata : nil, added: added, removed: removed,
                    restated: restated, info: info, mode: "FastForward", transaction: transaction
                ).run()
                CheckpointWriter(log: log, session: session)
                    .writeIfDue(result.version, every: metadata.checkpointInterval)
                return result
            } catch {
                if let error = error as? DeltaError, case .durabilityUnknown = error { throw error }
                for path in made { DurableFile.remove(path) }
                throw error
            }
        }
    }
}

/// Data files of one table as files of another, without copying.
struct FileLinks {
    let from: LogFolder
    let to: LogFolder

    /// - Returns: The absolute paths of the names that are new.
    @discardableResult
    func make(_ files: [AddFile]) throws -> [String] {
        var paths = DataFilePath(root: from.root, table: from.table)
        var made: [String] = []
        var folders: Set<String> = []
        do {
            for file in files {
                let source = try paths.resolve(file.path)
                guard let relative = TableFiles(root: from.root).relative(file.path), !file.path.hasPrefix("/"),
                    !file.path.contains(":/")
                else { throw DeltaError.pathOutsideTable(table: from.table, path: file.path) }
                let place = to.root + "/" + relative
                let folder = (place as NSString).deletingLastPathComponent
                if folders.insert(folder).inserted { try DurableFile.makeFolder(folder) }
                // One that is there is the same file: names of data files are unique.
                if try DurableFile.link(source.path, ifAbsent: place) { made.append(place) }
            }
            for folder in folders.sorted() { try DurableFile.syncFolder(folder) }
        } catch {
            for path in made { DurableFile.remove(path) }
            throw error
        }
        return made
    }
}
