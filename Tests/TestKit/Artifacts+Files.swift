package import Foundation
package import MartletDomain
import Metadata
package import Platform

extension Artifacts {
    /// The bytes of the file at a path in words or an `mlflow-artifacts:` address.
    package func read(_ path: String) async throws -> Data {
        let file = try await open(try ArtifactPath.inStore(uri: path) ?? ArtifactPath(path))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(file.sizeInBytes), alignment: 16)
        defer { buffer.deallocate() }
        let count = try file.read(into: buffer, at: 0)
        return Data(buffer.prefix(count))
    }

    /// Seals a folder by itself.
    @discardableResult
    package func seal(directory: String, by caller: Caller) async throws -> ArtifactDigest {
        let digest = try await digest(of: directory)
        try await store.change(AuditAction("test", "seal", ["directory": directory]), by: caller) {
            try Artifacts.recordSeal(directory, digest, in: $0)
        }
        return digest
    }

    /// The digest that a folder was sealed with, or nil.
    package func sealedDigest(of directory: String) async throws -> String? {
        try await store.read { db in
            try db.row("SELECT digest FROM sealed_artifacts WHERE prefix = ?", [.text(directory)])?.text("digest")
        }
    }
}
