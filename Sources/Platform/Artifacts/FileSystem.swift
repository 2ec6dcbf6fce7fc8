import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The file system's own words, for what Foundation does not say: links, and what is on the disk.
enum FileSystem {
    enum Kind { case file, folder, link, other }

    struct Failure: Error, CustomStringConvertible {
        var path: String
        /// The system's number for what is wrong.
        var code: Int32
        var description: String

        init(_ what: String, _ path: String) {
            let code = errno
            (self.path, self.code) = (path, code)
            description = "\(what) \(path): \(String(cString: strerror(code)))"
        }

        /// Whether a folder stands where a file would be, or a file where a folder would.
        var isOfNames: Bool { [ENOTDIR, EEXIST, EISDIR].contains(code) }
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    /// What stands at `path`, links not followed; nil for nothing.
    static func kind(of path: String) -> Kind? {
        guard let status = status(path) else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        case S_IFLNK: return .link
        default: return .other
        }
    }

    /// Size in bytes and time of the last change, in seconds since 1970 UTC.
    static func details(of path: String) -> (size: Int64, changedAt: Int64)? {
        guard let status = status(path) else { return nil }
        return (Int64(status.st_size), Int64(status.st_mtim.tv_sec))
    }

    /// `path` with links resolved; nil when nothing is there.
    static func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// Waits until the names in a folder are on the disk.
    static func syncFolder(_ path: String) throws {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw Failure("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Failure("fsync", path) }
    }

    /// Gives what is at `path` another name, replacing a file that has it.
    static func move(_ path: String, to target: String) throws {
        guard rename(path, target) == 0 else { throw Failure("rename", path) }
    }

    /// Gives a file a second name, under which it stays when the first is given to another. Where the file system knows
    /// no second names it has the new one alone.
    static func keep(_ path: String, as target: String) throws {
        guard link(path, target) != 0 else { return }
        try move(path, to: target)
    }

    /// Removes a folder in which nothing is; leaves everything else as it is.
    static func removeIfEmpty(_ path: String) { _ = rmdir(path) }

    /// Makes a folder and those above it.
    /// - Returns: The folders whose names changed by that, deepest first.
    static func makeFolders(_ path: String) throws -> [String] {
        if kind(of: path) != nil { return [] }
        let parent = (path as NSString).deletingLastPathComponent
        guard !parent.isEmpty, parent != path else { throw Failure("mkdir", path) }
        let above = try makeFolders(parent)
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw Failure("mkdir", path) }
        return [parent] + above
    }
}
