package import Foundation
import MartletDomain
import Synchronization

/// A file of this machine that is imported from where it lies. Only who has the workspace open in its own process lends
/// one; no path that comes over a socket is ever read.
package struct LentFile: Sendable {
    /// Without links.
    let location: URL
    /// Called with the bytes read so far and in all.
    let progress: (@Sendable (Int64, Int64) -> Void)?

    /// - Throws: ``DatasetError/unreadableFile(_:reason:)``.
    package init(_ file: URL, progress: (@Sendable (Int64, Int64) -> Void)? = nil) throws {
        let real = file.resolvingSymlinksInPath().standardizedFileURL
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: real.path, isDirectory: &isFolder), !isFolder.boolValue,
            FileManager.default.isReadableFile(atPath: real.path)
        else {
            throw DatasetError.unreadableFile(
                file.lastPathComponent, reason: "the file is not there, or may not be read")
        }
        (location, self.progress) = (real, progress)
    }

    /// Its size and when it was changed last: the same before and after means the same bytes.
    struct State: Equatable {
        var bytes: Int64
        var changed: Date
    }

    func state() throws -> State {
        let attributes = try FileManager.default.attributesOfItem(atPath: location.path)
        return State(
            bytes: attributes[.size] as? Int64 ?? 0, changed: attributes[.modificationDate] as? Date ?? .distantPast)
    }
}

/// The files that are lent at this moment, each by the id that it is imported by.
final class LentFiles: Sendable {
    private let files = Mutex<[String: LentFile]>([:])

    func keep(_ file: LentFile) -> String {
        let id = newID()
        files.withLock { $0[id] = file }
        return id
    }

    func take(_ id: String) -> LentFile? { files.withLock { $0.removeValue(forKey: id) } }
}

extension Datasets {
    /// Lends a file of this machine as if it had been uploaded; it is read when it is imported.
    /// - Returns: What stands for the upload's id.
    package func lend(_ file: LentFile) -> String { lent.keep(file) }
}
