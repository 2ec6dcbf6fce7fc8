import Crypto
import Foundation
import MartletDomain
import Synchronization

/// A file that grows in the store's incoming folder while its bytes are hashed, and is gone when nobody took it over.
final class IncomingFile: Sendable {
    let path: String
    private let file: OpenFile
    private let artifact: ArtifactPath
    /// The largest size that is taken, in bytes.
    private let limit: Int64
    private let progress: Mutex<Progress>

    private struct Progress: Sendable {
        var size: Int64 = 0
        var sha256 = SHA256()
        var check: DigestCheck
        /// How many of the bytes the system was asked to write to the disk.
        var writtenOut: Int64 = 0
        var isTaken = false
    }

    /// Bytes are hashed and written while they are in the processor's cache.
    private static let stride = 256 << 10
    /// After so many bytes the system is asked to begin writing them to the disk.
    private static let writeOutStride: Int64 = 8 << 20

    init(at path: String, for artifact: ArtifactPath, limit: Int64, digests: AnnouncedDigests) throws {
        (self.path, self.artifact, self.limit) = (path, artifact, limit)
        progress = Mutex(Progress(check: DigestCheck(digests)))
        do {
            file = try OpenFile.create(path)
        } catch let failure as FileSystem.Failure {
            throw ArtifactError.storageFailed(path: "\(artifact)", reason: failure.description)
        }
    }

    deinit {
        guard !progress.withLock(\.isTaken) else { return }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// In bytes.
    var size: Int64 { progress.withLock(\.size) }

    /// Takes more bytes; blocks while the disk takes them.
    /// - Throws: ``ArtifactError/tooLarge(path:limit:)``, ``ArtifactError/storageFailed(path:reason:)``.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        try progress.withLock { progress in
            guard Int64(bytes.count) <= limit - progress.size else {
                throw ArtifactError.tooLarge(path: "\(artifact)", limit: limit)
            }
            var start = 0
            while start < bytes.count {
                let end = min(start + Self.stride, bytes.count)
                let part = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                progress.sha256.update(bufferPointer: part)
                progress.check.update(part)
                do {
                    try file.append(part)
                } catch {
                    throw ArtifactError.storageFailed(path: "\(artifact)", reason: "the disk refused the bytes")
                }
                start = end
            }
            progress.size += Int64(bytes.count)
            guard progress.size - progress.writtenOut >= Self.writeOutStride else { return }
            file.beginWritingOut(from: progress.writtenOut, count: progress.size - progress.writtenOut)
            progress.writtenOut = progress.size
        }
    }

    /// Checks what was announced and waits until the file is on the disk.
    /// - Throws: ``ArtifactError/cutShort(path:expected:received:)``, ``ArtifactError/digestMismatch(path:algorithm:)``.
    func finish(expectedSize: Int64?) throws -> StoredFile {
        try progress.withLock { progress in
            if let expectedSize, expectedSize != progress.size {
                throw ArtifactError.cutShort(path: "\(artifact)", expected: expectedSize, received: progress.size)
            }
            let digest = progress.sha256.finalize()
            if let wrong = progress.check.mismatch(sha256: digest) {
                throw ArtifactError.digestMismatch(path: "\(artifact)", algorithm: wrong)
            }
            do {
                try file.sync()
                return StoredFile(
                    path: artifact, temporary: path, sha256: digest.hexadecimal, size: progress.size,
                    modifiedAt: try file.details().modifiedAt)
            } catch {
                throw ArtifactError.storageFailed(path: "\(artifact)", reason: "the disk refused the bytes")
            }
        }
    }

    /// Says that the file has another name now, or another keeper.
    func taken() { progress.withLock { $0.isTaken = true } }
}

/// A file that is on the disk, not yet under its name.
struct StoredFile: Sendable {
    var path: ArtifactPath
    var temporary: String
    /// In hexadecimal.
    var sha256: String
    /// In bytes.
    var size: Int64
    /// Nanoseconds since 1970 UTC.
    var modifiedAt: Int64
}
