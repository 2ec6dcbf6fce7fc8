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

    /// How long a request may take before it is cancelled.
    private static let timeLimit: Duration = .seconds(900)

    /// - Parameter interface: MLflow's web interface, to be shown at the server's root; none when nil.
    package init(
        platform: Platform, logger: Logger, settings: ServerSettings = ServerSettings(),
        interface: InterfaceFolder? = nil
    ) {
        (self.platform, self.logger) = (platform, logger)
        // What answers GET answers HEAD, as with MLflow's server.
        let router = Router(context: MartletContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestLog())
        let security = RequestSecurity(settings)
        router.add(middleware: security)
        router.add(middleware: ErrorResponses())
        // Before any route, so that who may not come in does not learn which there are.
        let serverInfo = ["/api/3.0/mlflow/server-info", "/ajax-api/3.0/mlflow/server-info"]
        router.add(
            middleware: Authentication(
                identity: platform.identity, open: Set(["/health", "/version"] + serverInfo),
                openPrefixes: [partsPath, linkedPath]))
        let routes = router.group("")
        addServerRoutes(to: routes)
        for prefix in ["api", "ajax-api"] {
            for version in ["2.0", "3.0"] {
                let mlflow = routes.group("\(prefix)/\(version)/mlflow")
                addTrackingRoutes(to: mlflow, tracking: platform.tracking, artifacts: platform.artifacts)
                if version == "2.0" {
                    addRegistryRoutes(to: mlflow, registry: platform.registry)
                    addWebhookRoutes(to: mlflow, webhooks: platform.webhooks)
                } else {
                    addServerInfoRoute(to: mlflow, settings: settings)
                }
                addArtifactProxyRoutes(
                    to: routes.group("\(prefix)/\(version)/mlflow-artifacts"), artifacts: platform.artifacts)
            }
        }
        addGetArtifactRoutes(to: routes.group(""), platform: platform)
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
        addWebhookDeliveryRoutes(to: martlet, webhooks: platform.webhooks)
        addRetentionRoutes(to: martlet, platform.retention)
        prompt = PromptResponder(
            online: platform.online, identity: platform.identity, security: security, logger: logger)
        responder = TimeLimitedResponder(responder: router.buildResponder(), limit: Self.timeLimit)
    }

    /// Answers one request without a socket: what a command does that opens the workspace itself.
    package func respond(to request: Request) async throws -> Response {
        try await responder.respond(to: request, context: MartletContext(logger: logger))
    }

    /// Serves until the process is asked to stop (SIGTERM, SIGINT), then finishes what was accepted.
    ///
    /// - Parameters:
    ///   - host: The address to bind: 127.0.0.1 unless the operator said otherwise.
    ///   - port: 0 takes any free one.
    ///   - listening: Called once with the port, when connections are accepted.
    package func serve(
        host: String, port: Int, listening: @escaping @Sendable (Int) async -> Void
    ) async throws {
        let application = Application(
            responder: responder,
            server: HTTPServerBuilder { responder in
                ConnectionChannel(
                    HTTP1Channel(
                        responder: responder,
                        configuration: .init(
                            additionalChannelHandlers: [LargeBodyHandler()], idleTimeout: .seconds(120))), prompt)
            },
            configuration: .init(address: .hostname(host, port: port), serverName: "martlet"),
            onServerRunning: { channel in await listening(channel.localAddress?.port ?? port) },
            logger: logger)
        let services = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: WebhookService(webhooks: platform.webhooks, logger: logger)),
                    .init(service: OnlineFeatureService(online: platform.online, scoring: platform.scoring)),
                    .init(service: application),
                ], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await services.run()
    }
}
