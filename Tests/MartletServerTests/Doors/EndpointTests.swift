import Foundation
import HTTPTypes
import TestKit
import Testing

/// Every endpoint that `mlflow server` 3.18 registers, asked of Martlet.
@Suite struct EndpointTests {
    private func endpoints() throws -> [(method: HTTPRequest.Method, path: String)] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Golden/mlflow/endpoints.json").standardized
        return try JSON(Data(contentsOf: file)).elements.map { endpoint in
            (try #require(HTTPRequest.Method(rawValue: endpoint.elements[0].text)), endpoint.elements[1].text)
        }
    }

    /// The web interface's own, which is served from its folder when there is one.
    private let interface: Set<String> = ["/", "/static-files/{path}", "/build/{path}", "/graphql"]

    @Test func `Every endpoint of MLflow's is provided, or says in MLflow's shape that it is not`() async throws {
        try await withServer { server in
            let endpoints = try endpoints()
            #expect(endpoints.count > 500)
            var unknown: [String] = []
            for (method, template) in endpoints {
                let path = template.replacing("{path}", with: "x/y").replacing(/{\w+}/, with: "x")
                let answer = try await server.ask(
                    method, path, body: Data("{}".utf8), headers: [.contentType: "application/json"])
                #expect(answer.status != 500, "\(method) \(path): \(answer.text)")
                guard answer.status >= 400 else { continue }
                let error = try answer.json()
                #expect(!error["error_code"].text.isEmpty && !error["message"].text.isEmpty, "\(method) \(path)")
                let name = "\(method) \(template)"
                guard error["error_code"] == "ENDPOINT_NOT_FOUND", !interface.contains(template) else { continue }
                unknown.append(name)
            }
            #expect(unknown.isEmpty, "\(unknown.joined(separator: "\n"))")
        }
    }

    @Test func `Of what there is none of, lists are empty and things are missing`() async throws {
        try await withServer { server in
            let cases: [(HTTPRequest.Method, String, Int, String)] = [
                (.post, "3.0/mlflow/traces/search", 200, ""), (.get, "2.0/mlflow/traces?experiment_ids=0", 200, ""),
                (.get, "3.0/mlflow/traces/tr-1", 404, "RESOURCE_DOES_NOT_EXIST"),
                (.get, "2.0/mlflow/traces/tr-1/info", 404, "RESOURCE_DOES_NOT_EXIST"),
                (.post, "3.0/mlflow/traces", 501, "NOT_IMPLEMENTED"),
                (.post, "3.0/mlflow/traces/tr-1/assessments", 404, "RESOURCE_DOES_NOT_EXIST"),
                (.get, "3.0/mlflow/datasets/search", 200, ""),
                (.post, "3.0/mlflow/datasets/create", 501, "NOT_IMPLEMENTED"),
                (.get, "3.0/mlflow/scorers/list", 200, ""),
                (.post, "3.0/mlflow/scorers/register", 501, "NOT_IMPLEMENTED"),
                (.get, "3.0/mlflow/gateway/endpoints/list", 501, "NOT_IMPLEMENTED"),
                (.get, "3.0/mlflow/workspaces", 501, "FEATURE_DISABLED"),
                (.get, "3.0/mlflow/nothing/of/this", 404, "ENDPOINT_NOT_FOUND"),
                (.put, "3.0/mlflow/traces", 404, "ENDPOINT_NOT_FOUND"),
            ]
            for prefix in ["/api/", "/ajax-api/"] {
                for (method, path, status, code) in cases {
                    let answer = try await server.ask(method, prefix + path, body: Data("{}".utf8))
                    #expect(answer.status == status, "\(method) \(path): \(answer.text)")
                    #expect(try answer.json() == [:] || status != 200, "\(path)")
                    #expect(try answer.json()["error_code"].text == code, "\(path)")
                }
            }
        }
    }
}
