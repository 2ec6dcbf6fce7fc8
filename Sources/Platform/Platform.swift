import Foundation
package import MartletDomain
import AuditLog
package import Metadata
import QueryEngine

/// What Martlet does, over one workspace. Each capability is handed only earlier ones, so this is the dependency graph.
package struct Platform: Sendable {
    package static let version = "0.1.0"

    package let workspace: Workspace
    package let configuration: WorkspaceConfiguration
    package let audit: Audit
    package let identity: Identity
    package let tracking: Tracking
    package let artifacts: Artifacts
    package let webhooks: Webhooks
    package let retention: Retention
    package let registry: Registry
    package let datasets: Datasets
    package let features: Features
    package let online: OnlineStore
    package let models: Models
    package let scoring: Scoring
    package let monitoring: Monitoring
    package let quality: Quality
    package let evidence: EvidencePacks

    private let store: Store
    private let engine: DuckDBEngine
    private let lock: WorkspaceLock

    /// Opens a workspace, making it when there is none.
    ///
    /// - Parameter policy: What a new workspace gets; an old one has its own in `martlet.yaml`.
    /// - Parameter clock: What time it is for everything that is recorded.
    /// - Throws: ``WorkspaceError``, or what the store says of a damaged one.
    package static func open(
        _ workspace: Workspace, creating policy: Policy = .open, durability: Store.Durability = .full,
        clock: WallClock = .system, isLogged: Bool = true
    ) async throws -> Platform {
        try workspace.makeFolders()
        let lock = try WorkspaceLock(workspace)
        try workspace.emptyScratch()
        let isNew = !workspace.exists
        let configuration = try workspace.configuration(creating: policy)
        let inForce = try PolicyInForce(configuration.policies)
        try Audit.check(configuration.audit, workspace)
        let key = try workspace.signingKey(for: configuration.workspace)
        let desk = AuditDesk()
        let store = try Store(
            at: workspace.metadataFile, identity: AuditIdentity(workspaceID: configuration.workspace, key: key),
            policyDigest: inForce.digest, durability: durability,
            clock: clock, isLogged: isLogged, authorize: { action, caller in try caller.authorize(action) },
            state: AuditedState.queries, promoted: { desk.promoted() })
        let engine = try DuckDBEngine(configuration: DuckDBConfiguration(configuration.engine, workspace))
        let audit = Audit(store: store, workspace: workspace, settings: configuration.audit, desk: desk)
        let platform = try Platform(workspace, configuration, store, engine, lock, audit)
        if isNew {
            try await store.change(AuditAction("workspace", "create", ["policy": inForce.text]), by: .setup) { db in
                try inForce.record(in: db)
            }
        }
        try await inForce.adopt(in: store)
        _ = try await platform.datasets.recover(by: .setup)
        try await platform.artifacts.sweepParts(by: .setup)
        return platform
    }

    private init(
        _ workspace: Workspace, _ configuration: WorkspaceConfiguration, _ store: Store, _ engine: DuckDBEngine,
        _ lock: WorkspaceLock, _ audit: Audit
    ) throws {
        (self.workspace, self.configuration) = (workspace, configuration)
        (self.store, self.engine, self.lock) = (store, engine, lock)
        self.audit = audit
        identity = Identity(
            store: store, isOpen: configuration.identity == .open, settings: configuration.authentication,
            customRoles: configuration.roles)
        tracking = Tracking(store: store)
        artifacts = try Artifacts(root: workspace.artifacts, store: store)
        let webhooks = Webhooks(
            store: store, settings: configuration.webhooks, secretKey: workspace.secretKeyFile)
        self.webhooks = webhooks
        retention = Retention(store: store, artifacts: artifacts)
        registry = Registry(
            store: store, artifacts: artifacts, policies: configuration.policies, resolveSource: tracking.modelSource,
            changed: { webhooks.wake() })
        let settings = engine.configuration
        datasets = Datasets(
            store: store, engine: engine, root: workspace.tables, scratch: workspace.scratch,
            engineReading: { file in
                var settings = settings
                settings.files = [file]
                return try DuckDBEngine(configuration: settings)
            })
        features = Features(store: store, datasets: datasets)
        online = OnlineStore(
            store: store, datasets: datasets, features: features, folder: workspace.online,
            settings: configuration.features)
        models = Models(
            store: store, tracking: tracking, artifacts: artifacts, registry: registry, datasets: datasets,
            features: features, scratch: workspace.scratch, threads: configuration.engine.threads)
        scoring = Scoring(
            store: store, registry: registry, datasets: datasets, features: features, online: online,
            models: models, settings: configuration.scoring)
        monitoring = Monitoring(
            store: store, tracking: tracking, artifacts: artifacts, registry: registry, datasets: datasets,
            features: features, models: models)
        quality = Quality(store: store, datasets: datasets)
        evidence = EvidencePacks(
            store: store, tracking: tracking, artifacts: artifacts, registry: registry, datasets: datasets,
            features: features, monitoring: monitoring, audit: audit, workspace: configuration.workspace)
    }

    /// Finishes what was accepted and gives the workspace back.
    package func close() async throws {
        await online.tidy(keeping: true)
        try? await identity.recordUses()
        await audit.round(isLast: true)
        await engine.close()
        try await store.close()
        lock.release()
    }
}

extension DuckDBConfiguration {
    fileprivate init(_ engine: WorkspaceConfiguration.Engine, _ workspace: Workspace) {
        self.init(
            memoryLimitInBytes: engine.memoryLimitInMegabytes << 20, threads: engine.threads,
            temporaryDirectory: workspace.scratch.appending(path: "spill"),
            folders: [workspace.tables, workspace.scratch])
        keptFreeInBytes = engine.keptFreeInMegabytes.map { Self.bytes($0) }
        writeLimitInBytes = engine.writeLimitInMegabytes.map { Self.bytes($0) }
    }

    private static func bytes(_ megabytes: Int) -> Int64 {
        let (bytes, overflow) = Int64(megabytes).multipliedReportingOverflow(by: 1 << 20)
        return overflow ? (megabytes < 0 ? .min : .max) : bytes
    }
}

extension Caller {
    /// Martlet itself, where a workspace is made or mended.
    package static let setup = Caller(.martlet, requestID: "setup")
}
