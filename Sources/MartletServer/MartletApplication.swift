package import Hummingbird
package import Logging
import HummingbirdCore
import MartletDomain
import NIOCore
package import Platform
import ServiceLifecycle
import UnixSignals

/// The server: every route over one platform, with or without a socket.
package struct MartletApplication: Sendable {
    package let platform: Platform
    private let responder: TimeLimitedResponder
    private let prompt: PromptResponder
    private let logger: Logger
    private let settings: ServerSettings
    /// Every route, and what it takes to use it.
    package let routes: [RouteRecord]

    /// How long a request may take before it is cancelled.
    private static let timeLimit: Duration = .seconds(900)

    /// - Parameter interface: MLflow's web interface, to be shown at the server's root; none when nil.
    package init(
        platform: Platform, logger: Logger, settings: ServerSettings = ServerSettings(),
        interface: InterfaceFolder? = nil
    ) {
        (self.platform, self.logger, self.settings) = (platform, logger, settings)
        // What answers GET answers HEAD, as with MLflow's server.
        let router = Router(context: MartletContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestLog())
        let security = RequestSecurity(settings, isOpen: platform.identity.isOpen)
        router.add(middleware: security)
        router.add(middleware: ErrorResponses())
        let book = RouteBook()
        router.add(middleware: AuditedDoors(audit: platform.audit))
        // Before any route, so that who may not come in does not learn which there are.
        router.add(middleware: Authentication(identity: platform.identity, book: book, settings: settings))
        router.add(middleware: AuditedRefusals(audit: platform.audit))
        let routes = Routes(
            router.group(""), gate: Gate(identity: platform.identity, audit: platform.audit), book: book)
        addServerRoutes(to: routes)
        addTlogRoutes(to: routes, audit: platform.audit)
        platform.audit.report { logger.error("\($0)") }
        for prefix in ["api", "ajax-api"] {
            for version in ["2.0", "3.0"] {
                let mlflow = routes.group("\(prefix)/\(version)/mlflow")
                addTrackingRoutes(to: mlflow, tracking: platform.tracking, artifacts: platform.artifacts)
                if version == "2.0" {
                    addRegistryRoutes(to: mlflow, registry: platform.registry)
                    addWebhookRoutes(to: mlflow, webhooks: platform.webhooks)
                    addRegistryWebhookRoutes(to: mlflow, webhooks: platform.webhooks)
                    // As Databricks had it before.
                    let preview = routes.group("\(prefix)/2.0/preview/mlflow")
                    addRegistryRoutes(to: preview, registry: platform.registry)
                    addRegistryWebhookRoutes(to: preview, webhooks: platform.webhooks)
                } else {
                    addServerInfoRoute(to: mlflow, settings: settings)
                }
                addArtifactProxyRoutes(
                    to: routes.group("\(prefix)/\(version)/mlflow-artifacts"), artifacts: platform.artifacts)
            }
        }
        addGetArtifactRoutes(to: routes, platform: platform)
        addLoginRoutes(to: routes, platform.identity, settings)
        addTokenRoutes(to: routes, platform.identity)
        addGraphQLRoute(to: routes, tracking: platform.tracking, registry: platform.registry)
        addInterfaceRoutes(to: routes, folder: interface)
        let martlet = routes.group("api/martlet/1.0")
        addGovernanceRoutes(to: martlet, registry: platform.registry, identity: platform.identity)
        addDatasetRoutes(to: martlet, platform: platform)
        addQualityRoutes(to: martlet, platform: platform)
        addDatasetComparisonRoutes(to: martlet, platform: platform)
        addFeatureRoutes(to: martlet, platform: platform)
        addFeatureTableRoutes(to: martlet, platform: platform)
        addTrainingSetRoutes(to: martlet, platform: platform)
        addOnlineFeatureRoutes(to: martlet, online: platform.online)
        addFeatureCheckRoutes(to: martlet, online: platform.online, registry: platform.registry)
        addFeastRoutes(to: routes, online: platform.online)
        platform.online.notices.report { logger.warning("\($0)") }
        addPackedFeatureRoutes(to: martlet, platform: platform)
        addModelRoutes(to: martlet, platform: platform)
        addScoringRoutes(to: martlet, platform: platform)
        addMonitoringRoutes(to: martlet, platform: platform)
        addAuditRoutes(to: martlet, platform: platform)
        addEvidenceRoutes(to: martlet, platform.evidence)
        addMartletWebhookRoutes(to: martlet, webhooks: platform.webhooks)
        addRetentionRoutes(to: martlet, platform.retention)
        self.routes = book.all
        prompt = PromptResponder(
            online: platform.online, identity: platform.identity, security: security, logger: logger,
            isAudited: platform.audit.settings.records("features.get_online"))
        responder = TimeLimitedResponder(responder: router.buildResponder(), limit: Self.timeLimit)
    }

    /// Answers one request without a socket: what a command does that opens the workspace itself.
    package func respond(to request: Request) async throws -> Response {
        try await responder.respond(to: request, context: MartletContext(logger: logger))
    }

    /// Serves until the process is asked to stop (SIGTERM, SIGINT), then finishes what was accepted. Queries that take longer
    /// than `grace` for it are interrupted.
    ///
    /// - Parameters:
    ///   - host: The address to bind: 127.0.0.1 unless the operator said otherwise.
    ///   - port: 0 takes any free one.
    ///   - listening: Called once with the port, when connections are accepted.
    package func serve(
        host: String, port: Int, grace: Duration = .seconds(10), listening: @escaping @Sendable (Int) async -> Void
    ) async throws {
        if platform.identity.isOpen, !settings.allowsOpenWorkspace, !ServerSettings.isLoopback(host) {
            throw ServerError.openToOthers(host: host)
        }
        let certificates = platform.identity.settings.clientCertificates
        let tls = try settings.tls.map { try TLSIdentity($0, clients: certificates) }
        let application = Application(
            responder: responder,
            server: HTTPServerBuilder { responder in
                let connections = ConnectionChannel(
                    HTTP1Channel(
                        responder: responder,
                        configuration: .init(
                            additionalChannelHandlers: [LargeBodyHandler()], idleTimeout: .seconds(120))), prompt
                ) { [queries = self.responder] in queries.clientHungUp($0) }
                guard let tls else { return connections }
                return TLSConnections(connections: connections, identity: tls)
            },
            configuration: .init(address: .hostname(host, port: port), serverName: "martlet"),
            onServerRunning: { channel in await listening(channel.localAddress?.port ?? port) },
            logger: logger)
        let reloading: [ServiceGroupConfiguration.ServiceConfiguration] =
            tls.map { [.init(service: TLSReloadService(identity: $0, logger: logger))] } ?? []
        let services = ServiceGroup(
            configuration: .init(
                services: reloading + [
                    .init(service: IdentityService(identity: platform.identity, logger: logger)),
                    .init(service: WebhookService(webhooks: platform.webhooks, logger: logger)),
                    .init(service: OnlineFeatureService(online: platform.online, scoring: platform.scoring)),
                    .init(service: PlanWatchService(registry: platform.registry, logger: logger)),
                    .init(service: AuditService(audit: platform.audit)),
                    .init(
                        service: DrainService(serving: application, grace: grace) { [responder] in
                            responder.interruptQueries()
                        }),
                ], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await services.run()
        } catch {
            throw ServerError(binding: error, host: host, port: port) ?? error
        }
    }
}
