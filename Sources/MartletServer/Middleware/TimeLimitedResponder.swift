package import Hummingbird
import MartletDomain

/// Cancels a request that takes too long, and says so. What it had committed by then stays committed.
package struct TimeLimitedResponder: HTTPResponder {
    let responder: RouterResponder<MartletContext>
    let limit: Duration

    package func respond(to request: Request, context: MartletContext) async throws -> Response {
        // A file takes as long as its sender needs; one that has stopped sending is cut off by the connection's own limit.
        if request.method == .put, request.uri.path.contains("/mlflow-artifacts/") {
            return try await responder.respond(to: request, context: context)
        }
        return try await withThrowingTaskGroup(of: Response?.self) { group in
            group.addTask { try await responder.respond(to: request, context: context) }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            if let response = try await group.next() ?? nil { return response }
            return try errorResponse(.deadlineExceeded, TimeLimitError(limit: limit).message)
        }
    }
}

struct TimeLimitError: MartletError {
    var limit: Duration

    var code: ErrorCode { .deadlineExceeded }
    var message: String {
        "The request took longer than \(limit) and was stopped. Ask for less at once, or look whether the server is busy."
    }
}
