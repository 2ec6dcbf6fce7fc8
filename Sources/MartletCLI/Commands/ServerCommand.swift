import ArgumentParser
import Foundation
import Logging
import MartletDomain
import MartletServer
import Platform

struct ServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server",
        abstract: "Serve a workspace over HTTP, to MLflow's clients and our own.",
        discussion: """
            On a folder that holds no workspace it makes an open one for a single person and says so. SIGTERM and SIGINT end it \
            after what was accepted is finished.

            Example: martlet server --port 5000   then   export MLFLOW_TRACKING_URI=http://127.0.0.1:5000
            """)

    @Option(help: "The workspace folder. Default: MARTLET_WORKSPACE, else martlet-data.")
    var workspace: String?

    @Option(help: "The address to bind. Anything but a loopback address lets other machines in.")
    var host = "127.0.0.1"

    @Option(help: "The port to bind; 0 takes a free one.")
    var port = 5000

    @Option(
        name: .customLong("mlflow-ui"),
        help: ArgumentHelp(
            "Show MLflow's own web interface, out of the folder of an installed mlflow package.",
            discussion: "This prints the folder: \(InterfaceError.findCommand)", valueName: "dir"))
    var interfaceFolder: String?

    @Option(
        help: """
            Names that requests may ask for, with commas between them; * is a wildcard, and alone lets any pass. \
            Default: MLFLOW_SERVER_ALLOWED_HOSTS, else this machine's and private networks' addresses.
            """)
    var allowedHosts: String?

    @Option(
        help: """
            Sites whose pages may ask, as https://app.example.org, with commas between them; * lets any. \
            Default: MLFLOW_SERVER_CORS_ALLOWED_ORIGINS, else this machine's.
            """)
    var corsAllowedOrigins: String?

    @Option(
        help: "Who may frame pages: SAMEORIGIN, DENY or NONE. Default: MLFLOW_SERVER_X_FRAME_OPTIONS, else SAMEORIGIN.")
    var xFrameOptions: String?

    @Flag(help: "Check neither names nor pages. Only for tests.")
    var disableSecurityMiddleware = false

    @Flag(help: "Serve a workspace without users to other machines, too: something else keeps strangers out.")
    var allowOpenWorkspace = false

    @Option(help: ArgumentHelp("Speak TLS (1.2 or newer), with this certificate chain as PEM.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The certificate's private key, as PEM. SIGHUP reads both again.", valueName: "file"))
    var tlsKey: String?

    @Flag(help: "Print every route with the verb and the scopes it takes, and end.")
    var routes = false

    @Option(help: "What to log to standard error: trace, debug, info, notice, warning, error.")
    var logLevel = "info"

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port takes a number from 0 to 65535.") }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key are given together.")
        }
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("--log-level: see the help for words.")
        }
    }

    func run() async throws {
        var logger = Logger(label: "martlet") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: logLevel) ?? .info
        if routes { return try await printRoutes(logger) }
        let interface = try interfaceFolder.map { try InterfaceFolder(at: $0) }
        let folder = try ConnectionOptions.parse(workspace.map { ["--workspace", $0] } ?? []).folder
        do {
            try await serve(folder, interface, logger)
        } catch WorkspaceError.inUse(let path) {
            throw CommandRefusal(
                code: .temporarilyUnavailable,
                message: "The workspace \(path) is open in another process, which may be its server. Stop that process "
                    + "first, or serve another folder: --workspace DIR")
        }
    }

    private func serve(_ folder: Workspace, _ interface: InterfaceFolder?, _ logger: Logger) async throws {
        try await withPlatform(at: folder, creating: .open) { platform in
            print("Workspace: \(folder.folder.path)")
            print("Audit log's public key: \(platform.audit.verificationKey)")
            print(
                platform.identity.isOpen
                    ? "This workspace is open: whoever reaches it may do anything, and no gate is asked for. "
                        + "`martlet init` makes one with users and sign-offs."
                    : "This workspace has users: clients say who they are with MLFLOW_TRACKING_TOKEN.")
            if settings.isSecurityDisabled {
                logger.warning("any page that a browser opens may drive this server: security checks are off")
            }
            let application = MartletApplication(
                platform: platform, logger: logger, settings: settings, interface: interface)
            try await application.serve(host: host, port: port) { port in
                print("Martlet is listening on \(settings.tls == nil ? "http" : "https")://\(settings.urlHost):\(port)")
                fflush(nil)
            }
        }
    }

    /// The routes are the same for every workspace: one that is thrown away shows them.
    private func printRoutes(_ logger: Logger) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-routes-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var quiet = logger
        quiet.logLevel = .critical
        let routes = try await withPlatform(at: Workspace(folder), creating: .open) { [quiet] platform in
            MartletApplication(platform: platform, logger: quiet).routes
        }
        printTable(
            ["METHOD", "PATH", "VERB", "SCOPES"],
            routes.map { route in
                switch route.need {
                case .verb(let verb, let kinds):
                    [
                        route.method, route.path, "\(verb)",
                        (["workspace"] + kinds.map(\.rawValue)).joined(separator: ", "),
                    ]
                case .nothing(let reason): [route.method, route.path, "-", "anybody: \(reason)"]
                }
            })
    }

    /// Flags, and what the environment says where there are none.
    private var settings: ServerSettings {
        var settings = ServerSettings(environment: ProcessInfo.processInfo.environment)
        settings.host = host
        settings.allowsOpenWorkspace = allowOpenWorkspace
        if let tlsCertificate, let tlsKey { settings.tls = TLSFiles(certificate: tlsCertificate, key: tlsKey) }
        if let allowedHosts { settings.allowedHosts = ServerSettings.list(allowedHosts) }
        if let corsAllowedOrigins { settings.allowedOrigins = ServerSettings.list(corsAllowedOrigins) ?? [] }
        if let xFrameOptions { settings.frameOptions = xFrameOptions }
        if disableSecurityMiddleware { settings.isSecurityDisabled = true }
        return settings
    }
}
