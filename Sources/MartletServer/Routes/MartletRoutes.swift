package import Hummingbird
package import MartletAPI

extension RouterGroup where Context == MartletContext {
    /// Answers one request of Martlet's own API.
    package func on<Body: MartletRequest>(
        _ type: Body.Type, _ answer: @escaping @Sendable (Body, MartletContext) async throws -> Body.Response
    ) {
        post(RouterPath(Body.path)) { request, context in
            try jsonResponse(try await answer(try await request.decode(Body.self), context))
        }
    }
}
