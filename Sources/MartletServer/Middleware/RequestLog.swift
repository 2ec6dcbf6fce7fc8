import HTTPTypes
import Hummingbird
import Logging

/// Logs each request once, when it is answered, and tells the client the id that the logs know it by.
struct RequestLog: RouterMiddleware {
    typealias Context = MartletContext

    func handle(
        _ request: Request, context: MartletContext, next: (Request, MartletContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response = try await next(request, context)
        response.headers[.requestID] = context.id
        response.headers[.contentTypeOptions] = "nosniff"
        context.logger.info(
            "request",
            metadata: [
                "method": "\(request.method)", "path": "\(request.uri.path)", "status": "\(response.status.code)",
                "duration": "\(ContinuousClock.now - start)",
            ])
        return response
    }
}

extension HTTPField.Name {
    fileprivate static let requestID = HTTPField.Name("X-Request-Id") ?? .via
    fileprivate static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options") ?? .via
}
