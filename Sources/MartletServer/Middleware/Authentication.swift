import Foundation
import HTTPTypes
import Hummingbird
import MartletDomain
import Platform

/// Finds out who asks: by a token, a name and password, a trusted proxy's word, a certificate, or a browser's session.
struct Authentication: RouterMiddleware {
    typealias Context = MartletContext

    let identity: Identity
    let book: RouteBook
    let settings: ServerSettings

    func handle(
        _ request: Request, context: MartletContext, next: (Request, MartletContext) async throws -> Response
    ) async throws -> Response {
        var (request, context) = (request, context)
        context.userAgent = request.headers[.userAgent]
        let vouched = self.vouched(&request, from: context)
        let session = Self.session(request.headers)
        context.isSecure = settings.tls != nil || vouched.isSecure
        if book.isOpen(request.uri.path) {
            context.session = session
            return try await next(request, context)
        }
        let credentials: Credentials
        if let header = request.headers[.authorization] {
            credentials = Self.credentials(header)
        } else if let proxied = vouched.credentials ?? certified(context) {
            credentials = proxied
        } else {
            credentials = session.map { .session($0) } ?? .nothing
        }
        do {
            context.user = try await user(showing: credentials, context)
        } catch IdentityError.unauthenticated where Self.isPage(request) {
            return Self.redirectToLogin(request)
        }
        if case .session(let id) = credentials, !identity.isOpen {
            context.session = id
            guard Self.comesFromOwnPage(request, session: id, identity) else { throw IdentityError.forged }
        }
        if credentials.areSentByBrowsers, !identity.isOpen { try requireKnownPage(request) }
        return try await next(request, context)
    }

    /// - Throws: `IdentityError.unauthenticated`; a password that was looked at and was wrong is in the audit log then.
    private func user(showing credentials: Credentials, _ context: MartletContext) async throws -> User {
        do {
            return try await identity.user(showing: credentials, from: context.sourceAddress)
        } catch IdentityError.unauthenticated {
            if case .password(let name, let secret) = credentials, identity.isPassword(secret) {
                try await identity.recordFailedLogin(
                    name, requestID: context.id, from: context.sourceAddress, userAgent: context.userAgent)
            }
            throw IdentityError.unauthenticated
        }
    }

    /// Whom the certificate stands for that the connection was opened with.
    private func certified(_ context: MartletContext) -> Credentials? {
        guard settings.tls != nil else { return nil }
        return CertifiedCaller.credentials(of: context.channel, by: identity.settings.clientCertificates)
    }

    /// What an `Authorization` header shows; nothing when it is none that we understand.
    static func credentials(_ header: String) -> Credentials {
        guard let space = header.firstIndex(of: " ") else { return .nothing }
        let credentials = header[header.index(after: space)...].trimmingCharacters(in: .whitespaces)
        switch header[..<space].lowercased() {
        case "bearer": return .token(credentials)
        case "basic":
            guard credentials.utf8.count <= 8_192, let data = Data(base64Encoded: credentials),
                let pair = String(validating: data, as: UTF8.self), let colon = pair.firstIndex(of: ":")
            else { return .nothing }
            return .password(user: String(pair[..<colon]), String(pair[pair.index(after: colon)...]))
        default: return .nothing
        }
    }

    /// The token in an `Authorization` header, or the password that may be one.
    static func token(_ header: String?) -> String? {
        switch header.map(credentials) {
        case .token(let token), .password(_, let token): token
        default: nil
        }
    }

