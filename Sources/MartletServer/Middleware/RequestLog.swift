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
        Self.mark(&response.headers, context.id)
        Self.note(request.method, request.uri.path, response.status, since: start, context.logger)
        return response
    }

    /// Tells the client what the logs know its request by.
    static func mark(_ fields: inout HTTPFields, _ id: String) {
        fields[.requestID] = id
        fields[.contentTypeOptions] = "nosniff"
    }

    static func note(
        _ method: HTTPRequest.Method, _ path: String, _ status: HTTPResponse.Status,
        since start: ContinuousClock.Instant,
        _ logger: Logger
    ) {
        logger.info(
            "request",
            metadata: [
                "method": "\(method)", "path": "\(path)", "status": "\(status.code)",
                "duration": "\(ContinuousClock.now - start)",
            ])
    }
}

extension HTTPField.Name {
    fileprivate static let requestID = HTTPField.Name("X-Request-Id") ?? .via
    fileprivate static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options") ?? .via
}
