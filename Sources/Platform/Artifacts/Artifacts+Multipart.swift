import Crypto
import Foundation
package import MartletDomain
import Metadata

/// A file that arrives in parts, each by a request of its own, several at a time and in any order.
package struct MultipartUpload: Sendable, Hashable {
    package var id: String
    package var path: ArtifactPath
    /// They are numbered from 1 to this.
    package var parts: Int
    /// Whoever has it may send parts. Shown once; only its hash is kept.
    package var secret: String
    /// Milliseconds since 1970 UTC.
    package var expiresAt: Int64
}

extension Artifacts {
    /// The most parts a file may come in.
    package static let mostParts = 10_000
    /// The most uploads that may be open at once.
    package static let mostUploads = 1_000
    /// How long parts are taken, in milliseconds.
    package static let multipartLifetime: Int64 = 86_400_000

    /// Begins to receive a file in parts, and clears those uploads away that have expired.
    /// - Throws: ``ArtifactError/badParts(reason:)``, ``ArtifactError/tooManyUploads(limit:)``,
    ///   ``ArtifactError/sealed(path:prefix:)``.
    package func beginMultipart(
        to path: ArtifactPath, parts: Int, by caller: Caller
    ) async throws -> MultipartUpload {
        _ = try localURL(path)
        guard (1...Self.mostParts).contains(parts) else {
            throw ArtifactError.badParts(reason: "a file comes in 1 to \(Self.mostParts) parts, not \(parts)")
        }
        let id = newID()
        let secret = SymmetricKey(size: .bits256).withUnsafeBytes { $0.hexadecimal }
        let hash = Self.hash(secret)
        let parameters = ["path": "\(path)", "parts": "\(parts)", "upload": id]
        let (expiresAt, dead) = try await store.change(
            AuditAction("artifacts", "begin_multipart", parameters), by: caller
        ) { db in
            try db.requireUnsealed(path)
            let dead = try db.rows(
                "DELETE FROM artifact_uploads WHERE expires_at <= ? RETURNING id", [.integer(db.now)]
            )
            .map { try $0.text("id") }
            let open = try db.row("SELECT COUNT(*) AS open FROM artifact_uploads")?.integer("open") ?? 0
            guard open < Int64(Self.mostUploads) else { throw ArtifactError.tooManyUploads(limit: Self.mostUploads) }
            let expiresAt = db.now + Self.multipartLifetime
            try db.execute(
                "INSERT INTO artifact_uploads (id, path, parts, secret_hash, begun_by, begun_at, expires_at) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(id), .text("\(path)"), .integer(Int64(parts)), .text(hash), .text(caller.user.name),
                    .integer(db.now), .integer(expiresAt),
                ])
            return (expiresAt, dead)
        }
        for dead in dead { try await self.parts.inTurn(dead) { removeParts(of: dead) } }
        return MultipartUpload(id: id, path: path, parts: parts, secret: secret, expiresAt: expiresAt)
    }

    /// Gives an upload up; its parts are gone.
    /// - Throws: ``ArtifactError/noUpload(_:)``, ``ArtifactError/foreignUpload(_:)``.
    package func abortMultipart(_ id: String, to path: ArtifactPath, by caller: Caller) async throws {
        try await store.change(
            AuditAction("artifacts", "abort_multipart", ["path": "\(path)", "upload": id]), by: caller
        ) { db in
            _ = try db.openUpload(id, of: path, by: caller, at: db.now)
            try db.execute("DELETE FROM artifact_uploads WHERE id = ?", [.text(id)])
        }
        try await parts.inTurn(id) { removeParts(of: id) }
    }

    /// Removes the parts of uploads that have expired, and those that no upload owns; asked when the workspace opens.
    package func sweepParts(by caller: Caller) async throws {
        let (open, expired) = try await store.read { db in
            let rows = try db.rows("SELECT id, expires_at FROM artifact_uploads")
            let expired = try rows.filter { try $0.integer("expires_at") <= Self.now }
            return (Set(try rows.map { try $0.text("id") }), Set(try expired.map { try $0.text("id") }))
        }
        if !expired.isEmpty {
            try await store.change(
                AuditAction("artifacts", "expire_multipart", ["uploads": "\(expired.count)"]), by: caller
            ) { db in try db.execute("DELETE FROM artifact_uploads WHERE expires_at <= ?", [.integer(db.now)]) }
        }
        let incoming = root.appending(path: ArtifactPath.incoming).path
        for name in (try? FileManager.default.contentsOfDirectory(atPath: incoming)) ?? [] {
            guard name.hasPrefix(Self.partsPrefix) else { continue }
            let id = String(name.dropFirst(Self.partsPrefix.count))
            guard !open.contains(id) || expired.contains(id) else { continue }
            try await parts.inTurn(id) { removeParts(of: id) }
        }
    }

    /// Asked in the upload's turn, so that no part is being put there meanwhile.
    func removeParts(of id: String) {
        try? FileManager.default.removeItem(at: partsFolder(of: id))
        partSizes.forget(id)
    }

    /// Where the parts of an upload wait; `id` is one of ours.
    func partsFolder(of id: String) -> URL {
        root.appending(path: "\(ArtifactPath.incoming)/\(Self.partsPrefix)\(id)")
    }

    /// What the names of parts' folders begin with.
    static let partsPrefix = "parts-"

    static func hash(_ secret: String) -> String { SHA256.hash(data: Data(secret.utf8)).hexadecimal }
}

/// What is known of an upload that is open.
struct OpenUpload: Sendable {
    var id: String
    var path: ArtifactPath
    var parts: Int
    var secretHash: String
}

extension Snapshot {
    /// An upload that nobody has completed or aborted and whose time has not run out; nil for any other.
    func openUpload(_ id: String, at now: Int64) throws -> (upload: OpenUpload, begunBy: String)? {
        guard let row = try row("SELECT * FROM artifact_uploads WHERE id = ?", [.text(id)]),
            try row.integer("expires_at") > now
        else { return nil }
        let upload = OpenUpload(
            id: try row.text("id"), path: try ArtifactPath(try row.text("path")),
            parts: Int(try row.integer("parts")), secretHash: try row.text("secret_hash"))
        return (upload, try row.text("begun_by"))
    }

    /// As `openUpload(_:at:)`, for who ends it.
    func openUpload(_ id: String, of path: ArtifactPath, by caller: Caller, at now: Int64) throws -> OpenUpload {
        guard let (upload, begunBy) = try openUpload(id, at: now), upload.path == path else {
            throw ArtifactError.noUpload(String(id.prefix(64)))
        }
        guard begunBy == caller.user.name else { throw ArtifactError.foreignUpload(id) }
        return upload
    }
}
