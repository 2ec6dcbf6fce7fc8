import HTTPTypes
package import Hummingbird
import Logging
package import MartletDomain
import NIOHTTP1

/// Turns what a route throws into MLflow's error shape: `{"error_code", "message"}` and its HTTP status.
struct ErrorResponses: RouterMiddleware {
    typealias Context = MartletContext

    func handle(
        _ request: Request, context: MartletContext, next: (Request, MartletContext) async throws -> Response
    ) async throws -> Response {
        var response = try await answer(request, context, next)
        if response.status == .unauthorized {
            // In the scheme that was tried; to who tried none, as MLflow's server says it, so that browsers ask.
            let isBearer = request.headers[.authorization]?.lowercased().hasPrefix("bearer") ?? false
            response.headers[.wwwAuthenticate] = isBearer ? "Bearer" : "Basic realm=\"mlflow\""
        }
        // A body after HEAD would be taken for the next answer.
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(
        _ request: Request, _ context: MartletContext, _ next: (Request, MartletContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as FeatureError where !error.issues.isEmpty {
            return try jsonResponse(
                ErrorBody(error.code, error.message, error.issues), status: error.code.httpStatus)
        } catch IdentityError.tooManyAttempts(let wait) {
            let error = IdentityError.tooManyAttempts(retryAfter: wait)
            var response = try errorResponse(error.code, error.message, status: .tooManyRequests)
            response.headers[.retryAfter] = "\((wait + 999) / 1_000)"
            return response
        } catch let error as any MartletError {
            return try errorResponse(error.code, error.message)
        } catch let error as HTTPError where error.status == .notFound {
            if let answer = try UnprovidedEndpoint.answer(request.method, request.uri.path) { return answer }
            if let answer = try WrongMethod.answer(request.method, request.uri.path) { return answer }
            return try errorResponse(.endpointNotFound, "No such endpoint: \(request.method) \(request.uri.path)")
        } catch let error as HTTPError {
            return try errorResponse(.badRequest, error.body ?? error.status.reasonPhrase, status: error.status)
        } catch let error as HTTPParserError {
            return try errorResponse(.malformedRequest, "The request's body could not be read: \(error).")
        } catch is CancellationError {
            return try errorResponse(.temporarilyUnavailable, "The request was cancelled; ask again.")
        } catch {
            context.logger.error("request failed", metadata: ["error": "\(error)"])
            return try errorResponse(
                .internalError, "Something failed on our side; the server's log has it under request id \(context.id).")
        }
    }
}

/// What MLflow's server answers: the code, the words, and Spark's names for both.
private struct ErrorBody: Encodable {
    var error_code: ErrorCode
    var message: String
    var sqlstate = "KAM00"
    var error_class: String
    /// Ours: what is wrong with features, each with the word for its kind.
    var issues: [FeatureIssue]?

    init(_ code: ErrorCode, _ message: String, _ issues: [FeatureIssue]? = nil) {
        (error_code, self.message, self.issues) = (code, message, issues)
        error_class = code == .resourceDoesNotExist ? "RESOURCE_NOT_FOUND" : code.rawValue
    }
}

func errorResponse(
    _ code: ErrorCode, _ message: String, status: HTTPResponse.Status? = nil
) throws -> Response {
    try jsonResponse(ErrorBody(code, message), status: status ?? code.httpStatus)
}

extension ErrorCode {
    /// The HTTP status that MLflow's server answers this code with.
    package var httpStatus: HTTPResponse.Status {
        switch self {
        case .internalError, .dataLoss: .internalServerError
        case .temporarilyUnavailable: .serviceUnavailable
        case .badRequest, .invalidParameterValue, .malformedRequest, .invalidState, .resourceAlreadyExists: .badRequest
        case .endpointNotFound, .resourceDoesNotExist: .notFound
        case .permissionDenied: .forbidden
        case .unauthenticated: .unauthorized
        case .featureDisabled, .notImplemented: .notImplemented
        case .requestLimitExceeded: .contentTooLarge
        case .resourceConflict: .conflict
        case .deadlineExceeded: .gatewayTimeout
        }
    }
}
