import AuditLog
import Foundation
package import MartletDomain
package import Metadata

/// What is in a folder of the store: equal digests mean equal names and bytes.
package struct ArtifactDigest: Sendable, Hashable {
    /// SHA-256, in hexadecimal, over a line `sha256␠␠path\n` a file, sorted by path (relative to the folder).
    package var sha256: String
    package var fileCount: Int { files.count }
    package var bytes: Int64 { files.reduce(0) { $0 + $1.bytes } }
    /// Sorted by path in UTF-8.
    package var files: [SealedFile]
    /// The root of RFC 6962's Merkle tree (SHA-256) whose leaves are those lines, in that order: a single file is
    /// proven to be sealed without the others.
    package var root: String
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
        let (files, links) = try await offTheCooperativePool { [hashes] in try hashes.files(under: url.path) }
        if let link = links.first {
            throw InvalidRequest(
                "'\(path)' was not sealed: '\(link)' is a link, and what it leads to could change. Put the file in its place."
            )
        }
        guard !files.isEmpty else { throw ArtifactError.nothingToSeal("\(path)") }
        return ArtifactDigest(
            sha256: Self.lineDigest(of: files), files: files, root: Self.root(of: files), asOf: asOf, known: known)
    }

    /// SHA-256 over the lines of files.
    static func lineDigest(of files: [SealedFile]) -> String {
        CanonicalJSON.sha256Hex(files.map(\.line).joined())
    }

    static func root(of files: [SealedFile]) -> String {
        MerkleTree.root(of: files.map { MerkleTree.leafHash(Array($0.line.utf8)) }).hex
    }

    /// Makes sure that a folder holds what was sealed. Files that the file system says are the same are not read again.
    ///
    /// - Parameters:
    ///   - digest: The one that was registered.
    ///   - subject: What is to be used, for the refusal: `churn/7`.
    /// - Throws: ``SealBroken`` with every file that was changed, added, or is missing.
    package func requireSealed(_ directory: String, digest: String, subject: String) async throws {
        let path = try ArtifactPath.inStore(uri: directory) ?? ArtifactPath(directory)
        let url = try localURL(path)
        let (files, links) = try await offTheCooperativePool { [hashes] in try hashes.files(under: url.path) }
        guard links.isEmpty, Self.lineDigest(of: files) == digest else {
            let sealed = try store.lookUp { try $0.seal(of: "\(path)") }
            let known = sealed.map { Self.lineDigest(of: $0) } == digest ? sealed : nil
            throw SealBroken(
                subject: subject,
                differences: (known?.differences(to: files) ?? []) + links.map { .added(path: $0) })
        }
    }

    /// The files of a sealed folder as they were sealed; nil when it is not, or was before files were recorded.
    package func seal(of directory: String) async throws -> (files: [SealedFile], root: String)? {
        let path = try ArtifactPath.inStore(uri: directory) ?? ArtifactPath(directory)
        return try await store.read { db in try db.seal(of: "\(path)").map { ($0, Self.root(of: $0)) } }
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
            // One that was sealed before files were recorded.
            if try db.seal(of: path) == nil { try db.insert(digest, sealedAt: path) }
            return
        }
        try db.execute(
            "INSERT INTO sealed_artifacts (prefix, digest, sealed_at) VALUES (?, ?, ?)",
            [.text(path), .text(digest.sha256), .integer(db.now)])
        try db.insert(digest, sealedAt: path)
        db.note("sealed", path)
        db.note("sealed_sha256", digest.sha256)
        db.note("sealed_root", digest.root)
    }
}

extension Transaction {
    fileprivate func insert(_ digest: ArtifactDigest, sealedAt prefix: String) throws {
        for file in digest.files {
            try execute(
                "INSERT INTO sealed_files (prefix, path, sha256, bytes) VALUES (?, ?, ?, ?)",
                [.text(prefix), .text(file.path), .text(file.sha256), .integer(file.bytes)])
        }
    }
}

extension Snapshot {
    /// Sorted by path in UTF-8.
    fileprivate func seal(of prefix: String) throws -> [SealedFile]? {
        let files = try rows("SELECT path, sha256, bytes FROM sealed_files WHERE prefix = ?", [.text(prefix)]).map {
            SealedFile(path: try $0.text("path"), sha256: try $0.text("sha256"), bytes: try $0.integer("bytes"))
        }
        return files.isEmpty ? nil : files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

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