    /// Whom a trusted proxy lets through. The headers that such proxies use are taken away from everybody's requests.
    private func vouched(
        _ request: inout Request, from context: MartletContext
    ) -> (credentials: Credentials?, isSecure: Bool) {
        let proxies = identity.settings.trustedProxies
        guard !proxies.isEmpty else { return (nil, false) }
        var found: (credentials: Credentials?, isSecure: Bool) = (nil, false)
        let secret = request.headers[.proxySecret]
        for proxy in proxies where found.credentials == nil {
            guard let address = context.sourceAddress, let secret,
                proxy.addresses.contains(where: { AddressRange($0)?.contains(address) ?? false }),
                identity.isSecret(secret, of: proxy), let userHeader = HTTPField.Name(proxy.userHeader),
                request.headers[values: userHeader].count == 1, let user = request.headers[userHeader], !user.isEmpty,
                // Two lines of groups are the proxy's and somebody else's.
                proxy.groupsHeader.flatMap({ HTTPField.Name($0) }).map({ request.headers[values: $0].count <= 1 })
                    ?? true
            else { continue }
            let groups = proxy.groupsHeader.flatMap { HTTPField.Name($0) }.flatMap { request.headers[$0] } ?? ""
            found = (
                .vouched(
                    user: user,
                    groups: Set(groups.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })),
                request.headers[.forwardedProtocol]?.lowercased() == "https"
            )
        }
        var head = request.head
        for proxy in proxies {
            for name in [proxy.userHeader, proxy.groupsHeader ?? ""].compactMap({ HTTPField.Name($0) }) {
                head.headerFields[name] = nil
            }
        }
        head.headerFields[.proxySecret] = nil
        request = Request(head: head, body: request.body)
        return found
    }

    static let cookieName = "martlet_session"

    /// The session's id in a browser's cookies; of two the first is taken, as browsers send the most special first.
    static func session(_ headers: HTTPFields) -> String? {
        for field in headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                if parts.count == 2, parts[0] == cookieName || parts[0] == "__Host-" + cookieName { return parts[1] }
            }
        }
        return nil
    }

    /// Whether a request that came by a cookie was made by one of our pages, or changes nothing.
    static func comesFromOwnPage(_ request: Request, session: String, _ identity: Identity) -> Bool {
        if [.get, .head, .options].contains(request.method) { return true }
        if let token = request.headers[.formToken] { return identity.isFormToken(token, of: session) }
        return isSameOrigin(request)
    }

    /// Whether a browser says that the request was made by a page of this very server.
    static func isSameOrigin(_ request: Request) -> Bool {
        if let origin = request.headers[.origin] {
            let authority = request.head.authority ?? ""
            return !authority.isEmpty
                && ["http://" + authority, "https://" + authority].contains { $0.lowercased() == origin.lowercased() }
        }
        return request.headers[.fetchSite] == "same-origin"
    }

    /// For who came by what a browser sends without being asked, whichever page makes the request: a page that says where it
    /// is from is one of our own or of a site that the operator allowed, whether it reads or changes.
    /// - Throws: ``ForeignOrigin``.
    private func requireKnownPage(_ request: Request) throws(ForeignOrigin) {
        guard !settings.isSecurityDisabled else { return }
        if let origin = request.headers[.origin] {
            let isAllowed = settings.allowedOrigins.contains { $0 != "*" && HostPattern($0).matches(origin) }
            guard isAllowed || Self.isSameOrigin(request) else { throw ForeignOrigin(origin: origin) }
            return
        }
        // A link on another site may lead here; what it leads to changes nothing, and its page cannot read it.
        guard ![.get, .head, .options].contains(request.method), let site = request.headers[.fetchSite] else { return }
        guard ["same-origin", "none"].contains(site) else { throw ForeignOrigin(origin: nil) }
    }

    /// Whether somebody opens a page with a browser.
    private static func isPage(_ request: Request) -> Bool {
        let path = request.uri.path
        return request.method == .get && !path.hasPrefix("/api/") && !path.hasPrefix("/ajax-api/")
            && request.headers[.authorization] == nil
            && (request.headers[.accept] ?? "").split(separator: ",").contains { $0.hasPrefix("text/html") }
    }

    private static func redirectToLogin(_ request: Request) -> Response {
        let path = request.uri.path + (request.uri.query.map { "?" + $0 } ?? "")
        return Response(
            status: .seeOther,
            headers: [.location: "/login?next=" + PercentEncoding.encode(path), .cacheControl: "no-store"])
    }
}

extension Credentials {
    /// Whether a browser sends them, or a proxy in its place, with every page's requests.
    fileprivate var areSentByBrowsers: Bool {
        switch self {
        case .session, .vouched: true
        case .nothing, .token, .password: false
        }
    }
}

extension HTTPField.Name {
    static let proxySecret = HTTPField.Name("X-Martlet-Proxy-Secret") ?? .via
    static let formToken = HTTPField.Name("X-Martlet-Form-Token") ?? .via
    static let forwardedProtocol = HTTPField.Name("X-Forwarded-Proto") ?? .via
    static let fetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .via
}
