import ArgumentParser
import Foundation
import Logging
import Martlet
import MartletServer
import Platform

/// Where a command's work is done, and by whom.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "The server to ask, as http://127.0.0.1:5000. Default: MARTLET_SERVER, else MLFLOW_TRACKING_URI.")
    var server: String?

    @Option(
        help: "The workspace folder to open when no server is named. Default: MARTLET_WORKSPACE, else martlet-data.")
    var workspace: String?

    @Option(help: "Who asks: a user's token. Default: MARTLET_TOKEN, else MLFLOW_TRACKING_TOKEN.")
    var token: String?

    @Flag(help: "Print data as JSON.")
    var json = false

    /// The folder that is meant when no server is.
    var folder: Workspace {
        let named = workspace ?? ProcessInfo.processInfo.environment["MARTLET_WORKSPACE"] ?? "martlet-data"
        return Workspace(URL(fileURLWithPath: named))
    }

    /// The workspace whose files a command reads, without asking a server.
    /// - Throws: `ValidationError` when only a server is named; ``CommandRefusal`` when the folder is no workspace.
    static func folderOfFiles(_ named: String?) throws -> Workspace {
        let options = try parse(named.map { ["--workspace", $0] } ?? [])
        let isNamed = named != nil || ProcessInfo.processInfo.environment["MARTLET_WORKSPACE"] != nil
        if !isNamed, let server = options.namedServer {
            throw ValidationError(
                "This reads files, and the environment names a server, \(server). Name the workspace's folder on this "
                    + "machine: --workspace FOLDER.")
        }
        guard options.folder.exists else {
            throw CommandRefusal.notFound(
                "There is no workspace in \(options.folder.folder.path). Name one: --workspace FOLDER")
        }
        return options.folder
    }

    private var namedServer: String? {
        if let server { return server }
        if workspace != nil { return nil }
        let environment = ProcessInfo.processInfo.environment
        return environment["MARTLET_SERVER"]
            ?? environment["MLFLOW_TRACKING_URI"].flatMap { $0.hasPrefix("http") ? $0 : nil }
    }

    private var namedToken: String? {
        let environment = ProcessInfo.processInfo.environment
        return token ?? environment["MARTLET_TOKEN"] ?? environment["MLFLOW_TRACKING_TOKEN"]
    }

    /// Lends a client: of the named server, or of the workspace, opened for as long as `body` runs.
    func withClient<Result>(_ body: (Client) async throws -> Result) async throws -> Result {
        if let namedServer { return try await body(Client(server: namedServer, token: namedToken)) }
        if !folder.exists { notice("Making an open workspace for a single person in \(folder.folder.path).") }
        return try await withPlatform(at: folder, creating: .open) { platform in
            let application = MartletApplication(platform: platform, logger: quietLogger)
            return try await body(Client(transport: InProcessTransport(application), token: namedToken))
        }
    }
}

/// Opens a workspace for as long as `body` runs, and closes it whatever happens.
func withPlatform<Result>(
    at workspace: Workspace, creating policy: Policy, _ body: (Platform) async throws -> Result
) async throws -> Result {
    let platform = try await Platform.open(workspace, creating: policy)
    do {
        let result = try await body(platform)
        try await platform.close()
        return result
    } catch {
        try? await platform.close()
        throw error
    }
}

/// Logs nothing but what somebody must act on: a command's own output is its log.
var quietLogger: Logger {
    var logger = Logger(label: "martlet") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .error
    return logger
}
