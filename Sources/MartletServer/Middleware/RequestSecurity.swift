import HTTPTypes
import Hummingbird
import Logging
import MartletDomain
import NIOCore

/// Keeps pages of other sites from driving the server through somebody's browser, as MLflow's server does, and somewhat
/// more strictly.
///
/// The server answers to names that are its own: to another one it was led by a name that somebody made to point at it.
/// A page says by `Origin` where it came from: pages of the server itself and those that the operator allowed may ask, and
/// pages of this machine where nobody else is served or everybody may do anything; others may not, and are not told what
/// the server knows.
struct RequestSecurity: RouterMiddleware {
    typealias Context = MartletContext

    private let hosts: [HostPattern]?
    private let origins: [HostPattern]
    private let takesAnyOrigin: Bool
    private let frameOptions: String?
    private let isDisabled: Bool
    /// Whether pages of this machine may ask whatever their port.
    private let trustsThisMachine: Bool

    /// - Parameter isOpen: Whether whoever reaches the workspace may do anything.
    init(_ settings: ServerSettings, isOpen: Bool) {
        trustsThisMachine = isOpen || ServerSettings.isLoopback(settings.host)
        isDisabled = settings.isSecurityDisabled
        let own = [HostPattern(settings.urlHost), HostPattern(settings.urlHost.replacing("[", with: "[[]") + ":*")]
        let hosts = settings.allowedHosts.map { $0.map(HostPattern.init) } ?? HostPattern.defaults + own
        self.hosts = settings.allowedHosts?.contains("*") == true ? nil : hosts
        origins = settings.allowedOrigins.map(HostPattern.init)
        takesAnyOrigin = settings.allowedOrigins.contains("*")
        let frame = settings.frameOptions.uppercased()
        frameOptions = frame.isEmpty || frame == "NONE" ? nil : frame
    }

