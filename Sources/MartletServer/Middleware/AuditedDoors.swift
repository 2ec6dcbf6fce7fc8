import HTTPTypes
import Hummingbird
import MartletDomain
import Platform

/// Tells the audit log who came without a token, or with one that is nobody's.
struct AuditedDoors: RouterMiddleware {
    typealias Context = MartletContext

    let audit: Audit

    func handle(
        _ request: Request, context: MartletContext, next: (Request, MartletContext) async throws -> Response
    ) async throws -> Response {
        try await RefusalTrace.$current.withValue(RefusalTrace()) {
            do {
                return try await next(request, context)
            } catch let error as any MartletError where error.isOfDoors {
                var caller = context.caller
                caller.user = .unknown
                caller.userAgent = request.headers[.userAgent]
                await audit.tell(error, "authenticate", request, caller)
                throw error
            }
        }
    }
}

/// Tells the audit log of whatever is refused to somebody before it comes to a change. Inside ``Authentication``, so
/// that it is known who asks.
struct AuditedRefusals: RouterMiddleware {
    typealias Context = MartletContext

    let audit: Audit

    func handle(
        _ request: Request, context: MartletContext, next: (Request, MartletContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any MartletError where error.isOfDoors {
            await audit.tell(error, "authorize", request, context.caller)
            throw error
        }
    }
}

extension User {
    /// Whoever did not say who they are.
    fileprivate static let unknown = User(name: "unknown", roles: [])
}

extension MartletError {
    /// Whether it says that somebody was turned away.
    fileprivate var isOfDoors: Bool {
        if case .tooManyAttempts? = self as? IdentityError { return true }
        return code == .unauthenticated || code == .permissionDenied
    }
}

extension Audit {
    /// Tells of a refusal, unless it was told of nearer to where it came from.
    fileprivate func tell(_ error: any MartletError, _ verb: String, _ request: Request, _ caller: Caller) async {
        guard RefusalTrace.current?.wasLogged != true else { return }
        RefusalTrace.current?.noteLogged()
        // Only the beginning of a path: who tries many would otherwise be told of with each.
        let path = "/" + request.uri.path.split(separator: "/").prefix(4).joined(separator: "/").prefix(120)
        let action = AuditAction("identity", verb, ["method": "\(request.method)", "path": path])
        await refused(
            Refusal(
                action: action, code: error.code, message: error.message, user: caller.user,
                sourceAddress: caller.sourceAddress),
            by: caller)
    }
}
