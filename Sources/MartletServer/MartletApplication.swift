package import Hummingbird
package import Logging
import MartletDomain
import NIOCore
package import Platform
import ServiceLifecycle
import UnixSignals

/// The server: every route over one platform, with or without a socket.
package struct MartletApplication: Sendable {
    package let platform: Platform
    private let responder: TimeLimitedResponder
    private let logger: Logger

    /// How long a request may take before it is cancelled.
    private static let timeLimit: Duration = .seconds(600)

    /// - Parameter host: The address that it will be served at; a loopback address answers to loopback names alone.
    package init(platform: Platform, logger: Logger, host: String = "localhost") {
        (self.platform, self.logger) = (platform, logger)
        let router = Router(context: MartletContext.self)
        router.add(middleware: RequestLog())
        router.add(middleware: ErrorResponses())
        router.add(middleware: OriginCheck(host: host))
        // Before any route, so that who may not come in does not learn which there are.
        router.add(middleware: Authentication(identity: platform.identity, open: ["/health", "/version"]))
        let routes = router.group("")
        addServerRoutes(to: routes)
        for prefix in ["api", "ajax-api"] {
            for version in ["2.0", "3.0"] {
                let mlflow = routes.group("\(prefix)/\(version)/mlflow")
                addTrackingRoutes(to: mlflow, tracking: platform.tracking, artifacts: platform.artifacts)
                addRegistryRoutes(to: mlflow, registry: platform.registry)
                addArtifactProxyRoutes(
                    to: routes.group("\(prefix)/\(version)/mlflow-artifacts"), artifacts: platform.artifacts)
            }
        }
        addGetArtifactRoute(to: routes.group(""), tracking: platform.tracking, artifacts: platform.artifacts)
        let martlet = routes.group("api/martlet/1.0")
        addGovernanceRoutes(to: martlet, registry: platform.registry, identity: platform.identity)
        addDatasetRoutes(to: martlet, platform: platform)
        addQualityRoutes(to: martlet, platform: platform)
        addFeatureRoutes(to: martlet, platform: platform)
        addModelRoutes(to: martlet, platform: platform)
        addScoringRoutes(to: martlet, platform: platform)
        addMonitoringRoutes(to: martlet, platform: platform)
        addAuditRoutes(to: martlet, platform: platform)
        addRetentionRoutes(to: martlet, platform.retention)
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
            server: .http1(configuration: .init(idleTimeout: .seconds(120))),
            configuration: .init(address: .hostname(host, port: port), serverName: "martlet"),
            onServerRunning: { channel in await listening(channel.localAddress?.port ?? port) },
            logger: logger)
        let services = ServiceGroup(
            configuration: .init(
                services: [.init(service: application)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await services.run()
    }
}
