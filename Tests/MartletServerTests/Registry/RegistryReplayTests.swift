import Foundation
import HTTPTypes
import TestKit
import Testing

/// The exchanges that the mlflow 3.18 client had with `mlflow server` 3.18, asked of Martlet.
struct RegistryReplayTests {
    private struct Exchange: Decodable {
        var name: String
        var method: String
        var path: String
        var query: [[String]]
        var request: JSON?
        var status: Int
        var response: JSON
    }

    /// In an order in which they make sense; the first version is registered by asking for it once more.
    private let order = [
        "POST_api_2.0_mlflow_registered_models_create", "POST_api_2.0_mlflow_registered_models_create_400", "version 1",
        "POST_api_2.0_mlflow_model_versions_transition_stage",
        "POST_api_2.0_mlflow_registered_models_get_latest_versions",
        "POST_api_2.0_mlflow_registered_models_get_latest_versions_404",
        "POST_api_2.0_mlflow_registered_models_alias", "GET_api_2.0_mlflow_registered_models_alias",
        "PATCH_api_2.0_mlflow_registered_models_update", "PATCH_api_2.0_mlflow_model_versions_update",
        "POST_api_2.0_mlflow_registered_models_set_tag", "POST_api_2.0_mlflow_model_versions_set_tag",
        "DELETE_api_2.0_mlflow_registered_models_delete_tag", "DELETE_api_2.0_mlflow_model_versions_delete_tag",
        "GET_api_2.0_mlflow_model_versions_search", "GET_api_2.0_mlflow_registered_models_search",
        "GET_api_2.0_mlflow_model_versions_get", "GET_api_2.0_mlflow_model_versions_get_404",
        "GET_api_2.0_mlflow_registered_models_get_404", "GET_api_2.0_mlflow_model_versions_get_download_uri",
        "POST_api_2.0_mlflow_model_versions_create", "GET_api_2.0_mlflow_registered_models_get",
        "DELETE_api_2.0_mlflow_model_versions_delete", "DELETE_api_2.0_mlflow_registered_models_alias",
        "POST_api_2.0_mlflow_registered_models_rename", "DELETE_api_2.0_mlflow_registered_models_delete",
    ]

    @Test func `Every recorded exchange of the registry has an equal answer`() async throws {
        let golden = (0..<3).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
            .appending(path: "Golden/mlflow-registry/registry-exchanges.json")
        try await withServer { server in
            // The model that is registered has an id of its own here.
            let ours = try await server.logModel().dropFirst("models:/m-".count)
            let text = try String(contentsOf: golden, encoding: .utf8)
                .replacing("170880302b254095822d22e59d9ba5d5", with: ours)
            let recorded = try JSONDecoder().decode([Exchange].self, from: Data(text.utf8))
            var byName = Dictionary(uniqueKeysWithValues: recorded.map { ($0.name, $0) })
            #expect(Set(order) == Set(byName.keys).union(["version 1"]))
            byName["version 1"] = byName["POST_api_2.0_mlflow_model_versions_create"]
            for name in order {
                let exchange = try #require(byName[name])
                let method = try #require(HTTPRequest.Method(rawValue: exchange.method))
                // As Python's `requests` writes them.
                let query = exchange.query.map { pair in
                    pair.map {
                        ($0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
                            .replacingOccurrences(of: "%20", with: "+")
                    }.joined(separator: "=")
                }.joined(separator: "&")
                let path = exchange.path + (query.isEmpty ? "" : "?" + query)
                let answer = try await server.ask(method, path, json: exchange.request)
                #expect(answer.status == exchange.status, "\(name)")
                if exchange.status >= 400 {
                    for field in ["error_code", "message"] {
                        #expect(answer.json[field] == exchange.response[field], "\(name)")
                    }
                } else if name == "version 1" {
                    #expect(answer.json["model_version"]["version"] == "1")
                } else {
                    let times: Set<String> = ["creation_timestamp", "last_updated_timestamp"]
                    #expect(answer.json.ignoring(times) == exchange.response.ignoring(times), "\(name)")
                }
            }
        }
    }
}
