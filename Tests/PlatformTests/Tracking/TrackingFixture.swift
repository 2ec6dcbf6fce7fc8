import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform

/// Tracking and files over a fresh database in a folder of its own, which goes away with it.
func withTracking(_ body: (Tracking, Artifacts, Caller) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-tracking-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let identity = AuditIdentity(workspaceID: "test", key: try LogSigningKey.generate(name: "martlet.test"))
    let store = try Store(at: folder.appending(path: "metadata.sqlite"), identity: identity, durability: .normal)
    let artifacts = try Artifacts(root: folder.appending(path: "artifacts"), store: store, sizeLimit: 1 << 20)
    try await body(Tracking(store: store), artifacts, Caller(.anyone, requestID: "test"))
    try await store.close()
}

extension InvalidRequest {
    /// The first problem that `body` is refused for, or nil.
    static func problem(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch let error as InvalidRequest {
            return error.problems.first
        } catch {
            return "\(error)"
        }
    }
}
