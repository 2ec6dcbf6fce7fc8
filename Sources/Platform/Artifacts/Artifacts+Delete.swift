package import MartletDomain
import Metadata

extension Artifacts {
    /// Deletes a file, or a folder with all that is in it; nothing, as MLflow has it, when there is neither.
    /// - Throws: ``ArtifactError/sealed(path:prefix:)`` when any of it is sealed.
    package func delete(_ path: ArtifactPath, by caller: Caller) async throws {
        guard !path.names.isEmpty else { throw ArtifactError.badPath("", reason: "it is the whole store") }
        _ = try localURL(path)
        try await changeFiles(AuditAction("artifacts", "delete", ["path": "\(path)"]), by: caller) { [bin] db, id in
            try db.requireUnsealed(path)
            if let sealed = try db.sealedBelow("\(path)") {
                throw ArtifactError.sealed(path: "\(path)", prefix: sealed)
            }
            guard let change = try bin.take([path], for: id, in: db) else { return }
            try db.execute("DELETE FROM artifact_files WHERE path = ?", [.text("\(path)")])
            try db.execute(
                "DELETE FROM artifact_files WHERE path >= ? AND path < ?", [.text("\(path)/"), .text("\(path)0")])
            db.note("change", "\(change)")
        }
    }
}
