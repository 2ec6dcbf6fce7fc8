package import Foundation
package import Logging
package import MartletDomain
package import MartletServer
import Metadata
package import Platform

/// Lends a fresh folder, and removes it.
package func withTemporaryFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}

/// Lends a fresh workspace, then closes and removes it.
/// - Parameter webhooks: Whom its webhooks may ask; by default nobody on this machine.
package func withWorkspace<Result>(
    policy: Policy = .open, webhooks: WebhookSettings = WebhookSettings(), clock: WallClock = .system,
    _ body: (Platform) async throws -> Result
) async throws -> Result {
    try await withTemporaryFolder { folder in
        if webhooks != WebhookSettings() {
            try WorkspaceConfiguration(workspace: "test", policy: policy, webhooks: webhooks).write(Workspace(folder))
        }
        let platform = try await Platform.open(Workspace(folder), creating: policy, durability: .normal, clock: clock)
        let result: Result
        do {
            result = try await body(platform)
        } catch {
            try? await platform.close()
            throw error
        }
        try await platform.close()
        return result
    }
}

/// Lends the whole server over a fresh workspace, asked without a socket; then closes and removes the workspace.
package func withServer<Result>(
    policy: Policy = .open, webhooks: WebhookSettings = WebhookSettings(), interface: InterfaceFolder? = nil,
    clock: WallClock = .system, _ body: (TestServer) async throws -> Result
) async throws -> Result {
    try await withWorkspace(policy: policy, webhooks: webhooks, clock: clock) {
        try await body(TestServer(platform: $0, interface: interface))
    }
}

extension Caller {
    /// Whoever uses an open workspace.
    package static let anyone = Caller(.anyone, requestID: "test")
}

/// A logger that says next to nothing. It keeps metadata, in which a request's id travels.
package func quietLogger() -> Logger {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}

extension Platform {
    /// Gives a workspace a table of one row, for what only needs one to be there.
    package func writeTable(_ name: String) async throws {
        _ = try await datasets.write(
            TableName(name), .append, selecting: "SELECT 1 AS one", operation: .imported, by: .setup)
    }
}
