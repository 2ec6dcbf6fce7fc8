import Foundation
import Hummingbird
import MartletDomain
import NIOCore
import Platform

/// `POST /graphql`, relative to the server's root. Refusals are answered 200, their words in `errors`, as MLflow's server
/// has it.
func addGraphQLRoute(to group: Routes, tracking: Tracking, registry: Registry) {
    let executor = GraphQLExecutor(schema: MLflowGraphQL(tracking: tracking, registry: registry).schema)
    group.on(.post, "graphql", "tracking.search_graph", of: .visible(.experiment)) { request, context in
        let body = try GraphQLRequest(
            AnyJSON(parsing: try await request.jsonBytes(limit: BodyLimit.json).orEmptyObject))
        let query = try required(body.query, "query")
        let outcome = try await GraphQLCaller.$context.withValue(context) {
            try await executor.execute(query, variables: body.variables ?? [:], operation: body.operationName)
        }
        let errors = outcome.errors.isEmpty ? GraphQLAnswer.null : .list(outcome.errors.map(GraphQLAnswer.text))
        let json = GraphQLAnswer.object([("data", outcome.data), ("errors", errors)]).json
        return Response(
            status: .ok, headers: [.contentType: "application/json", .contentLength: "\(json.count)"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}

private struct GraphQLRequest {
    var query: String?
    var variables: [String: AnyJSON]?
    var operationName: String?

    /// - Throws: ``InvalidRequest``
    init(_ body: AnyJSON) throws(InvalidRequest) {
        guard case .object(let fields) = body else {
            throw InvalidRequest("The request body is not a JSON object, but of type '\(body.kind)'.")
        }
        query = try Self.text("query", fields)
        operationName = try Self.text("operationName", fields)
        switch fields["variables"] {
        case nil, .null?: variables = nil
        case .object(let given)?: variables = given
        case let other?: throw invalid(other, "variables")
        }
    }

    private static func text(_ name: String, _ fields: [String: AnyJSON]) throws(InvalidRequest) -> String? {
        switch fields[name] {
        case nil, .null?: return nil
        case .text(let text)?: return text
        case let other?: throw invalid(other, name)
        }
    }
}
