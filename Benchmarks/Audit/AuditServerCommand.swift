import ArgumentParser
import Foundation
import Logging
import MartletDomain
import MartletServer
import Platform

/// A server whose changes leave entries in the audit log, or none.
struct AuditServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit-server", abstract: "Serve an open workspace without an audit log, for what one costs.",
        shouldDisplay: false)

    @Argument(help: "The workspace.") var folder: String
    @Flag(help: "With the log after all.") var logged = false

    func run() async throws {
        let platform = try await Platform.open(
            Workspace(URL(fileURLWithPath: folder)), creating: .open, isLogged: logged)
        var logger = Logger(label: "benchmark")
        logger.logLevel = .warning
        try await MartletApplication(platform: platform, logger: logger).serve(host: "127.0.0.1", port: 0) { port in
            print("listening on http://127.0.0.1:\(port) ")
            fflush(nil)
        }
        try await platform.close()
    }
}

/// How much a server takes of what clients log, with the audit log and without it.
struct ServedLogging {
    /// Metrics a request; 1 for `log-metric`, else `log-batch`.
    var metrics: Int
    var clients: Int
    var seconds: Double

    /// Requests a second.
    func measure(isLogged: Bool) throws -> Double {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-cost-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try OtherProcess(
            CommandLine.arguments[0], ["audit-server", folder.path] + (isLogged ? ["--logged"] : []),
            saying: "listening on http://")
        defer { server.stop() }
        guard let address = ServerAddress(argument: server.address) else { throw WrongAnswer(server.address) }
        let calls = TrackingCalls(server: address, connection: BlockingConnection(address))
        let experiment = try calls.createExperiment()
        let load = Clients(server: address, count: clients, seconds: seconds, warmUp: 0.5)
        let result =
            if metrics == 1 {
                try load.run { number, connection in
                    try LogMetricClient(
                        TrackingCalls(server: address, connection: connection), experiment: experiment, number: number)
                }
            } else {
                try load.run { [metrics] number, connection in
                    try LogBatchClient(
                        TrackingCalls(server: address, connection: connection), experiment: experiment, number: number,
                        batch: metrics)
                }
            }
        guard result.failed == 0 else { throw WrongAnswer(result.firstFailure ?? "a request failed") }
        return result.perSecond
    }
}
