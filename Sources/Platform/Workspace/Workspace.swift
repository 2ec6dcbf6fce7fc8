package import Foundation
package import MartletDomain

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A workspace's folder and where things lie in it.
package struct Workspace: Sendable {
    package let folder: URL

    package init(_ folder: URL) { self.folder = folder.standardizedFileURL }

    package var configurationFile: URL { folder.appending(path: "martlet.yaml") }
    package var metadataFile: URL { folder.appending(path: "metadata.sqlite") }
    package var artifacts: URL { folder.appending(path: "artifacts") }
    package var tables: URL { folder.appending(path: "tables") }
    /// What served features had in memory, so that they need not be computed from their tables again.
    package var online: URL { folder.appending(path: "online") }
    package var audit: URL { folder.appending(path: "audit") }
    package var signingKeyFile: URL { audit.appending(path: "log.key") }
    package var verificationKeyFile: URL { audit.appending(path: "log.pub") }
    /// What finds entries of the log; may be deleted at any time.
    package var auditIndex: URL { audit.appending(path: "index.sqlite") }
    /// The key that webhooks' secrets are encrypted with.
    package var secretKeyFile: URL { folder.appending(path: "secrets.key") }
    /// Files on their way in, and what the engine spills; emptied when the workspace opens.
    package var scratch: URL { folder.appending(path: "scratch") }
    var lockFile: URL { folder.appending(path: "lock") }

    /// Whether somebody has made it: a folder that only holds other things is not a workspace.
    package var exists: Bool { FileManager.default.fileExists(atPath: metadataFile.path) }

    /// - Throws: ``WorkspaceError/notWritable(_:reason:)``
    func makeFolders() throws(WorkspaceError) {
        for folder in [folder, artifacts, tables, online, audit, scratch] {
            do {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            } catch {
                var isFolder: ObjCBool = false
                let isFile = FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder)
                let system = (error as NSError).userInfo[NSUnderlyingErrorKey] as? POSIXError
                throw .notWritable(
                    folder.path,
                    reason: isFile && !isFolder.boolValue
                        ? "it is a file"
                        : system.map { String(cString: strerror($0.code.rawValue)) } ?? error.localizedDescription)
            }
        }
    }

    /// What a client could not finish sending before a crash is of no use to anybody. Only for who has the lock.
    func emptyScratch() throws {
        for leftover in try FileManager.default.contentsOfDirectory(at: scratch, includingPropertiesForKeys: nil) {
            try FileManager.default.removeItem(at: leftover)
        }
    }
}

/// The right to be the one process that has a workspace open; given back when it is closed or the process ends.
package final class WorkspaceLock: Sendable {
    private let descriptor: Int32

    /// - Throws: ``WorkspaceError/inUse(_:)`` when another process has it.
    init(_ workspace: Workspace) throws {
        descriptor = open(workspace.lockFile.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw WorkspaceError.notWritable(workspace.folder.path, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            _ = close(descriptor)
            throw WorkspaceError.inUse(workspace.folder.path)
        }
    }

    /// Gives the workspace back.
    func release() { _ = flock(descriptor, LOCK_UN) }

    deinit { _ = close(descriptor) }
}

/// A workspace could not be opened or made.
package enum WorkspaceError: MartletError, Equatable {
    case inUse(String)
    case alreadyExists(String)
    case notWritable(String, reason: String)
    case configuration(String, reason: String)

    package var code: ErrorCode {
        switch self {
        case .inUse: .temporarilyUnavailable
        case .alreadyExists: .resourceAlreadyExists
        case .notWritable, .configuration: .invalidState
        }
    }

    package var message: String {
        switch self {
        case .inUse(let folder):
            "The workspace \(folder) is open in another process. Name its server with --server URL, or stop that process."
        case .alreadyExists(let folder):
            "There is a workspace in \(folder) already; nothing was changed. Choose another folder with --workspace DIR."
        case .notWritable(let folder, let reason):
            "The folder \(folder) cannot be written: \(reason). Name one that can be with --workspace DIR."
        case .configuration(let file, let reason):
            "\(file) is not a valid configuration: \(reason.hasSuffix(".") ? String(reason.dropLast()) : reason). Mend the file; nothing was opened."
        }
    }
}
