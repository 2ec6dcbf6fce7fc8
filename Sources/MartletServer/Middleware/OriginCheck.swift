import HTTPTypes
import Hummingbird
import MartletDomain

/// Keeps pages of other sites from driving the server through somebody's browser.
///
/// A request that a page made says so by `Origin`, which must be the server's own. A server on a loopback address answers
/// to no other name either: a name that was made to point at it would be another site's.
struct OriginCheck: RouterMiddleware {
    typealias Context = MartletContext

    private static let loopback: Set<String> = ["localhost", "127.0.0.1", "[::1]"]

    /// The address that the server is bound to.
    let host: String

    func handle(
        _ request: Request, context: MartletContext, next: (Request, MartletContext) async throws -> Response
    ) async throws -> Response {
        let authority = request.head.authority ?? ""
        if let origin = request.headers[.origin], Self.authority(of: origin) != authority.lowercased() {
            throw ForeignOrigin(what: "the page \(origin)", server: authority)
        }
        if Self.isLoopback(host), !authority.isEmpty, !Self.loopback.contains(Self.name(authority)) {
            throw ForeignOrigin(what: "the name \(authority)", server: host)
        }
        return try await next(request, context)
    }

    private static func isLoopback(_ host: String) -> Bool { host == "::1" || loopback.contains(host.lowercased()) }

    private static func authority(of origin: String) -> String? {
        guard let scheme = origin.firstRange(of: "://") else { return nil }
        return origin[scheme.upperBound...].lowercased()
    }

    /// The authority without its port.
    private static func name(_ authority: String) -> String {
        let text = authority.lowercased()
        guard let colon = text.lastIndex(of: ":"), text[text.index(after: colon)...].allSatisfy(\.isNumber) else {
            return text
        }
        return String(text[..<colon])
    }
}

struct ForeignOrigin: MartletError {
    var what: String
    var server: String

    var code: ErrorCode { .permissionDenied }
    var message: String {
        "The request came by \(what), which is not this server's own (\(server)). Ask the server by its own address; to serve "
            + "it under another name, bind it to an address that others reach with --host."
    }
}
