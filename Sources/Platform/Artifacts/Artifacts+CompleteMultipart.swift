import Foundation
package import MartletDomain
import Metadata

extension Artifacts {
    /// Joins the parts of an upload, in their order, to the file that it is; durable and logged when this returns.
    ///
    /// - Parameter parts: Every part's number and SHA-256, in ascending order from 1.
    /// - Returns: The SHA-256 of the file's bytes, in hexadecimal.
    /// - Throws: ``ArtifactError/badParts(reason:)`` when they are not what was sent; the upload is open still.
    @discardableResult
    package func completeMultipart(
        _ id: String, to path: ArtifactPath, parts: [(number: Int, sha256: String)], by caller: Caller
    ) async throws -> String {
        let action = AuditAction("artifacts", "complete_multipart", ["upload": id, "parts": "\(parts.count)"])
        let joined: StoredFile
        do {
            try caller.authorize(action)
            let upload = try await store.read { try $0.openUpload(id, of: path, by: caller, at: Self.now) }
            let chosen = try Self.choose(parts, of: upload, from: Part.inFolder(partsFolder(of: id)))
            joined = try await offTheCooperativePool { [self] in try join(chosen, of: upload) }
        } catch let refusal as any MartletError {
            return try await store.change(action, by: caller) { _ in throw refusal }
        }
        do {
            try await place(joined, action, by: caller) { db in
                // Somebody may have completed or aborted it meanwhile.
                _ = try db.openUpload(id, of: path, by: caller, at: db.now)
                try db.execute("DELETE FROM artifact_uploads WHERE id = ?", [.text(id)])
            }
        } catch {
            try? FileManager.default.removeItem(atPath: joined.temporary)
            throw error
        }
        try await self.parts.inTurn(id) { removeParts(of: id) }
        return joined.sha256
    }

    private static func choose(
        _ named: [(number: Int, sha256: String)], of upload: OpenUpload, from waiting: [Part]
    ) throws -> [Part] {
        guard named.map(\.number) == Array(1...upload.parts) else {
            throw ArtifactError.badParts(
                reason: "it has the parts 1 to \(upload.parts), and each is named once, in ascending order")
        }
        let waiting = Dictionary(waiting.map { (Part.name($0.number, $0.sha256), $0) }) { first, _ in first }
        return try named.map { number, sha256 in
            guard let part = waiting[Part.name(number, sha256)] else {
                throw ArtifactError.badParts(reason: "part \(number) did not arrive, or has another ETag now")
            }
            return part
        }
    }

    /// Copies the parts into one file, hashing it on the way, in constant memory.
    private func join(_ parts: [Part], of upload: OpenUpload) throws -> StoredFile {
        let folder = partsFolder(of: upload.id)
        let target = try IncomingFile(
            at: temporaryURL().path, for: upload.path, limit: sizeLimit, digests: AnnouncedDigests())
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        for part in parts {
            guard let file = OpenFile.read(folder.appending(path: Part.name(part.number, part.sha256)).path) else {
                throw ArtifactError.badParts(reason: "part \(part.number) was replaced while the parts were joined")
            }
            var offset: Int64 = 0
            while true {
                let count = try file.read(into: buffer, at: offset)
                try target.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                offset += Int64(count)
                if count < buffer.count { break }
            }
            guard offset == part.size else {
                throw ArtifactError.badParts(reason: "part \(part.number) is shorter than it was")
            }
        }
        let joined = try target.finish(expectedSize: nil)
        target.taken()
        return joined
    }
}
