package import Foundation

/// A folder of plain files that follows a growing log (C2SP tlog-tiles): only what is new is written, and nothing that
/// is there is ever written over with other bytes.
///
/// `checkpoint` is written last and covers everything before it, so a crash leaves the earlier state and some files
/// that the next round finds equal. Partial tiles of earlier checkpoints stay until the full tile is there.
package struct TlogFolder: Sendable {
    package let folder: URL

    package init(_ folder: URL) { self.folder = folder }

    /// The checkpoint's note that the folder has; nil if it has none.
    package func note() throws(AuditLogError) -> String? {
        guard let bytes = try bytes(TlogPath.checkpoint) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .differs(place: folder.path, reason: "its checkpoint is no text")
        }
        return text
    }

    /// Brings the folder up to a checkpoint.
    ///
    /// - Parameters:
    ///   - note: the signed note, with cosignatures where there are any.
    ///   - source: the log, with at least as many entries as the note covers.
    /// - Returns: how many files were written.
    /// - Throws: ``AuditLogError/differs(place:reason:)`` when the folder is ahead of the log or holds another one;
    ///   ``AuditLogError/export(path:reason:)`` when it can't be written. The old checkpoint then still stands.
    package func extend(to note: String, by key: LogVerificationKey, from source: some TlogSource) throws -> Int {
        let new = try Checkpoint(note: note, verifiedBy: key)
        guard try source.root(size: new.size) == new.root else {
            throw AuditLogError.malformedCheckpoint("it is not about the log that it came with")
        }
        let present = try self.note()
        let old = try present.map { try checked(note: $0, by: key, against: new, source) }
        if let old { try checkEdge(size: old.size, source) }
        var writing = Writing(folder)
        if (old?.size ?? 0) < new.size {
            for level in 0..<8 where new.size >> (8 * level) > 0 {
                try extend(level: level, from: old?.size ?? 0, to: new.size, source, &writing)
            }
            try writing.settle()
        }
        if present != note {
            try writing.place(Array(note.utf8), at: TlogPath.checkpoint)
            try writing.settle()
        }
        for level in 0..<8 { removePartials(level: level, from: old?.size ?? 0, to: new.size) }
        return writing.count
    }

    /// The checkpoint in the folder, if the log begins with what it covers.
    private func checked(
        note: String, by key: LogVerificationKey, against new: Checkpoint, _ source: some TlogSource
    ) throws -> Checkpoint {
        let old: Checkpoint
        do {
            old = try Checkpoint(note: note, verifiedBy: key)
        } catch {
            throw AuditLogError.differs(
                place: folder.path, reason: "its checkpoint is not this log's (\(error.message))")
        }
        guard old.size <= new.size else {
            throw AuditLogError.differs(
                place: folder.path, reason: "it has \(old.size) entries, and the log only \(new.size)")
        }
        guard try source.root(size: old.size) == old.root else {
            throw AuditLogError.differs(
                place: folder.path, reason: "its \(old.size) entries are not the first \(old.size) of the log")
        }
        return old
    }

    /// The files at the end of what the folder's checkpoint covers must be there, as the log has them.
    private func checkEdge(size: Int, _ source: some TlogSource) throws {
        for level in 0..<8 where size >> (8 * level) > 0 {
            let (full, partial) = TlogPath.widths(level: level, size: size)
            let (index, width) = partial > 0 ? (full, partial) : (full - 1, TlogPath.tileWidth)
            for part in try parts(level: level, index: index, width: width, source) {
                let present = try bytes(part.path)
                guard present == part.bytes else {
                    let what = present == nil ? "is gone" : "holds other bytes than the log"
                    throw AuditLogError.differs(place: folder.path, reason: "\(part.path) \(what)")
                }
            }
        }
    }

    private func extend(
        level: Int, from old: Int, to new: Int, _ source: some TlogSource, _ writing: inout Writing
    ) throws {
        let (full, partial) = TlogPath.widths(level: level, size: new)
        let first = TlogPath.widths(level: level, size: old).full
        for index in first..<max(first, full + (partial > 0 ? 1 : 0)) {
            let width = index < full ? TlogPath.tileWidth : partial
            for part in try parts(level: level, index: index, width: width, source) {
                guard let present = try bytes(part.path) else {
                    try writing.place(part.bytes, at: part.path)
                    continue
                }
                guard present == part.bytes else {
                    throw AuditLogError.differs(
                        place: folder.path, reason: "\(part.path) holds other bytes than the log")
                }
            }
        }
    }

    /// A tile and, at level 0, the bundle of its entries.
    private func parts(
        level: Int, index: Int, width: Int, _ source: some TlogSource
    ) throws -> [(path: String, bytes: [UInt8])] {
        let range = index * TlogPath.tileWidth..<index * TlogPath.tileWidth + width
        let path = try TlogPath.tilePath(level: level, index: index, width: width)
        let hashes = try source.hashes(level: level, in: range)
        var parts: [(path: String, bytes: [UInt8])] = [(path, hashes.flatMap(\.bytes))]
        if level == 0 {
            let bundle = try EntryBundle.encode(try source.entries(in: range))
            parts.append((try TlogPath.entriesPath(index: index, width: width), bundle))
        }
        return parts
    }

    /// Removes the partial forms of tiles that are full now.
    private func removePartials(level: Int, from old: Int, to new: Int) {
        let (first, last) = (
            TlogPath.widths(level: level, size: old).full, TlogPath.widths(level: level, size: new).full
        )
        for index in first..<max(first, last) {
            var paths = [try? TlogPath.tilePath(level: level, index: index)]
            if level == 0 { paths.append(try? TlogPath.entriesPath(index: index)) }
            for path in paths.compactMap({ $0 }) {
                try? FileManager.default.removeItem(at: TlogDirectory.file(path + ".p", in: folder))
            }
        }
    }

    /// The bytes of a file; nil if there is none.
    private func bytes(_ path: String) throws(AuditLogError) -> [UInt8]? {
        let file = TlogDirectory.file(path, in: folder)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        guard let data = try? Data(contentsOf: file) else {
            throw .export(path: file.path, reason: "it can't be read")
        }
        return Array(data)
    }
}

/// Files on their way to the disk.
private struct Writing {
    private let folder: URL
    private(set) var count = 0
    /// Folders whose names are not yet on disk.
    private var unsettled: Set<String> = []

    init(_ folder: URL) { self.folder = folder }

    /// Writes a file under another name, waits for the disk, and renames it.
    mutating func place(_ bytes: [UInt8], at path: String) throws(AuditLogError) {
        let file = TlogDirectory.file(path, in: folder)
        do {
            let parent = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try DurableBytes.write(bytes, to: file, by: folder.appendingPathComponent(".new"))
            var place = parent
            while place.path.count >= folder.path.count, unsettled.insert(place.path).inserted {
                place = place.deletingLastPathComponent()
            }
            count += 1
        } catch let error as AuditLogError {
            throw error
        } catch {
            throw .export(path: file.path, reason: error.localizedDescription)
        }
    }

    /// Waits until the names of all that was placed are on disk.
    mutating func settle() throws(AuditLogError) {
        for path in unsettled.sorted(by: >) { try DurableBytes.synchronize(path) }
        unsettled = []
    }
}
