import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file with one secret in it.
enum SecretFile {
    /// Writes the key to a new file that only its owner can read (mode 0600), durable when this returns.
    ///
    /// The file appears whole or not at all: it is written and synced under another name, then linked.
    ///
    /// - Throws: ``AuditLogError/keyFileExists(path:)`` if there is a file already, else
    ///   ``AuditLogError/keyFile(path:reason:)``.
    static func store(_ secret: String, at file: URL) throws(AuditLogError) {
        let path = file.path
        let temporary = path + ".new-\(UInt64.random(in: .min ... .max))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .keyFile(path: path, reason: Self.systemError()) }
        defer { unlink(temporary) }
        do {
            defer { close(descriptor) }
            let bytes = Array((secret + "\n").utf8)
            var written = 0
            while written < bytes.count {
                let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw AuditLogError.keyFile(path: path, reason: Self.systemError()) }
                written += count
            }
            guard fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0 else {
                throw AuditLogError.keyFile(path: path, reason: Self.systemError())
            }
        } catch let error as AuditLogError {
            throw error
        } catch {
            throw .keyFile(path: path, reason: "\(error)")
        }
        // Unlike rename, link refuses when the name is taken.
        guard link(temporary, path) == 0 else {
            throw errno == EEXIST ? .keyFileExists(path: path) : .keyFile(path: path, reason: Self.systemError())
        }
        try Self.syncFolder(of: file)
    }

    /// Reads what ``store(_:at:)`` wrote.
    ///
    /// - Throws: ``AuditLogError/keyFile(path:reason:)`` if it is missing, open to others, or cut off.
    static func contents(of file: URL) throws(AuditLogError) -> String {
        let path = file.path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .keyFile(path: path, reason: Self.systemError()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .keyFile(path: path, reason: Self.systemError()) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .keyFile(path: path, reason: "it is no plain file") }
        guard status.st_mode & 0o077 == 0 else {
            throw .keyFile(path: path, reason: "others may read or write it; run: chmod 600 \(path)")
        }
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw .keyFile(path: path, reason: Self.systemError()) }
        guard count < buffer.count, let text = String(validating: buffer.prefix(count), as: UTF8.self),
            text.utf8.last == UInt8(ascii: "\n")
        else { throw .keyFile(path: path, reason: "it holds no key, or one that was cut off") }
        return String(text.dropLast())
    }

    private static func syncFolder(of file: URL) throws(AuditLogError) {
        let folder = file.deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .keyFile(path: file.path, reason: systemError()) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .keyFile(path: file.path, reason: systemError()) }
    }

    private static func systemError() -> String { String(cString: strerror(errno)) }
}
