import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files that a power cut leaves either as they were or whole.
enum DurableBytes {
    /// Writes `bytes` under the name `temporary`, waits for the disk, and renames; both lie on one file system.
    static func write(_ bytes: [UInt8], to file: URL, by temporary: URL) throws(AuditLogError) {
        let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw failure(file) }
        do {
            defer { _ = close(descriptor) }
            var written = 0
            while written < bytes.count {
                let count = bytes[written...].withUnsafeBytes {
                    systemWrite(descriptor, $0.baseAddress, $0.count)
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw failure(file) }
                written += count
            }
            guard fsync(descriptor) == 0 else { throw failure(file) }
        } catch let error as AuditLogError {
            unlink(temporary.path)
            throw error
        } catch {
            throw failure(file)
        }
        guard rename(temporary.path, file.path) == 0 else { throw failure(file) }
    }

    /// Waits until the names in a folder are on disk.
    static func synchronize(_ folder: String) throws(AuditLogError) {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(URL(fileURLWithPath: folder)) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(URL(fileURLWithPath: folder)) }
    }

    private static func failure(_ file: URL) -> AuditLogError {
        .export(path: file.path, reason: String(cString: strerror(errno)))
    }
}

private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
