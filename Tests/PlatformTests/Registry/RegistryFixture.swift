import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform

/// A registry over a fresh store; `models:/m-ID` and `runs:/RUN/PATH` mean folders of its artifact store.
struct RegistryFixture: Sendable {
    let store: Store
    let artifacts: Artifacts
    let registry: Registry

    static let author = caller("author", [.contributor])
    static let checker = caller("checker", [.reviewer])
    static let director = caller("director", [.programManager])
    static let aud = caller("aud", [.auditor])
    /// A second, who has nothing to do with the first.
    static let otherDirector = caller("successor", [.programManager])

    static func caller(_ name: String, _ roles: Set<Role>) -> Caller {
        Caller(User(name: name, roles: roles), requestID: "request-of-\(name)")
    }

    /// Lends a fixture, and removes its folder.
    static func with(_ policy: Policy = .governed, _ body: (RegistryFixture) async throws -> Void) async throws {
        try await with(policies: Policies(policy), body)
    }

    /// As ``with(_:_:)``, with a clock of the test's own.
    /// - Parameter gone: Owners who are deactivated; everybody else is there.
    static func with(
        policies: Policies, clock: WallClock = .system, gone: [String] = [],
        _ body: (RegistryFixture) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "registry-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try Store(
            at: folder.appending(path: "metadata.sqlite"),
            identity: AuditIdentity(workspaceID: "test", key: try LogSigningKey.generate(name: "martlet/test")),
            durability: .normal, clock: clock, authorize: { action, caller in try caller.authorize(action) })
        let artifacts = try Artifacts(root: folder.appending(path: "artifacts"), store: store)
        let resolve: @Sendable (String) async throws -> ModelSource? = { source in
            func found(_ uri: String) -> ModelSource { ModelSource(artifactURI: uri, runID: nil) }
            if source.hasPrefix("models:/m-") { return found("0/models/\(source.dropFirst(8))/artifacts") }
            if source.hasPrefix("runs:/") { return found("mlflow-artifacts:/0/" + source.dropFirst(6)) }
            return source.hasPrefix("mlflow-artifacts:/") ? found(source) : nil
        }
        let registry = Registry(
            store: store, artifacts: artifacts, policies: policies, resolveSource: resolve,
            standing: { _, name in
                gone.contains(name) ? .deactivated(since: nil) : name == "nobody" ? .unknown : .active
            },
            knows: { _, _ in true })
        let fixture = RegistryFixture(store: store, artifacts: artifacts, registry: registry)
        do {
            try await body(fixture)
        } catch {
            try await store.close()
            throw error
        }
        try await store.close()
    }

    /// Registers a version with files of its own.
    @discardableResult
    func register(_ name: String = "flight-delay", files: String = "one", by caller: Caller = author) async throws
        -> ModelVersion
    {
        if (try? await registry.model(name)) == nil { try await registry.createModel(name, by: caller) }
        let id = "m-\(UUID().uuidString.lowercased())"
        try await artifacts.write(Data(files.utf8), to: "0/models/\(id)/artifacts/MLmodel", by: caller)
        return try await registry.createVersion(of: name, source: "models:/\(id)", runID: "run", by: caller)
    }

    static func plan(_ model: String = "flight-delay") throws -> MonitoringPlan {
        MonitoringPlan(
            model: model, owner: "director", frequency: .monthly, reference: try TableReference("flights.training@0"),
            thresholds: .init(), retrainingTrigger: .onDrift)
    }

    static func gate(_ version: ModelVersion, value: Double, minimum: Double = 0.75) throws -> GateResult {
        GateResult(
            version: version.id, metric: "auc", minimum: minimum, value: value,
            outcome: value >= minimum ? .passed : .failed, reason: nil, table: try TableReference("flights.july@0"),
            artifactDigest: version.artifactDigest, by: "", at: 0)
    }

    /// Meets every gate of the governed policy for Production.
    func approve(_ version: ModelVersion) async throws {
        let number = "\(version.id.version)"
        try await registry.signOff(version.id.name, number, for: .staging, by: Self.checker)
        try await registry.signOff(version.id.name, number, for: .production, by: Self.director)
        try await registry.setMonitoringPlan(try Self.plan(version.id.name), by: Self.author)
        try await registry.record(try Self.gate(version, value: 0.8), by: Self.author)
    }

    /// Entries of the audit log, oldest first.
    func entries() async throws -> [AuditEntry] {
        try await store.read { db in
            try db.rows("SELECT entry FROM audit_entries ORDER BY position").map {
                try AuditEntry(encoded: $0.blob("entry"))
            }
        }
    }
}
