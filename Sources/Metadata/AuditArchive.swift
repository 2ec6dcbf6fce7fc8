import AuditLog
package import Foundation
import GRDB

/// The log as it lies in a database file, read without opening the workspace: for verifying it, also while a server runs.
package struct AuditArchive: Sendable {
    private let file: URL
    private let queue: DatabaseQueue

    /// Opens the file read-only.
    ///
    /// SQLite reads beside a server by way of two small files, which it makes when they are not there. Where it may not,
    /// and there is no server that has them, the file is read as one that nobody changes.
    ///
    /// - Throws: ``StoreError/unreadable(path:reason:)``
    package init(_ file: URL) throws {
        do {
            try self.init(file, openedAs: file.path)
        } catch let refusal as DatabaseError {
            let waiting = (try? FileManager.default.attributesOfItem(atPath: file.path + "-wal"))?[.size] as? Int ?? 0
            guard refusal.isAboutTheFolder, FileManager.default.isReadableFile(atPath: file.path) else {
                throw StoreError.unreadable(path: file.path, reason: reason(of: refusal))
            }
            guard waiting == 0 else {
                throw StoreError.unreadable(
                    path: file.path,
                    reason: "its newest entries are in \(file.lastPathComponent)-wal, which can only be read where "
                        + "SQLite may write beside it; copy the folder and verify the copy")
            }
            try self.init(unchanging: file)
        }
    }

    /// Opens a file that nothing writes to, and that nothing can be written beside.
    package init(unchanging file: URL) throws {
        let unreserved = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "/-._~"))
        let path = file.path.addingPercentEncoding(withAllowedCharacters: unreserved) ?? file.path
        do {
            try self.init(file, openedAs: "file:\(path)?immutable=1")
        } catch {
            throw StoreError.unreadable(path: file.path, reason: reason(of: error))
        }
    }

    private init(_ file: URL, openedAs path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        self.file = file
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Runs `body` on the log as it is now.
    func read<Result>(_ body: (Snapshot) throws -> Result) throws -> Result {
        do {
            return try queue.read { try body(Snapshot($0)) }
        } catch let error as DatabaseError {
            throw StoreError.unreadable(path: file.path, reason: reason(of: error))
        }
    }

    /// Writes the log and its newest checkpoint to a new folder, as plain files (C2SP tlog-tiles).
    /// - Returns: The number of entries.
    /// - Throws: ``AuditLogError/export(path:reason:)``, ``StoreError/unreadable(path:reason:)``
    package func export(to folder: URL) throws -> Int {
        try read { db in
            guard let row = try db.row("SELECT note FROM audit_checkpoint WHERE id = 1") else {
                throw AuditLogError.export(path: folder.path, reason: "the log is empty")
            }
            var (writer, size) = (try TlogDirectoryWriter(folder: folder), 0)
            try db.forEach("SELECT entry FROM audit_entries ORDER BY position") { row in
                try writer.append(row.blob("entry"))
                size += 1
            }
            try writer.finish(checkpoint: row.text("note"))
            return size
        }
    }
}

extension DatabaseError {
    /// What SQLite says where it may not make the files that it reads a log of writes with.
    fileprivate var isAboutTheFolder: Bool {
        [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(resultCode)
    }
}
