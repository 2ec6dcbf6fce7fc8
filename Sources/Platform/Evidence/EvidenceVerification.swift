import AuditLog
package import Foundation
import MartletDomain

/// What was found in a pack, offline.
package struct EvidenceVerification: Sendable, Hashable, Codable {
    package var model: String
    package var version: String
    package var madeAt: String
    package var fileCount: Int
    /// Entries that were proven to be in the log.
    package var provenEntries: Int
    /// Whose signature was trusted: the log's key, as it is spelt.
    package var key: String
    /// Whether the key came with the pack, and not from its keeper: whoever can change the pack can change it too.
    package var keyIsFromPack: Bool
    package var incomplete: [String]
    /// Empty when everything fits.
    package var problems: [String]

    enum CodingKeys: String, CodingKey {
        case model, version, key, incomplete, problems
        case madeAt = "made_at"
        case fileCount = "file_count"
        case provenEntries = "proven_entries"
        case keyIsFromPack = "key_is_from_pack"
    }

    /// Holds every file against the manifest, the manifest against its signature, and every entry against its proof.
    ///
    /// - Parameter trusted: The log's public key from its keeper; nil takes the one in the pack.
    /// - Throws: ``ZipError`` for what is no pack at all, or a key that is none.
    package init(of data: Data, trusting trusted: String? = nil) throws {
        let archive = try ZipArchive(reading: data)
        guard let text = archive[EvidenceManifest.path],
            let manifest = try? JSONDecoder().decode(EvidenceManifest.self, from: text),
            manifest.format == EvidenceManifest.format
        else { throw ZipError("it has no manifest of the format \(EvidenceManifest.format)") }
        let inside = archive["audit/log.pub"].map { String(decoding: $0, as: UTF8.self) }
        guard let spelt = trusted ?? inside else { throw ZipError("it has no public key, and none was given") }
        let key = try LogVerificationKey(spelt)
        var problems: [String] = []
        let note = archive[EvidenceManifest.notePath].map { String(decoding: $0, as: UTF8.self) } ?? ""
        do {
            let signed = try SignedNote(parsing: note)
            try signed.verify(by: [key])
            if signed.text != EvidenceManifest.note(sha256: text.sha256) {
                problems.append("the manifest is not the one that was signed")
            }
        } catch {
            problems.append("the manifest's signature does not verify: \(error)")
        }
        let listed = Dictionary(manifest.files.map { ($0.path, $0) }) { first, _ in first }
        let own = [EvidenceManifest.path, EvidenceManifest.notePath]
        for file in archive.files where !own.contains(file.path) {
            guard let known = listed[file.path] else {
                problems.append("\(file.path) was added")
                continue
            }
            if file.data.sha256 != known.sha256 { problems.append("\(file.path) was changed") }
        }
        let there = Set(archive.files.map(\.path))
        problems += manifest.files.filter { !there.contains($0.path) }.map { "\($0.path) is missing" }
        var proven = 0
        for file in archive.files where file.path.hasPrefix("audit/proofs/") {
            let name = file.path.dropFirst("audit/proofs/".count).split(separator: ".").first ?? ""
            guard let proof = try? TlogProof(parsing: String(decoding: file.data, as: UTF8.self)),
                "\(proof.index)" == name, let entry = archive["audit/entries/\(name).json"],
                (try? proof.verify(entry: [UInt8](entry), by: key)) != nil
            else {
                problems.append("\(file.path) proves nothing")
                continue
            }
            proven += 1
        }
        (model, version, madeAt) = (manifest.model, manifest.version, manifest.madeAt)
        (fileCount, provenEntries, self.key) = (archive.files.count, proven, key.description)
        keyIsFromPack = trusted == nil
        incomplete = manifest.sections.filter { $0.state != .present }
            .map { "\($0.kind.title): \($0.missing.joined(separator: "; "))" }
        self.problems = problems
    }
}
