import Foundation
import Hummingbird
import MartletDomain
import NIOCore
import Platform

/// `POST /graphql`, relative to the server's root. Refusals are answered 200, their words in `errors`, as MLflow's server
/// has it.
func addGraphQLRoute(to group: RouterGroup<MartletContext>, tracking: Tracking, registry: Registry) {
    let executor = GraphQLExecutor(schema: MLflowGraphQL(tracking: tracking, registry: registry).schema)
    group.post("graphql") { request, _ in
        let body = try await request.decode(GraphQLRequest.self)
        let outcome = try await executor.execute(
            try required(body.query, "query"), variables: body.variables ?? [:], operation: body.operationName)
        let errors = outcome.errors.isEmpty ? GraphQLAnswer.null : .list(outcome.errors.map(GraphQLAnswer.text))
        let json = GraphQLAnswer.object([("data", outcome.data), ("errors", errors)]).json
        return Response(
            status: .ok, headers: [.contentType: "application/json", .contentLength: "\(json.count)"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}

private struct GraphQLRequest: Decodable, Sendable {
    var query: String?
    var variables: [String: GraphQLVariable]?
    var operationName: String?
}
