import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file under a descriptor of its own, closed with the last who holds it.
final class OpenFile: Sendable {
    let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { _ = close(descriptor) }

    /// Makes a file that is not there yet.
    static func create(_ path: String) throws -> OpenFile {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileSystem.Failure("open", path) }
        return OpenFile(descriptor)
    }

    /// Opens a regular file, following no link at the path's end; nil when there is none.
    static func read(_ path: String) -> OpenFile? {
        // Without waiting, because a pipe would wait for somebody to write.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        let file = OpenFile(descriptor)
        guard let status = file.status, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return file
    }

    private var status: stat? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status : nil
    }

    /// Size in bytes and the time of the last change, in nanoseconds since 1970 UTC.
    func details() throws -> (size: Int64, modifiedAt: Int64) {
        guard let status else { throw FileSystem.Failure("fstat", "\(descriptor)") }
        let time = status.st_mtim
        let (seconds, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        return (Int64(status.st_size), overflow ? 0 : seconds &+ Int64(time.tv_nsec))
    }

    /// Writes all of the bytes after those before.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if written < 0 {
                guard errno == EINTR else { throw FileSystem.Failure("write", "\(descriptor)") }
            } else {
                rest = rest.dropFirst(written)
            }
        }
    }

    /// Fills `buffer` from `offset` on.
    /// - Returns: How many bytes there were; fewer than the buffer takes only at the file's end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        var count = 0
        while count < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            let got = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(count))
            if got < 0 {
                guard errno == EINTR else { throw FileSystem.Failure("read", "\(descriptor)") }
            } else if got == 0 {
                break
            } else {
                count += got
            }
        }
        return count
    }

    /// Asks the system to begin writing this part to the disk, so that little is left to wait for in the end. What is
    /// being written stays in memory for who reads it next.
    func beginWritingOut(from offset: Int64, count: Int64) {
        _ = posix_fadvise(descriptor, off_t(offset), off_t(count), POSIX_FADV_DONTNEED)
    }

    /// Tells the system that the file is read from front to back.
    func willReadInOrder() {
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    /// Waits until the file is on the disk.
    func sync() throws {
        guard fsync(descriptor) == 0 else { throw FileSystem.Failure("fsync", "\(descriptor)") }
    }
}
