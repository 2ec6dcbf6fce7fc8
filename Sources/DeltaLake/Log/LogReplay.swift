import Foundation

/// The state of a table that its log adds up to.
///
/// Source: delta-io/delta, PROTOCOL.md, "Action Reconciliation".
struct LogReplay {
    private(set) var version: Int64 = -1
    private(set) var versions: ProtocolVersions?
    private(set) var metadata: TableMetadata?
    /// Newest batch of each application, by its id.
    private(set) var transactions: [String: TransactionAction] = [:]
    /// Files that were removed and not added again, by decoded path.
    private(set) var removed: [ExactText: RemoveFile] = [:]
    /// Files in the order they were added; nil where one was removed again.
    private var added: [AddFile?] = []
    /// Place of each live file in `added`, by decoded path. No path is live with two deletion vectors.
    private var places: [ExactText: Int] = [:]

    /// The files of the table, in the order they were added.
    var files: [AddFile] { added.compactMap { $0 } }

    /// The file of that path, if it is in the table.
    func file(at path: String) -> AddFile? { places[Self.key(path)].flatMap { added[$0] } }

    mutating func apply(_ action: LogAction) {
        if let versions = action.protocol { self.versions = versions }
        if let metadata = action.metaData { self.metadata = metadata }
        if let transaction = action.txn { transactions[transaction.appId] = transaction }
        // A commit that deletes rows of a file removes it with its old vector and adds it with the new one, in
        // whichever order; the removal must not take the new one away.
        if let remove = action.remove, let place = places[Self.key(remove.path)],
            added[place]?.deletionVector?.uniqueID == remove.deletionVector?.uniqueID
        {
            take(remove.path)
        }
        if let remove = action.remove, places[Self.key(remove.path)] == nil {
            removed[Self.key(remove.path)] = remove
        }
        if let add = action.add {
            take(add.path)
            removed[Self.key(add.path)] = nil
            places[Self.key(add.path)] = added.count
            added.append(add)
        }
    }

    mutating func finish(_ version: Int64) { self.version = version }

    private mutating func take(_ path: String) {
        if let place = places.removeValue(forKey: Self.key(path)) { added[place] = nil }
    }

    /// Two spellings of one path are one file.
    private static func key(_ path: String) -> ExactText { ExactText(path.removingPercentEncoding ?? path) }
}

extension LogFolder {
    /// Adds up the log to `version`, beginning at the newest checkpoint that can be read.
    /// - Parameter checkpoint: Reads the rows of a checkpoint as actions.
    func replay(
        _ listing: LogListing, to version: Int64,
        checkpoint read: (LogListing.Checkpoint, (LogAction) -> Void) throws -> Void
    ) throws -> LogReplay {
        var replay = LogReplay()
        var refusal: (any Error)?
        for base in listing.checkpoints.reversed() where base.version <= version {
            do {
                var attempt = LogReplay()
                try read(base) { attempt.apply($0) }
                attempt.finish(base.version)
                replay = attempt
                break
            } catch {
                if error is CancellationError { throw error }
                refusal = refusal ?? error
            }
        }
        if replay.version < 0, listing.entries.first != 0, let refusal { throw refusal }
        let decoder = JSONDecoder()
        let there = Set(listing.entries)
        while replay.version < version {
            let next = replay.version + 1
            guard there.contains(next) else {
                throw refusal ?? DeltaError.missingLogEntries(table: table, next, wanted: version)
            }
            try self.read(next, decoder) { replay.apply($0) }
            replay.finish(next)
        }
        return replay
    }

    /// When each version with an entry was committed: the time of its file, made strictly increasing.
    func commitTimes(_ listing: LogListing) -> [(version: Int64, milliseconds: Int64)] {
        var last = Int64.min
        return listing.entries.compactMap { version in
            guard let attributes = DurableFile.attributes(entryPath(version)) else { return nil }
            last = max(last == .max ? last : last + 1, attributes.modified)
            return (version, last)
        }
    }
}
