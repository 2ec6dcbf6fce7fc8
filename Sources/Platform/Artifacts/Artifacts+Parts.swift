import Foundation
import MartletDomain
import Metadata

/// One part of a file on its way in. It waits under its number and digest, so that a part that is sent again replaces the
/// one before, and who completes the upload says which bytes are meant.
package final class PartUpload: Sendable {
    private let artifacts: Artifacts
    private let upload: OpenUpload
    private let number: Int
    private let folder: URL
    private let incoming: IncomingFile

    fileprivate init(
        _ artifacts: Artifacts, _ upload: OpenUpload, number: Int, digests: AnnouncedDigests
    ) throws {
        (self.artifacts, self.upload, self.number) = (artifacts, upload, number)
        folder = artifacts.partsFolder(of: upload.id)
        incoming = try IncomingFile(
            at: artifacts.temporaryURL().path, for: upload.path, limit: artifacts.sizeLimit, digests: digests)
    }

    /// Takes more bytes; blocks while the disk takes them.
    /// - Throws: ``ArtifactError/tooLarge(path:limit:)``.
    package func append(_ bytes: UnsafeRawBufferPointer) throws { try incoming.append(bytes) }

    /// The part is durable when this returns.
    /// - Returns: The SHA-256 of its bytes, in hexadecimal: what the part is called when the upload is completed.
    /// - Throws: ``ArtifactError/tooLarge(path:limit:)`` when all parts are larger than a file may be,
    ///   ``ArtifactError/noUpload(_:)`` when the upload was completed or aborted meanwhile.
    package func finish(expectedSize: Int64? = nil) async throws -> String {
        try await artifacts.parts.inTurn(upload.id) {
            try await offTheCooperativePool { [self] in try place(expectedSize: expectedSize) }
        }
    }

    private func place(expectedSize: Int64?) throws -> String {
        let file = try incoming.finish(expectedSize: expectedSize)
        let sha256 = file.sha256
        do {
            let (total, isThere) = artifacts.partSizes.total(of: upload.id, in: folder, with: number, of: file.size)
            guard total <= artifacts.sizeLimit else {
                throw ArtifactError.tooLarge(path: "\(upload.path)", limit: artifacts.sizeLimit)
            }
            if !FileManager.default.fileExists(atPath: folder.path) {
                for folder in try FileSystem.makeFolders(folder.path) { try FileSystem.syncFolder(folder) }
            }
            let name = Part.name(number, sha256)
            try FileSystem.move(file.temporary, to: folder.appending(path: name).path)
            incoming.taken()
            artifacts.partSizes.note(file.size, of: number, of: upload.id)
            if isThere { removeOthers(than: name) }
            try FileSystem.syncFolder(folder.path)
            guard try artifacts.store.lookUp({ try $0.openUpload(upload.id, at: Artifacts.now) }) != nil else {
                // Whoever ended the upload may have removed its parts before this one came.
                artifacts.removeParts(of: upload.id)
                throw ArtifactError.noUpload(upload.id)
            }
        } catch let failure as FileSystem.Failure {
            throw ArtifactError.storageFailed(path: "\(upload.path)", reason: failure.description)
        }
        return sha256
    }

    /// Removes what came before under this part's number.
    private func removeOthers(than name: String) {
        for other in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        where other.hasPrefix("\(number)-") && other != name {
            try? FileManager.default.removeItem(at: folder.appending(path: other))
        }
    }
}

/// A part that waits for its upload to be completed.
struct Part: Sendable, Hashable {
    var number: Int
    /// In hexadecimal.
    var sha256: String
    var size: Int64

    static func name(_ number: Int, _ sha256: String) -> String { "\(number)-\(sha256)" }

    static func inFolder(_ folder: URL) -> [Part] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).compactMap { name in
            let halves = name.split(separator: "-")
            guard halves.count == 2, let number = Int(halves[0]),
                let details = FileSystem.details(of: folder.appending(path: name).path)
            else { return nil }
            return Part(number: number, sha256: String(halves[1]), size: details.size)
        }
    }
}

extension Artifacts {
    /// Begins to receive a part.
    /// - Throws: ``ArtifactError/linkRefused`` unless the upload is open, has such a part, and the secret is its own.
    package func uploadPart(
        _ number: Int, of id: String, secret: String, digests: AnnouncedDigests = AnnouncedDigests()
    ) async throws -> PartUpload {
        let found = try await store.read { try $0.openUpload(id, at: Self.now) }
        guard let upload = found?.upload, (1...upload.parts).contains(number), secret.utf8.count <= 128,
            AccessToken.areEqual(Self.hash(secret), upload.secretHash)
        else { throw ArtifactError.linkRefused }
        return try PartUpload(self, upload, number: number, digests: digests)
    }
}
