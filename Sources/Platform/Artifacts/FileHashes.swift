import Crypto
import Foundation
import MartletDomain
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the file system says of a file. No program changes a file's bytes without changing one of these: the time of
/// the inode's last change cannot be set.
struct FileStamp: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64
    var size: Int64
    /// Nanoseconds since 1970 UTC.
    var modifiedAt: Int64
    var changedAt: Int64

    /// Nil for what is no file.
    init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
        size = Int64(status.st_size)
        modifiedAt = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
        changedAt = Int64(status.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_ctim.tv_nsec)
    }
}

/// Digests of files that were read, kept for as long as the file system says that the files are the same.
///
/// A file that was changed within the last two seconds is not remembered: a second change in the same tick of the file
/// system's clock would leave the same times.
final class FileHashes: Sendable {
    private static let most = 100_000
    private static let settled: Int64 = 2_000_000_000

    private let known = Mutex<[FileStamp: String]>([:])
    private let read = Mutex(0)

    /// How many files were read since the process began; the others were remembered.
    var filesRead: Int { read.withLock(\.self) }

    /// SHA-256 of a file's bytes, in hexadecimal, and their number; nil when it is no file, or not any more.
    func hash(of path: String) throws -> (sha256: String, bytes: Int64)? {
        guard let before = FileStamp(path) else { return nil }
        if let hash = known.withLock({ $0[before] }) { return (hash, before.size) }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let began = Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec)
        let (sha256, bytes) = try Self.read(path)
        read.withLock { $0 += 1 }
        if FileStamp(path) == before, before.changedAt < began - Self.settled {
            known.withLock { known in
                if known.count >= Self.most { known = [:] }
                known[before] = sha256
            }
        }
        return (sha256, bytes)
    }

    private static func read(_ path: String) throws -> (String, Int64) {
        let handle = try FileHandle(forReadingFrom: URL(filePath: path, directoryHint: .notDirectory))
        defer { try? handle.close() }
        var (hash, bytes) = (SHA256(), Int64(0))
        while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
            hash.update(data: data)
            bytes += Int64(data.count)
        }
        return (hash.finalize().hexadecimal, bytes)
    }

    /// Every file below a folder, sorted by path in UTF-8, and the links among them, which a seal does not cover.
    func files(under folder: String) throws -> (files: [SealedFile], links: [String]) {
        var (files, links): ([SealedFile], [String]) = ([], [])
        for path in (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? [] {
            let place = folder.asFolder + path
            switch FileSystem.kind(of: place) {
            case .file:
                guard let (sha256, bytes) = try hash(of: place) else { continue }
                files.append(SealedFile(path: path, sha256: sha256, bytes: bytes))
            case .link: links.append(path)
            default: continue
            }
        }
        files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        return (files, links.sorted())
    }
}
