package import Foundation
package import MartletDomain

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes a file so that a power cut leaves either the old one or the whole new one:
/// temporary, fsync, rename, fsync the folder.
package func durablyWrite(_ data: Data, to file: URL) throws {
    let temporary = file.deletingLastPathComponent().appending(path: ".\(UUID().uuidString).tmp")
    do {
        try data.write(to: temporary)
        try synchronize(temporary)
        guard rename(temporary.path, file.path) == 0 else { throw FileError(file.path, errno) }
        try synchronize(file.deletingLastPathComponent())
    } catch {
        try? FileManager.default.removeItem(at: temporary)
        throw error
    }
}

/// Waits until a file, or the names in a folder, are on disk.
package func synchronize(_ file: URL) throws {
    let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(file.path, errno) }
    defer { _ = close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError(file.path, errno) }
}

/// The operating system refused something about a file.
package struct FileError: MartletError {
    package var path: String
    package var reason: String

    package init(_ path: String, _ number: Int32) {
        (self.path, reason) = (path, String(cString: strerror(number)))
    }

    package var code: ErrorCode { .internalError }
    package var message: String { "The file \(path) could not be written: \(reason)." }
}
