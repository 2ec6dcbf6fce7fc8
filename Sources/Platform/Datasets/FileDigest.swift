import Crypto
import Foundation
import MartletDomain
import Synchronization

/// The SHA-256 of a file, computed on a thread of its own while the file is imported.
final class FileDigest: Sendable {
    private let file: LentFile
    private let result = Mutex<Result<(digest: String, state: LentFile.State), any Error>?>(nil)
    private let done = DispatchSemaphore(value: 0)

    init(of file: LentFile) {
        self.file = file
        let thread = Thread { [self] in
            let digest = Result { try Self.digest(of: file) }
            result.withLock { $0 = digest }
            done.signal()
        }
        thread.name = "file digest"
        thread.start()
    }

    /// Waits until it is computed. May be asked again and again.
    /// - Throws: ``DatasetError/unreadableFile(_:reason:)`` when the file has changed since it was first opened.
    func wait() throws -> String {
        done.wait()
        defer { done.signal() }
        let found = try result.withLock { try $0?.get() }
        guard let found, try file.state() == found.state else {
            throw DatasetError.unreadableFile(
                file.location.lastPathComponent, reason: "it was changed while it was read; import it again")
        }
        return found.digest
    }

    private static func digest(of file: LentFile) throws -> (digest: String, state: LentFile.State) {
        let before = try file.state()
        let handle = try FileHandle(forReadingFrom: file.location)
        defer { try? handle.close() }
        var hash = SHA256()
        while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty { hash.update(data: data) }
        return (hash.finalize().hexadecimal, before)
    }
}
