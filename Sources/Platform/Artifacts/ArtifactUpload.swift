import Crypto
package import Foundation
package import MartletDomain
import Metadata

/// A file on its way in: bytes are appended as they come, and it appears under its name when it is finished.
///
/// One that is not finished leaves nothing. Not to be used from two tasks at once.
package final class ArtifactUpload {
    private let artifacts: Artifacts
    private let path: ArtifactPath
    private let target: URL
    private let temporary: URL
    private var file: FileHandle?
    private var hash = SHA256()
    private var size: Int64 = 0

    fileprivate init(_ artifacts: Artifacts, to path: ArtifactPath) throws {
        (self.artifacts, self.path) = (artifacts, path)
        guard !path.names.isEmpty else { throw ArtifactError.isFolder("") }
        target = try artifacts.localURL(path)
        temporary = artifacts.temporaryURL()
        guard FileManager.default.createFile(atPath: temporary.path, contents: nil) else {
            throw ArtifactError.storageFailed(path: "\(path)", reason: "no file could be made")
        }
        file = try FileHandle(forWritingTo: temporary)
    }

    deinit {
        guard let file else { return }
        try? file.close()
        try? FileManager.default.removeItem(at: temporary)
    }

    /// Takes more bytes.
    /// - Throws: ``ArtifactError/tooLarge(path:limit:)``.
    package func append(_ bytes: UnsafeRawBufferPointer) throws {
        guard size + Int64(bytes.count) <= artifacts.sizeLimit else {
            throw ArtifactError.tooLarge(path: "\(path)", limit: artifacts.sizeLimit)
        }
        guard !bytes.isEmpty else { return }
        do {
            try file?.write(contentsOf: Data(bytes))
        } catch {
            throw ArtifactError.storageFailed(path: "\(path)", reason: "the disk refused the bytes")
        }
        hash.update(bufferPointer: bytes)
        size += Int64(bytes.count)
    }

    /// Puts the file under its name; it is durable, and logged, when this returns.
    /// - Parameter expectedSize: How many bytes were announced, if any were.
    /// - Returns: The SHA-256 of its bytes, in hexadecimal.
    @discardableResult
    package func finish(expectedSize: Int64? = nil, by caller: Caller) async throws -> String {
        if let expectedSize, expectedSize != size {
            throw ArtifactError.cutShort(path: "\(path)", expected: expectedSize, received: size)
        }
        guard let file, await Self.sync(file) else {
            throw ArtifactError.storageFailed(path: "\(path)", reason: "the disk refused the bytes")
        }
        try file.close()
        self.file = nil
        let sha256 = hash.finalize().hexadecimal
        let parameters = ["path": "\(path)", "bytes": "\(size)", "sha256": sha256]
        let (path, target, temporary, size) = (path, target.path, temporary.path, size)
        do {
            let made = try await artifacts.store.change(AuditAction("artifacts", "upload", parameters), by: caller) {
                db in
                try db.requireUnsealed(path)
                // Within the change, so that no seal can come between the question and the name.
                let made = try Self.place(temporary, at: target, path)
                try db.execute(
                    "INSERT INTO artifact_files (path, sha256, bytes, change) VALUES (?, ?, ?, ?) "
                        + "ON CONFLICT (path) DO UPDATE SET sha256 = excluded.sha256, bytes = excluded.bytes, "
                        + "change = excluded.change",
                    [.text("\(path)"), .text(sha256), .integer(size), .integer(try db.next("artifact_change"))])
                return made
            }
            for folder in [(target as NSString).deletingLastPathComponent] + made { try FileSystem.syncFolder(folder) }
        } catch {
            try? FileManager.default.removeItem(at: self.temporary)
            if let failure = error as? FileSystem.Failure {
                throw ArtifactError.storageFailed(path: "\(path)", reason: failure.description)
            }
            throw error
        }
        return sha256
    }

    private static func place(_ temporary: String, at target: String, _ path: ArtifactPath) throws -> [String] {
        do {
            guard FileSystem.kind(of: target) != .folder else { throw ArtifactError.nameTaken("\(path)") }
            let made = try FileSystem.makeFolders((target as NSString).deletingLastPathComponent)
            try FileSystem.move(temporary, to: target)
            return made
        } catch is FileSystem.Failure {
            throw ArtifactError.nameTaken("\(path)")
        }
    }

    /// Off the threads that answer requests, because a disk takes its time.
    private static func sync(_ file: FileHandle) async -> Bool {
        let descriptor = file.fileDescriptor
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: FileSystem.sync(descriptor)) }
        }
    }
}

extension Artifacts {
    /// Begins to receive a file.
    package func upload(to path: ArtifactPath) async throws -> ArtifactUpload {
        // Asked here too, so that nobody sends gigabytes to be refused; the answer that counts comes at the end.
        try await store.read { try $0.requireUnsealed(path) }
        return try ArtifactUpload(self, to: path)
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

extension Digest {
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: self.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
