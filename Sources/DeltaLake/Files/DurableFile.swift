import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Files that outlive a power cut once the call has returned.
enum DurableFile {
    /// Writes a new file and waits until the disk has it. The name becomes durable with ``syncFolder(_:)``.
    static func write(_ data: Data, to path: String) throws(DeltaError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("create", path) }
        var offset = 0
        while offset < data.count {
            let written = data.withUnsafeBytes { bytes in
                #if canImport(Darwin)
                    Darwin.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
                #elseif canImport(Musl)
                    Musl.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
                #else
                    Glibc.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
                #endif
            }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else {
                let error = failure("write", path)
                close(descriptor)
                unlink(path)
                throw error
            }
            offset += written
        }
        guard fsync(descriptor) == 0 else {
            let error = failure("write", path)
            close(descriptor)
            unlink(path)
            throw error
        }
        close(descriptor)
    }

    /// Waits until the disk has the content of a file that somebody else wrote.
    static func syncFile(_ path: String) throws(DeltaError) { try sync(path, O_RDONLY) }

    /// Waits until the disk has the names in a folder.
    static func syncFolder(_ path: String) throws(DeltaError) { try sync(path, O_RDONLY | O_DIRECTORY) }

    /// Makes a folder and those above it, durably.
    static func makeFolder(_ path: String) throws(DeltaError) {
        if folderExists(path) { return }
        let parent = (path as NSString).deletingLastPathComponent
        if !parent.isEmpty, parent != path { try makeFolder(parent) }
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure("create", path) }
        try syncFolder(parent.isEmpty ? "." : parent)
    }

    /// Gives a file a second name unless that name is taken.
    /// - Returns: False when it is taken.
    static func link(_ path: String, ifAbsent name: String) throws(DeltaError) -> Bool {
        #if canImport(Darwin)
            let result = Darwin.link(path, name)
        #elseif canImport(Musl)
            let result = Musl.link(path, name)
        #else
            let result = Glibc.link(path, name)
        #endif
        if result == 0 { return true }
        guard errno == EEXIST else { throw failure("create", name) }
        return false
    }

    static func move(_ path: String, to name: String) throws(DeltaError) {
        guard rename(path, name) == 0 else { throw failure("rename", path) }
    }

    static func remove(_ path: String) { unlink(path) }

    static func folderExists(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    /// Size in bytes and time of the last change in milliseconds since 1970; nil when there is no such file.
    static func attributes(_ path: String) -> (bytes: Int64, modified: Int64, isRegular: Bool, isLink: Bool)? {
        var information = stat()
        guard lstat(path, &information) == 0 else { return nil }
        #if canImport(Darwin)
            let time = information.st_mtimespec
        #else
            let time = information.st_mtim
        #endif
        let kind = information.st_mode & S_IFMT
        let milliseconds = Int64(time.tv_sec).multipliedReportingOverflow(by: 1000)
        let modified = milliseconds.overflow ? 0 : milliseconds.partialValue &+ Int64(time.tv_nsec / 1_000_000)
        return (Int64(information.st_size), modified, kind == S_IFREG, kind == S_IFLNK)
    }

    /// The path with every link followed; nil when something of it is missing.
    static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func sync(_ path: String, _ flags: Int32) throws(DeltaError) {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("save", path) }
    }

    private static func failure(_ operation: String, _ path: String) -> DeltaError {
        let reason = String(cString: strerror(errno))
        return .fileSystem(operation: operation, file: (path as NSString).lastPathComponent, reason: reason)
    }
}
