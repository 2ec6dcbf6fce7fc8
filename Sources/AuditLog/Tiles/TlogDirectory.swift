package import Foundation

/// A log as plain files: `checkpoint`, `tile/<level>/…`, `tile/entries/…` (C2SP tlog-tiles).
///
/// Such a folder can be verified with nothing but the log's public key, on any machine.
package enum TlogDirectory {
    /// Writes all entries of a log into a new or empty folder.
    ///
    /// - Parameters:
    ///   - entries: in the log's order, each at most 65,535 bytes.
    ///   - checkpoint: the signed note over exactly these entries.
    /// - Throws: ``AuditLogError``, also if the checkpoint is about other entries. The file `checkpoint` is written
    ///   last, so a folder without it was not finished.
    package static func export(
        _ entries: some Sequence<[UInt8]>, checkpoint: String, to folder: URL
    ) throws(AuditLogError) {
        var writer = try TlogDirectoryWriter(folder: folder)
        for entry in entries { try writer.append(entry) }
        try writer.finish(checkpoint: checkpoint)
    }

    /// Where `path` of ``TlogPath`` stands in `folder`.
    static func file(_ path: String, in folder: URL) -> URL {
        folder.appendingPathComponent(path, isDirectory: false)
    }
}

/// Writes a ``TlogDirectory`` entry by entry, holding one tile a level in memory.
package struct TlogDirectoryWriter {
    private let folder: URL
    private var frontier = MerkleFrontier()
    private var bundle: [[UInt8]] = []
    /// The hashes of the tile being filled, for each level.
    private var levels: [[MerkleHash]] = [[]]

    /// - Throws: ``AuditLogError/export(path:reason:)`` unless the folder is new or empty.
    package init(folder: URL) throws(AuditLogError) {
        self.folder = folder
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let present = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            guard present.isEmpty else {
                throw AuditLogError.export(path: folder.path, reason: "the folder is not empty; name a new one")
            }
        } catch let error as AuditLogError {
            throw error
        } catch {
            throw .export(path: folder.path, reason: error.localizedDescription)
        }
    }

    package mutating func append(_ entry: [UInt8]) throws(AuditLogError) {
        guard entry.count <= AuditEntry.maximumSizeInBytes else {
            throw .export(path: folder.path, reason: "entry \(frontier.size) has \(entry.count) bytes")
        }
        let hash = MerkleTree.leafHash(entry)
        frontier.append(hash)
        bundle.append(entry)
        try append(hash, level: 0)
    }

    /// Writes what is partial, and at last the checkpoint.
    package mutating func finish(checkpoint note: String) throws(AuditLogError) {
        let checkpoint = try Checkpoint(text: try SignedNote(parsing: note).text)
        guard checkpoint.size == frontier.size, checkpoint.root == frontier.root else {
            throw .export(path: folder.path, reason: "the checkpoint is not about these \(frontier.size) entries")
        }
        for level in levels.indices where !levels[level].isEmpty {
            try writeTile(level: level, width: levels[level].count)
        }
        try write(Array(note.utf8), to: TlogPath.checkpoint)
    }

    private mutating func append(_ hash: MerkleHash, level: Int) throws(AuditLogError) {
        if level == levels.count { levels.append([]) }
        levels[level].append(hash)
        guard levels[level].count == TlogPath.tileWidth else { return }
        let root = MerkleTree.root(of: levels[level])
        try writeTile(level: level, width: TlogPath.tileWidth)
        levels[level].removeAll(keepingCapacity: true)
        try append(root, level: level + 1)
    }

    private mutating func writeTile(level: Int, width: Int) throws(AuditLogError) {
        let last = frontier.size >> (8 * level)
        let index = (last - 1) / TlogPath.tileWidth
        try write(
            levels[level].flatMap(\.bytes), to: try TlogPath.tilePath(level: level, index: index, width: width))
        guard level == 0 else { return }
        try write(try EntryBundle.encode(bundle), to: try TlogPath.entriesPath(index: index, width: width))
        bundle.removeAll(keepingCapacity: true)
    }

    private func write(_ bytes: [UInt8], to path: String) throws(AuditLogError) {
        let file = TlogDirectory.file(path, in: folder)
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file, options: .atomic)
        } catch {
            throw .export(path: file.path, reason: error.localizedDescription)
        }
    }
}
