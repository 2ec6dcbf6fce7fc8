internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Files that are whole or absent, also after a power cut.
enum DurableFile {
    /// Writes beside the place, syncs, then renames over it.
    static func write(_ bytes: [UInt8], to file: URL) throws(ModelError) {
        let folder = file.deletingLastPathComponent()
        let draft = folder.appendingPathComponent(".\(file.lastPathComponent).\(UUID().uuidString).draft")
        do throws(ModelError) {
            try writeNew(bytes, to: draft)
            guard rename(draft.path, file.path) == 0 else { throw failure(file, "was not put in place") }
            try sync(folder)
        } catch {
            unlink(draft.path)
            throw error
        }
    }

    /// Writes and syncs a file that must not exist yet.
    static func writeNew(_ bytes: [UInt8], to file: URL) throws(ModelError) {
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(file, "could not be made") }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                systemWrite(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(file, "could not be written") }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw failure(file, "could not be synced") }
    }

    /// Makes the names in a folder durable.
    static func sync(_ folder: URL) throws(ModelError) {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(folder, "could not be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(folder, "could not be synced") }
    }

    /// The bytes of a regular file of at most `limit` bytes.
    static func read(_ file: URL, limit: Int) throws(ModelError) -> [UInt8] {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(file, "could not be opened") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(file, "could not be read") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .storage(path: file.path, reason: "this is not a file") }
        guard status.st_size <= limit else {
            throw .storage(path: file.path, reason: "\(status.st_size) bytes are more than the \(limit) that are read")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let size = bytes.count
            let count = bytes.withUnsafeMutableBytes { bytes in
                systemRead(descriptor, bytes.baseAddress?.advanced(by: filled), size - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(file, "ended early") }
            filled += count
        }
        return bytes
    }

    private static func failure(_ file: URL, _ what: String) -> ModelError {
        let reason = String(cString: strerror(errno))
        return .storage(path: file.path, reason: "\(what) (\(reason))")
    }
}

/// `write` and `read` of the system, out of reach of the functions of the same name above.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}

private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
