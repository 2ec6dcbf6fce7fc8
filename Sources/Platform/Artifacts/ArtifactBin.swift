import Foundation
import MartletDomain
import Metadata
import Synchronization

/// Keeps what a change has moved out of the store, or replaced in it, until that change is committed.
///
/// Files move within a change, and the change can still be undone: its commit fails, or the process ends before it. So
/// a note, written before anything moves, says what stands where, and the note's folder is named by the number that the
/// change took of `artifact_change`. A change whose number is above the database's was not made, and its files are put
/// back. Numbers of undone changes are given again; therefore nothing takes one before those files are back.
///
/// A power cut can lose the note of a file that is new, not of one that was taken out or replaced. What it leaves then
/// is a file that nobody was told is stored.
final class ArtifactBin: Sendable {
    private struct Item: Sendable {
        /// Nothing stood there, or what stood there is kept: the first letter of the note's line.
        enum Was: String { case nothing = "+", kept = "-" }

        var was: Was
        var path: String
    }

    /// What one change moves.
    private struct Entry: Sendable {
        var id: String
        var change: Int64
        /// Holds the note, and what is kept under its place in the note.
        var folder: String
        var items: [Item]
        /// Folders of the store in which names change.
        var changed: [String]
    }

    private let root: String
    private let incoming: String
    /// By number.
    private let entries: Mutex<[Entry]>

    private static let prefix = "taken"

    /// Knows what the process before left in the store at `root`.
    init(root: URL) {
        self.root = root.path.asFolder
        incoming = self.root + ArtifactPath.incoming + "/"
        entries = Mutex(Self.entries(in: incoming))
    }

