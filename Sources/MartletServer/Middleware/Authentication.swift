import Foundation
import HTTPTypes
import Hummingbird
import MartletDomain
import Platform

/// Finds out who asks: a bearer token, or basic authentication whose password is one, as MLflow's clients send either.
struct Authentication: RouterMiddleware {
    typealias Context = MartletContext

    let identity: Identity
    /// Paths that anybody may ask for.
    let open: Set<String>
    /// What the paths begin with that say by themselves who may ask.
    let openPrefixes: [String]

    func handle(
        _ request: Request, context: MartletContext, next: (Request, MartletContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.userAgent = request.headers[.userAgent]
        if open.contains(request.uri.path) || openPrefixes.contains(where: request.uri.path.hasPrefix) {
            return try await next(request, context)
        }
        context.user = try await identity.user(presenting: Self.token(request.headers[.authorization]))
        return try await next(request, context)
    }

    /// The token in an `Authorization` header; nil when there is none that we understand.
    static func token(_ header: String?) -> String? {
        guard let header, let space = header.firstIndex(of: " ") else { return nil }
        let credentials = header[header.index(after: space)...].trimmingCharacters(in: .whitespaces)
        switch header[..<space].lowercased() {
        case "bearer": return credentials
        case "basic":
            guard let data = Data(base64Encoded: credentials), let pair = String(data: data, encoding: .utf8),
                let colon = pair.firstIndex(of: ":")
            else { return nil }
            return String(pair[pair.index(after: colon)...])
        default: return nil
        }
    }
}