    func handle(
        _ request: Request, context: MartletContext, next: (Request, MartletContext) async throws -> Response
    ) async throws -> Response {
        if isDisabled { return try await next(request, context) }
        let (path, host) = (request.uri.path, request.head.authority ?? "")
        if !["/health", "/version"].contains(path), !isOwn(host) {
            context.logger.warning("a request for another host's name was refused", metadata: ["host": "\(host)"])
            return text(.forbidden, "Invalid Host header - possible DNS rebinding attack detected")
        }
        let origin = request.headers[.origin]
        if request.method == .options, let origin, let method = request.headers[.accessControlRequestMethod] {
            return preflight(request, origin, method, host)
        }
        var response: Response
        if let refusal = try refusal(request, origin, host) {
            context.logger.warning("a page of another site was refused", metadata: ["origin": "\(origin ?? "")"])
            response = refusal
        } else if request.method == .options, Self.isAPI(path) || path == "/health" || path == "/version" {
            response = Response(
                status: Self.isAPI(path) ? .noContent : .ok,
                headers: [.allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"])
        } else {
            response = try await next(request, context)
        }
        addHeaders(to: &response, origin, host, path)
        return response
    }

    /// Whether a `Host` header names this server.
    func isOwn(_ host: String) -> Bool {
        guard !isDisabled, let hosts else { return true }
        return hosts.contains { $0.matches(host) }
    }

    /// Adds what answers carry to who is no page of another site.
    func mark(_ fields: inout HTTPFields, _ path: String) {
        guard !isDisabled else { return }
        if let frameOptions, !path.hasPrefix("/static-files/lib/notebook-trace-renderer") {
            fields[.frameOptions] = frameOptions
        }
        if !takesAnyOrigin { fields[.vary] = fields[.vary].map { $0 + ", Origin" } ?? "Origin" }
    }

    /// Answers what a browser asks before it sends a page's request.
    private func preflight(_ request: Request, _ origin: String, _ method: String, _ host: String) -> Response {
        let methods = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"] + (takesAnyOrigin ? ["HEAD"] : [])
        var problems: [String] = []
        if !isAllowed(origin, host) { problems.append("origin") }
        if !methods.contains(method) { problems.append("method") }
        var response =
            problems.isEmpty
            ? text(.ok, "OK") : text(.badRequest, "Disallowed CORS \(problems.joined(separator: ", "))")
        response.headers[.vary] = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
        response.headers[.accessControlAllowMethods] = methods.joined(separator: ", ")
        response.headers[.accessControlMaxAge] = "600"
        if let asked = request.headers[.accessControlRequestHeaders], isAllowed(origin, host) {
            response.headers[.accessControlAllowHeaders] = asked
        }
        allow(origin, host, in: &response)
        return response
    }

    /// The answer to a page that may not ask; nil if it may, or if no page asks.
    private func refusal(_ request: Request, _ origin: String?, _ host: String) throws -> Response? {
        guard let origin, !isAllowed(origin, host), !["/health", "/version"].contains(request.uri.path) else {
            return nil
        }
        if [.post, .put, .delete, .patch].contains(request.method), Self.isAPI(request.uri.path) {
            return text(.forbidden, "Cross-origin request blocked")
        }
        let error = ForeignOrigin(origin: origin)
        return try errorResponse(error.code, error.message)
    }

    private func addHeaders(to response: inout Response, _ origin: String?, _ host: String, _ path: String) {
        mark(&response.headers, path)
        guard let origin else { return }
        allow(origin, host, in: &response)
        response.headers[.accessControlExposeHeaders] = "*"
    }

    private func allow(_ origin: String, _ host: String, in response: inout Response) {
        if takesAnyOrigin {
            // Without credentials: a browser keeps them from a server that takes any page's word.
            response.headers[.accessControlAllowOrigin] = "*"
        } else {
            response.headers[.accessControlAllowCredentials] = "true"
            if isAllowed(origin, host) { response.headers[.accessControlAllowOrigin] = origin }
        }
    }

    private func isAllowed(_ origin: String, _ host: String) -> Bool {
        if takesAnyOrigin || origins.contains(where: { $0.matches(origin) }) { return true }
        guard let authority = Self.authority(of: origin) else { return false }
        if ["localhost", "127.0.0.1", "[::1]"].contains(Self.name(authority)) {
            return trustsThisMachine || authority == host.lowercased()
        }
        // The server's own pages, where its own names are known.
        return hosts != nil && authority == host.lowercased()
    }

    /// What stands after `http://` or `https://`, if it is nothing but a name and a port.
    private static func authority(of origin: String) -> String? {
        let origin = origin.lowercased()
        guard let scheme = ["http://", "https://"].first(where: origin.hasPrefix) else { return nil }
        let rest = origin.dropFirst(scheme.count)
        return rest.isEmpty || rest.contains(where: { "/@?#\\ ".contains($0) }) ? nil : String(rest)
    }

    /// An authority without its port.
    private static func name(_ authority: String) -> String {
        guard let colon = authority.lastIndex(of: ":"),
            authority[authority.index(after: colon)...].allSatisfy(\.isNumber)
        else { return authority }
        return String(authority[..<colon])
    }

    private static func isAPI(_ path: String) -> Bool { path.hasPrefix("/api/") || path.hasPrefix("/ajax-api/") }

    private func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

/// A page of another site asked.
struct ForeignOrigin: MartletError {
    /// Nil when it did not say from where.
    var origin: String?

    var code: ErrorCode { .permissionDenied }
    var message: String {
        guard let origin else {
            return
                "The request came by a page that is not this server's own. Load this server's page again; programs ask with "
                + "a token."
        }
        return "The request came by the page \(origin), which is not this server's own. "
            + "To let its pages ask, start the server with --cors-allowed-origins \(origin)."
    }
}

extension HTTPField.Name {
    fileprivate static let frameOptions = HTTPField.Name("X-Frame-Options") ?? .via
    fileprivate static let accessControlExposeHeaders = HTTPField.Name("Access-Control-Expose-Headers") ?? .via
}