    private static func entries(in incoming: String) -> [Entry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: incoming)) ?? []
        let entries = names.compactMap { name -> Entry? in
            let parts = name.split(separator: "-").map(String.init)
            guard parts.count == 3, parts[0] == prefix, let change = Int64(parts[1]),
                let data = try? Data(contentsOf: URL(filePath: incoming + name + "/note"))
            else { return nil }
            let note = String(decoding: data, as: UTF8.self)
            // Nothing moved before the note was whole.
            guard note.hasSuffix("\n") else { return nil }
            let items = note.split(separator: "\n").compactMap { line -> Item? in
                guard let was = Item.Was(rawValue: String(line.prefix(1))) else { return nil }
                return Item(was: was, path: String(line.dropFirst()))
            }
            return Entry(id: parts[2], change: change, folder: incoming + name, items: items, changed: [])
        }
        return entries.sorted { $0.change < $1.change }
    }

    /// Puts back what the process before moved and did not commit, and erases all else that waits but uploads' parts.
    func sweep(as db: Snapshot) throws {
        let last = try db.lastArtifactChange()
        let stuck = entries.withLock { entries -> Set<String> in
            // What cannot be put back now is tried again before the next change.
            try? putBack(&entries, from: last + 1)
            entries.removeAll { $0.change <= last }
            return Set(entries.map(\.folder))
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: incoming)) ?? []
        where !name.hasPrefix(Artifacts.partsPrefix) && !stuck.contains(incoming + name) {
            try? FileManager.default.removeItem(atPath: incoming + name)
        }
    }

    /// Takes what stands at these paths out of the store, within a change.
    /// - Parameter id: New for each change.
    /// - Returns: Its number; nil when nothing stood there.
    /// - Throws: `FileSystem.Failure`, with the path that could not be moved.
    func take(_ paths: [ArtifactPath], for id: String, in db: Transaction) throws -> Int64? {
        try putBackUndone(as: db)
        let items = paths.map { Item(was: .kept, path: "\($0)") }
            .filter { FileSystem.kind(of: root + $0.path) != nil }
        guard !items.isEmpty else { return nil }
        let entry = try note(items, changed: items.map { Self.parent(of: root + $0.path) }, for: id, in: db)
        for (index, item) in items.enumerated() {
            try FileSystem.move(root + item.path, to: "\(entry.folder)/\(index)")
        }
        return entry.change
    }

    /// Gives a file its name in the store, within a change, and keeps what has that name.
    /// - Parameter id: New for each change.
    /// - Returns: The change's number.
    /// - Throws: ``ArtifactError/nameTaken(_:)``, `FileSystem.Failure`.
    func place(_ file: String, at path: ArtifactPath, for id: String, in db: Transaction) throws -> Int64 {
        try putBackUndone(as: db)
        let target = root + "\(path)"
        let kind = FileSystem.kind(of: target)
        guard kind != .folder else { throw ArtifactError.nameTaken("\(path)") }
        do {
            let made = try FileSystem.makeFolders(Self.parent(of: target))
            let item = Item(was: kind == nil ? .nothing : .kept, path: "\(path)")
            let entry = try note([item], changed: [Self.parent(of: target)] + made, for: id, in: db)
            if kind != nil { try FileSystem.keep(target, as: entry.folder + "/0") }
            try FileSystem.move(file, to: target)
            return entry.change
        } catch let failure as FileSystem.Failure where failure.isOfNames {
            throw ArtifactError.nameTaken("\(path)")
        }
    }

    private func note(_ items: [Item], changed: [String], for id: String, in db: Transaction) throws -> Entry {
        let change = try db.next("artifact_change")
        let folder = "\(incoming)\(Self.prefix)-\(change)-\(id)"
        let entry = Entry(id: id, change: change, folder: folder, items: items, changed: changed)
        entries.withLock { $0.append(entry) }
        _ = try FileSystem.makeFolders(folder)
        let note = try OpenFile.create(folder + "/note")
        let lines = items.map { "\($0.was.rawValue)\($0.path)\n" }.joined()
        try Data(lines.utf8).withUnsafeBytes { try note.append($0) }
        if items.contains(where: { $0.was == .kept }) {
            try note.sync()
            for folder in [folder, incoming] { try FileSystem.syncFolder(folder) }
        }
        return entry
    }

    /// Erases what a committed change took, when its moves are on the disk.
    func empty(_ id: String) throws {
        let entry = entries.withLock { entries -> Entry? in
            guard let index = entries.firstIndex(where: { $0.id == id }) else { return nil }
            return entries.remove(at: index)
        }
        guard let entry else { return }
        // One that is gone was deleted meanwhile, with all in it.
        for folder in Set(entry.changed) where FileSystem.kind(of: folder) == .folder {
            try FileSystem.syncFolder(folder)
        }
        try? FileManager.default.removeItem(atPath: entry.folder)
    }

    /// Puts back what a change moved that was not made. What cannot be put back is tried again before the next change.
    func putBack(_ id: String) {
        entries.withLock { entries in
            // While it is here, all that came after it was undone with it: a later change would have put it back.
            guard let entry = entries.first(where: { $0.id == id }) else { return }
            try? putBack(&entries, from: entry.change)
        }
    }

    private func putBackUndone(as db: Snapshot) throws {
        let last = try db.lastArtifactChange()
        try entries.withLock { entries in try putBack(&entries, from: last + 1) }
    }

    /// Puts back what was moved under this number and later ones, the last first.
    private func putBack(_ entries: inout [Entry], from change: Int64) throws {
        while let entry = entries.last, entry.change >= change {
            try putBack(entry)
            entries.removeLast()
        }
    }

    private func putBack(_ entry: Entry) throws {
        for (index, item) in entry.items.enumerated() {
            let (place, kept) = (root + item.path, "\(entry.folder)/\(index)")
            switch item.was {
            case .nothing:
                if FileSystem.kind(of: place) == .file {
                    try FileManager.default.removeItem(atPath: place)
                    try FileSystem.syncFolder(Self.parent(of: place))
                }
                var folder = Self.parent(of: place)
                while folder.hasPrefix(root) {
                    FileSystem.removeIfEmpty(folder)
                    folder = Self.parent(of: folder)
                }
            case .kept:
                guard FileSystem.kind(of: kept) != nil else { continue }
                _ = try FileSystem.makeFolders(Self.parent(of: place))
                try FileSystem.move(kept, to: place)
                try FileSystem.syncFolder(Self.parent(of: place))
            }
        }
        if FileSystem.kind(of: entry.folder) != nil { try FileManager.default.removeItem(atPath: entry.folder) }
    }

    private static func parent(of path: String) -> String { (path as NSString).deletingLastPathComponent }
}

extension Artifacts {
    /// A change of the store that moves files too. When it is not made they are put back; otherwise its moves are
    /// durable when this returns, and what it took is erased.
    ///
    /// - Parameter body: Gets an id by which it moves files with the `bin`, once.
    func changeFiles<Result: Sendable>(
        _ action: AuditAction, by caller: Caller,
        _ body: @escaping @Sendable (Transaction, _ id: String) throws -> Result
    ) async throws -> Result {
        let id = newID()
        let result: Result
        do {
            result = try await store.change(action, by: caller) { db in try body(db, id) }
        } catch {
            bin.putBack(id)
            throw error
        }
        try await offTheCooperativePool { [bin] in try bin.empty(id) }
        return result
    }
}

extension Snapshot {
    /// The number of the last change of files.
    func lastArtifactChange() throws -> Int64 {
        try row("SELECT value FROM sequences WHERE name = 'artifact_change'")?.integer("value") ?? 0
    }
}
