import Foundation
package import MartletDomain
import Metadata

/// A stored file that is open for reading. What is read stays the same bytes, also when the file is replaced meanwhile.
package final class OpenArtifact: Sendable {
    /// The last of the path's names.
    package let name: String
    package let sizeInBytes: Int64
    /// Nanoseconds since 1970 UTC.
    package let modifiedAt: Int64
    /// In hexadecimal; nil for a file that did not come in by the server, or was changed since.
    package let sha256: String?
    private let file: OpenFile

    fileprivate init(name: String, size: Int64, modifiedAt: Int64, sha256: String?, file: OpenFile) {
        (self.name, sizeInBytes, self.modifiedAt) = (name, size, modifiedAt)
        (self.sha256, self.file) = (sha256, file)
    }

    /// Fills `buffer` with bytes from `offset` on; blocks while the disk reads.
    /// - Returns: How many there were; fewer than the buffer takes only at the file's end.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        try file.read(into: buffer, at: offset)
    }

    /// Tells the system that much of the file will be read from front to back.
    package func willBeReadInOrder() { file.willReadInOrder() }
}

extension Artifacts {
    /// Opens the file at `path` for reading.
    /// - Throws: ``ArtifactError/notFound(_:)``, ``ArtifactError/isFolder(_:)``, ``ArtifactError/leadsOutside(_:)``.
    package func open(_ path: ArtifactPath) async throws -> OpenArtifact {
        let url = try localURL(path)
        guard let real = FileSystem.realPath(url.path) else { throw ArtifactError.notFound("\(path)") }
        guard real == root.path || real.hasPrefix(root.path.asFolder) else {
            throw ArtifactError.leadsOutside("\(path)")
        }
        guard FileSystem.kind(of: real) != .folder else { throw ArtifactError.isFolder("\(path)") }
        guard let file = OpenFile.read(real) else { throw ArtifactError.notFound("\(path)") }
        let (size, modifiedAt) = try file.details()
        let sha256 = try store.lookUp { db -> String? in
            guard
                let row = try db.row(
                    "SELECT sha256, bytes, modified_at FROM artifact_files WHERE path = ?", [.text("\(path)")]),
                try row.integer("bytes") == size, try row.integerIfPresent("modified_at") == modifiedAt
            else { return nil }
            return try row.text("sha256")
        }
        return OpenArtifact(
            name: path.names.last ?? "", size: size, modifiedAt: modifiedAt, sha256: sha256, file: file)
    }
}
