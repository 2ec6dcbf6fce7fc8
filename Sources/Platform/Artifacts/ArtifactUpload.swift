package import Foundation
package import MartletDomain
import Metadata

/// A file on its way in: bytes are appended as they come, and it appears under its name when it is finished.
///
/// One that is not finished leaves nothing. Bytes are appended by one task at a time.
package final class ArtifactUpload: Sendable {
    private let artifacts: Artifacts
    private let incoming: IncomingFile

    fileprivate init(_ artifacts: Artifacts, to path: ArtifactPath, digests: AnnouncedDigests) throws {
        self.artifacts = artifacts
        guard !path.names.isEmpty else { throw ArtifactError.isFolder("") }
        _ = try artifacts.localURL(path)
        incoming = try IncomingFile(
            at: artifacts.temporaryURL().path, for: path, limit: artifacts.sizeLimit, digests: digests)
    }

    /// Takes more bytes; blocks while the disk takes them.
    /// - Throws: ``ArtifactError/tooLarge(path:limit:)``.
    package func append(_ bytes: UnsafeRawBufferPointer) throws { try incoming.append(bytes) }

    /// Puts the file under its name; it is durable, and logged, when this returns.
    /// - Parameter expectedSize: How many bytes were announced, if any were.
    /// - Returns: The SHA-256 of its bytes, in hexadecimal.
    /// - Throws: ``ArtifactError/digestMismatch(path:algorithm:)``, ``ArtifactError/cutShort(path:expected:received:)``.
    @discardableResult
    package func finish(expectedSize: Int64? = nil, by caller: Caller) async throws -> String {
        // Off the threads that answer requests, because a disk takes its time.
        let stored = try await offTheCooperativePool { [incoming] in try incoming.finish(expectedSize: expectedSize) }
        try await artifacts.place(stored, AuditAction("artifacts", "upload"), by: caller) { _ in }
        incoming.taken()
        return stored.sha256
    }
}

extension Artifacts {
    /// Begins to receive a file.
    package func upload(
        to path: ArtifactPath, digests: AnnouncedDigests = AnnouncedDigests()
    ) async throws -> ArtifactUpload {
        // Asked here too, so that nobody sends gigabytes to be refused; the answer that counts comes at the end.
        try store.lookUp { try $0.requireUnsealed(path) }
        return try ArtifactUpload(self, to: path, digests: digests)
    }

    /// Gives a file its name, in one change with `also`; both are durable when this returns.
    func place(
        _ file: StoredFile, _ action: AuditAction, by caller: Caller,
        also: @escaping @Sendable (Transaction) throws -> Void
    ) async throws {
        var action = action
        action.parameters.merge(["path": "\(file.path)", "bytes": "\(file.size)", "sha256": file.sha256]) { $1 }
        _ = try localURL(file.path)
        do {
            try await changeFiles(action, by: caller) { [bin] db, id in
                try db.requireUnsealed(file.path)
                try also(db)
                // Within the change, so that no seal can come between the question and the name.
                let change = try bin.place(file.temporary, at: file.path, for: id, in: db)
                try db.execute(
                    "INSERT INTO artifact_files (path, sha256, bytes, change, modified_at) VALUES (?, ?, ?, ?, ?) "
                        + "ON CONFLICT (path) DO UPDATE SET sha256 = excluded.sha256, bytes = excluded.bytes, "
                        + "change = excluded.change, modified_at = excluded.modified_at",
                    [
                        .text("\(file.path)"), .text(file.sha256), .integer(file.size),
                        .integer(change), .integer(file.modifiedAt),
                    ])
            }
        } catch let failure as FileSystem.Failure {
            throw ArtifactError.storageFailed(path: "\(file.path)", reason: failure.description)
        }
    }

    /// Stores a whole file.
    /// - Returns: The SHA-256 of its bytes, in hexadecimal.
    @discardableResult
    package func write(_ data: Data, to path: ArtifactPath, by caller: Caller) async throws -> String {
        let upload = try await upload(to: path)
        try data.withUnsafeBytes { try upload.append($0) }
        return try await upload.finish(by: caller)
    }

    /// Stores a whole file at a path in words or an `mlflow-artifacts:` address.
    @discardableResult
    package func write(_ data: Data, to path: String, by caller: Caller) async throws -> String {
        try await write(data, to: try ArtifactPath.inStore(uri: path) ?? ArtifactPath(path), by: caller)
    }

    /// Stores every file of a local folder under `path`, in constant memory.
    package func write(folder: URL, to path: String, by caller: Caller) async throws {
        let base = try ArtifactPath.inStore(uri: path) ?? ArtifactPath(path)
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() {
            let source = folder.appending(path: name)
            guard FileSystem.kind(of: source.path) == .file else { continue }
            let upload = try await upload(to: base.appending(try ArtifactPath(name)))
            let file = try FileHandle(forReadingFrom: source)
            defer { try? file.close() }
            while let data = try file.read(upToCount: 1 << 20), !data.isEmpty {
                try data.withUnsafeBytes { try upload.append($0) }
            }
            try await upload.finish(by: caller)
        }
    }
}
