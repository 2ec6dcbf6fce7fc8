import Foundation

/// Which files of a log may go: those before a checkpoint that is old enough to begin at.
///
/// Source: delta-io/delta, PROTOCOL.md, "Metadata Cleanup". Every version from that checkpoint on stays readable, so
/// a pinned version keeps everything from the newest checkpoint that is not after it.
struct LogCleanup {
    let log: LogFolder
    /// Names of files in the log folder, in the order in which they may be removed: a crash in between leaves a log
    /// that is whole from a later version on.
    let expired: [String]
    /// The checkpoint that the log begins at afterwards; nil when nothing may go.
    let start: Int64?

    /// - Parameters:
    ///   - pinned: Versions that must stay readable.
    ///   - oldest: Commits from that time on stay, in milliseconds since 1970.
    init(_ log: LogFolder, _ listing: LogListing, keeping pinned: Set<Int64>, since oldest: Int64) throws(DeltaError) {
        self.log = log
        // The newest version that was there at that time must stay as well: time travel to it finds this version.
        let settled = log.commitTimes(listing).last { $0.milliseconds <= oldest }?.version ?? -1
        let limit = min(settled, pinned.min() ?? .max)
        guard let start = listing.checkpoints.last(where: { $0.version <= limit })?.version else {
            (self.start, expired) = (nil, [])
            return
        }
        self.start = start
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: log.path)
        } catch {
            throw .fileSystem(operation: "list", file: "_delta_log", reason: "it could not be read")
        }
        let before = names.filter { name in Self.version(name).map { $0 < start } ?? false }
        // What a writer that did not finish left behind.
        let unfinished = names.filter { name in
            name.hasPrefix(".tmp-") && (DurableFile.attributes(log.path + "/" + name)?.modified ?? .max) < oldest
        }
        expired = before.sorted() + unfinished.sorted()
    }

    /// The version that a file of a log is about: an entry, its checksum, a checkpoint or a part of one.
    private static func version(_ name: String) -> Int64? {
        let words = name.split(separator: ".", omittingEmptySubsequences: false)
        guard words.count >= 2, words[0].utf8.count == 20, words[0].utf8.allSatisfy({ (48...57).contains($0) }),
            ["json", "crc", "checkpoint"].contains(words[1])
        else { return nil }
        return Int64(words[0])
    }

    /// - Returns: The names that are gone.
    func run() throws(DeltaError) -> [String] {
        var removed: [String] = []
        for name in expired {
            let path = log.path + "/" + name
            guard let attributes = DurableFile.attributes(path), attributes.isRegular else { continue }
            DurableFile.remove(path)
            if DurableFile.attributes(path) == nil { removed.append(name) }
        }
        if !removed.isEmpty { try DurableFile.syncFolder(log.path) }
        return removed
    }
}
