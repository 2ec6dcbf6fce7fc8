import Crypto
import Foundation
import MartletDomain
package import Metadata

/// What is in a folder of the store: equal digests mean equal names and bytes.
package struct ArtifactDigest: Sendable, Hashable {
    /// SHA-256, in hexadecimal, over a line `sha256␠␠path\n` a file, sorted by path (relative to the folder).
    package var sha256: String
    package var fileCount: Int
    package var bytes: Int64
    /// The number of the last change of files when the reading began.
    var asOf: Int64
    /// How many of the files the store knew then. None of them is changed or deleted unless they become fewer.
    var known: Int64
}

extension Artifacts {
    /// Reads all files under `directory`, a path in words or an `mlflow-artifacts:` address, in constant memory.
    /// - Throws: ``ArtifactError/nothingToSeal(_:)`` when there are none.
    package func digest(of directory: String) async throws -> ArtifactDigest {
        let path = try ArtifactPath.inStore(uri: directory) ?? ArtifactPath(directory)
        let url = try localURL(path)
        let (asOf, known) = try await store.read { db in
            let asOf = try db.lastArtifactChange()
            return (asOf, try db.countFiles(under: "\(path)", notAfter: asOf))
        }
        let (sha256, fileCount, bytes) = try await offTheCooperativePool { try Self.hash(filesUnder: url, path) }
        return ArtifactDigest(sha256: sha256, fileCount: fileCount, bytes: bytes, asOf: asOf, known: known)
    }

    private static func hash(
        filesUnder url: URL, _ path: ArtifactPath
    ) throws -> (sha256: String, fileCount: Int, bytes: Int64) {
        let files = ((try? FileManager.default.subpathsOfDirectory(atPath: url.path)) ?? []).filter {
            FileSystem.kind(of: url.appending(path: $0).path) == .file
        }
        guard !files.isEmpty else { throw ArtifactError.nothingToSeal("\(path)") }
        var (lines, bytes) = (SHA256(), Int64(0))
        for file in files.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            let handle = try FileHandle(forReadingFrom: url.appending(path: file))
            defer { try? handle.close() }
            var hash = SHA256()
            while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
                hash.update(data: data)
                bytes += Int64(data.count)
            }
            lines.update(data: Data("\(hash.finalize().hexadecimal)  \(file)\n".utf8))
        }
        return (lines.finalize().hexadecimal, files.count, bytes)
    }

    /// Seals a folder, within the change that needs it sealed: from its commit on, nothing under `directory` is uploaded or
    /// deleted. Sealing again with the same digest changes nothing.
    /// - Throws: ``ArtifactError/changedMeanwhile(prefix:)`` when a file came, changed or went meanwhile.
    package static func recordSeal(_ directory: String, _ digest: ArtifactDigest, in db: Transaction) throws {
        let path = "\(try ArtifactPath.inStore(uri: directory) ?? ArtifactPath(directory))"
        let changed = try db.row(
            "SELECT path FROM artifact_files WHERE path >= ? AND path < ? AND change > ? LIMIT 1",
            [.text(path + "/"), .text(path + "0"), .integer(digest.asOf)])
        let known = try db.countFiles(under: path, notAfter: digest.asOf)
        guard changed == nil, known == digest.known else { throw ArtifactError.changedMeanwhile(prefix: path) }
        if let sealed = try db.row("SELECT digest FROM sealed_artifacts WHERE prefix = ?", [.text(path)]) {
            guard try sealed.text("digest") == digest.sha256 else { throw ArtifactError.changedMeanwhile(prefix: path) }
            return
        }
        try db.execute(
            "INSERT INTO sealed_artifacts (prefix, digest, sealed_at) VALUES (?, ?, ?)",
            [.text(path), .text(digest.sha256), .integer(db.now)])
        db.note("sealed", path)
        db.note("sealed_sha256", digest.sha256)
    }
}

extension Snapshot {
    /// How many files under a folder are as a change made them that was not after this one.
    fileprivate func countFiles(under path: String, notAfter change: Int64) throws -> Int64 {
        try row(
            "SELECT COUNT(*) AS files FROM artifact_files WHERE path >= ? AND path < ? AND change <= ?",
            [.text(path + "/"), .text(path + "0"), .integer(change)])?.integer("files") ?? 0
    }

    /// - Throws: ``ArtifactError/sealed(path:prefix:)`` when `path` or a folder above it is sealed.
    func requireUnsealed(_ path: ArtifactPath) throws {
        let prefixes = path.prefixes
        guard prefixes.count <= 1_000 else { throw ArtifactError.badPath("\(path)", reason: "it is too deep") }
        for prefix in prefixes {
            if try row("SELECT digest FROM sealed_artifacts WHERE prefix = ?", [.text(prefix)]) != nil {
                throw ArtifactError.sealed(path: "\(path)", prefix: prefix)
            }
        }
    }

    /// A sealed folder within `path`, or nil.
    func sealedBelow(_ path: String) throws -> String? {
        try row(
            "SELECT prefix FROM sealed_artifacts WHERE prefix >= ? AND prefix < ? LIMIT 1",
            [.text(path + "/"), .text(path + "0")])?.text("prefix")
    }
}
