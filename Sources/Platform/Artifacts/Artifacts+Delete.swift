import Foundation
package import MartletDomain
import Metadata

extension Artifacts {
    /// Deletes a file, or a folder with all that is in it; nothing, as MLflow has it, when there is neither.
    /// - Throws: ``ArtifactError/sealed(path:prefix:)`` when any of it is sealed.
    package func delete(_ path: ArtifactPath, by caller: Caller) async throws {
        guard !path.names.isEmpty else { throw ArtifactError.badPath("", reason: "it is the whole store") }
        let (target, bin) = (try localURL(path).path, temporaryURL())
        let isThere = try await store.change(
            AuditAction("artifacts", "delete", ["path": "\(path)"]), by: caller
        ) { db -> Bool in
            try db.requireUnsealed(path)
            if let sealed = try db.sealedBelow("\(path)") {
                throw ArtifactError.sealed(path: "\(path)", prefix: sealed)
            }
            guard FileSystem.kind(of: target) != nil else { return false }
            try db.execute("DELETE FROM artifact_files WHERE path = ?", [.text("\(path)")])
            try db.execute(
                "DELETE FROM artifact_files WHERE path >= ? AND path < ?", [.text("\(path)/"), .text("\(path)0")])
            db.note("change", "\(try db.next("artifact_change"))")
            try FileSystem.move(target, to: bin.path)
            return true
        }
        guard isThere else { return }
        try FileSystem.syncFolder((target as NSString).deletingLastPathComponent)
        try? FileManager.default.removeItem(at: bin)
    }
}
