import Crypto
package import Foundation
package import MartletDomain
package import Metadata

/// The files of runs and models: one folder, written whole or not at all.
///
/// A file that was acknowledged is on the disk under its name, and the audit log holds its digest.
package struct Artifacts: Sendable {
    /// The folder, with links resolved.
    package let root: URL
    package let store: Store
    /// The largest file that is taken, in bytes.
    package let sizeLimit: Int64

    /// Signs links to files; another in each process, because links live for minutes.
    let linkKey = SymmetricKey(size: .bits256)
    /// Parts of one upload are put in their places one after another.
    let parts = Turns()
    let partSizes = PartSizes()
    /// Digests of sealed files that were read already.
    let hashes = FileHashes()
    /// How many files were read to be held against a seal since the process began.
    package var hashedFiles: Int { hashes.filesRead }
    /// What changes that are not committed yet have moved.
    let bin: ArtifactBin

    /// 5 GB.
    package static let defaultSizeLimit: Int64 = 5_000_000_000

    /// Opens the store of files at `root`, making the folder if it is not there. Puts back what a change had moved that
    /// was not committed when the process before ended, and clears what uploads left unfinished, but for the parts of
    /// those that come in parts: ``sweepParts(by:)``.
    package init(root: URL, store: Store, sizeLimit: Int64 = defaultSizeLimit) throws {
        (self.store, self.sizeLimit) = (store, sizeLimit)
        let incoming = root.appending(path: ArtifactPath.incoming, directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: incoming, withIntermediateDirectories: true)
        self.root = URL(filePath: FileSystem.realPath(root.path) ?? root.path, directoryHint: .isDirectory)
        let bin = ArtifactBin(root: self.root)
        self.bin = bin
        try store.lookUp { try bin.sweep(as: $0) }
    }

    /// The file or folder at `path`, which need not exist.
    /// - Throws: ``ArtifactError/leadsOutside(_:)`` when a link on the way leads out of the store.
    package func localURL(_ path: ArtifactPath) throws -> URL {
        var url = root
        let rootPath = root.path.asFolder
        for name in path.names {
            url.append(path: name, directoryHint: .notDirectory)
            guard let kind = FileSystem.kind(of: url.path) else { continue }
            if kind == .link {
                guard let real = FileSystem.realPath(url.path), real.hasPrefix(rootPath) else {
                    throw ArtifactError.leadsOutside("\(path)")
                }
            }
        }
        return url
    }

    /// As ``localURL(_:)-(ArtifactPath)``, for a path in words or an `mlflow-artifacts:` address.
    package func localURL(_ path: String) throws -> URL {
        try localURL(try ArtifactPath.inStore(uri: path) ?? ArtifactPath(path))
    }

    /// A path for an upload, in the same file system as the store.
    func temporaryURL() -> URL { root.appending(path: "\(ArtifactPath.incoming)/\(newID())") }
}

/// A file or folder of the store.
package struct ArtifactFile: Sendable, Hashable {
    /// The file's own name.
    package var name: String
    package var isFolder: Bool
    /// Nil for a folder.
    package var sizeInBytes: Int64?
    /// Seconds since 1970 UTC.
    package var changedAt: Int64
}
