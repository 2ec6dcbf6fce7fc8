import Foundation
import HTTPTypes
import TestKit
import Testing

/// The exchanges that the mlflow 3.18 client had with `mlflow server` 3.18, asked of Martlet.
@Suite struct TrackingReplayTests {
    private struct Exchange: Decodable {
        var name: String
        var method: String
        var path: String
        var query: [[String]]
        var request: JSON?
        var status: Int
        var response: JSON
    }

    /// Set by the server's clock.
    private let times: Set<String> = [
        "creation_time", "last_update_time", "creation_timestamp_ms", "last_updated_timestamp_ms",
    ]

    /// In an order in which they make sense.
    private let order = [
        "GET_api_2.0_mlflow_experiments_get_by_name_404", "GET_api_2.0_mlflow_experiments_get_by_name",
        "GET_api_2.0_mlflow_experiments_get", "POST_api_2.0_mlflow_experiments_create_400",
        "POST_api_2.0_mlflow_experiments_create", "POST_api_2.0_mlflow_experiments_update",
        "POST_api_2.0_mlflow_experiments_delete", "POST_api_2.0_mlflow_experiments_search",
        "POST_api_2.0_mlflow_experiments_restore", "PATCH_api_2.0_mlflow_logged_models_model_id",
        "POST_api_2.0_mlflow_logged_models", "POST_api_2.0_mlflow_logged_models_search",
        "GET_api_2.0_mlflow_logged_models_model_id", "PATCH_api_2.0_mlflow_logged_models_model_id_tags",
        "POST_api_2.0_mlflow_runs_search", "POST_api_2.0_mlflow_runs_search_400", "GET_api_2.0_mlflow_runs_get",
        "GET_api_2.0_mlflow_runs_get_404", "GET_api_2.0_mlflow_metrics_get_history",
        "POST_api_2.0_mlflow_runs_log_metric", "POST_api_2.0_mlflow_runs_log_batch",
        "POST_api_2.0_mlflow_runs_log_inputs", "POST_api_2.0_mlflow_runs_outputs",
        "POST_api_2.0_mlflow_runs_log_parameter", "POST_api_2.0_mlflow_runs_log_parameter_400",
        "POST_api_2.0_mlflow_runs_set_tag", "POST_api_2.0_mlflow_runs_delete_tag", "POST_api_2.0_mlflow_runs_create",
        "POST_api_2.0_mlflow_runs_update", "POST_api_2.0_mlflow_runs_delete", "POST_api_2.0_mlflow_runs_restore",
        "POST_api_2.0_mlflow_experiments_set_experiment_tag", "GET_api_2.0_mlflow_artifacts_artifacts",
        "GET_api_2.0_mlflow_artifacts_artifacts_path_404", "GET_api_3.0_mlflow_server_info",
    ]

    @Test func `Every recorded exchange of tracking has an equal answer`() async throws {
        let golden = (0..<3).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
            .appending(path: "Golden/mlflow/tracking-exchanges.json")
        let recorded = try JSONDecoder().decode([Exchange].self, from: Data(contentsOf: golden))
        let byName = Dictionary(uniqueKeysWithValues: recorded.map { ($0.name, $0) })
        #expect(Set(order) == Set(byName.keys))
        try await withServer { server in
            var ids = Identities()
            for name in order {
                let exchange = try #require(byName[name])
                try await prepare(exchange.name, byName, server, &ids)
                let answer = try await ask(exchange, server, ids)
                #expect(answer.status == exchange.status, "\(name): \(String(decoding: answer.body, as: UTF8.self))")
                let body = try answer.json()
                if exchange.status >= 400 {
                    #expect(body["error_code"] == exchange.response["error_code"], "\(name)")
                    let start = ids.ours(exchange.response["message"].text).prefix(while: { $0 != "{" }).prefix(40)
                    #expect(body["message"].text.hasPrefix(start), "\(name): \(body["message"].text)")
                } else if name.hasSuffix("server_info") {
                    #expect(body["artifact_serving_enabled"] == .bool(true))
                    #expect(body["multipart_uploads_enabled"] == .bool(false))
                } else {
                    ids.learn(exchange.response, body)
                    let expected = try ids.ours(exchange.response)
                    #expect(body.ignoring(times) == expected.ignoring(times), "\(name)")
                }
            }
        }
    }

    private func ask(_ exchange: Exchange, _ server: TestServer, _ ids: Identities) async throws
        -> TestServer.Answer
    {
        var path = exchange.path
        if !exchange.query.isEmpty {
            let allowed = CharacterSet.urlQueryAllowed.subtracting(CharacterSet(charactersIn: "&=+"))
            path +=
                "?"
                + exchange.query.map { item in
                    item.map { $0.addingPercentEncoding(withAllowedCharacters: allowed) ?? $0 }.joined(separator: "=")
                }.joined(separator: "&")
        }
        let method = try #require(HTTPRequest.Method(exchange.method))
        let body = try exchange.request.map { try ids.ours($0).data() } ?? Data()
        return try await server.ask(method, ids.ours(path), body: body)
    }

    /// Makes what a recorded exchange takes for granted.
    private func prepare(
        _ name: String, _ recorded: [String: Exchange], _ server: TestServer, _ ids: inout Identities
    ) async throws {
        switch name {
        case "GET_api_2.0_mlflow_experiments_get_by_name":
            try await server.post("experiments/create", ["name": "wire-exp"])
        case "PATCH_api_2.0_mlflow_logged_models_model_id":
            // The runs first, because models name them.
            for source in ["GET_api_2.0_mlflow_runs_get", "POST_api_2.0_mlflow_runs_search"] {
                let answer = try #require(recorded[source]).response
                for run in answer["run"] == .null ? answer["runs"].elements : [answer["run"]] {
                    let made = try await makeRun(run["info"], run["data"]["tags"], server)
                    ids.learn(run["info"]["run_id"], made)
                    try await log(run["data"]["metrics"], made, server)
                }
            }
            for old in ["84ef148b589948a3be1ec2c1cfd62edc", "c42511f617ec42ccb78347c93fe790ff"] {
                let made = try await server.post(
                    "runs/create",
                    [
                        "experiment_id": "1", "user_id": "root", "run_name": "parent",
                        "start_time": .number(1795405784185),
                    ])
                ids.learn(.text(old), made["run"]["info"]["run_id"])
            }
            let model = try #require(recorded[name]).response["model"]
            let info = model["info"]
            let made = try await server.post(
                "logged-models",
                [
                    "experiment_id": "1", "name": info["name"], "source_run_id": try ids.ours(info["source_run_id"]),
                    "params": model["data"]["params"], "tags": info["tags"],
                ])
            ids.learn(info["model_id"], made["model"]["info"]["model_id"])
            try await measure(model, server, ids)
            // The other model is newer.
            try await Task.sleep(for: .milliseconds(5))
        case "POST_api_2.0_mlflow_logged_models_search":
            let get = try #require(recorded["GET_api_2.0_mlflow_logged_models_model_id"]).response["model"]
            try await measure(get, server, ids)
            let id = try ids.ours(get["info"]["model_id"]).text
            _ = try await server.ask(
                .patch, "/api/2.0/mlflow/logged-models/\(id)", json: ["model_id": .text(id), "status": 2])
            for model in try #require(recorded[name]).response["models"].elements {
                let id = try ids.ours(model["info"]["model_id"]).text
                let tags: JSON = ["tags": model["info"]["tags"]]
                _ = try await server.ask(.patch, "/api/2.0/mlflow/logged-models/\(id)/tags", body: try tags.data())
            }
        case "POST_api_2.0_mlflow_runs_search":
            for run in try #require(recorded[name]).response["runs"].elements { try await fill(run, server, ids) }
        case "GET_api_2.0_mlflow_runs_get":
            try await fill(try #require(recorded[name]).response["run"], server, ids)
        case "POST_api_2.0_mlflow_runs_log_parameter_400":
            // Logged by now, by the exchange before it.
            break
        case "POST_api_2.0_mlflow_runs_delete_tag":
            try await server.post(
                "runs/set-tag", try ids.ours(["run_id": "70e4fa7b37934cbc90c9dcc532f65cd1", "key": "x", "value": "1"]))
        case "GET_api_2.0_mlflow_artifacts_artifacts":
            let folder = try #require(recorded[name]).query[0][1]
            for file in try #require(recorded[name]).response["files"].elements {
                guard case .number(let size) = file["file_size"] else { continue }
                let path = "/api/2.0/mlflow-artifacts/artifacts/" + ids.ours(folder) + "/" + file["path"].text
                let answer = try await server.ask(.put, path, body: Data(count: Int(size)))
                #expect(answer.status == 200 && answer.body.isEmpty)
            }
        default: break
        }
    }

    private func makeRun(_ info: JSON, _ tags: JSON, _ server: TestServer) async throws -> JSON {
        let made = try await server.post(
            "runs/create",
            [
                "experiment_id": info["experiment_id"], "user_id": info["user_id"], "run_name": info["run_name"],
                "start_time": info["start_time"], "tags": tags,
            ])
        return made["run"]["info"]["run_id"]
    }

    private func log(_ metrics: JSON, _ run: JSON, _ server: TestServer) async throws {
        for metric in metrics.elements {
            guard case .object(var fields) = metric else { continue }
            fields["run_id"] = run
            try await server.post("runs/log-metric", .object(fields))
        }
    }

    private func measure(_ model: JSON, _ server: TestServer, _ ids: Identities) async throws {
        let run = try ids.ours(model["info"]["source_run_id"])
        try await server.post("runs/log-batch", ["run_id": run, "metrics": try ids.ours(model["data"]["metrics"])])
    }

    /// Logs what a recorded run holds.
    private func fill(_ run: JSON, _ server: TestServer, _ ids: Identities) async throws {
        let id = try ids.ours(run["info"]["run_id"])
        try await server.post("runs/log-batch", ["run_id": id, "params": run["data"]["params"]])
        try await server.post("runs/log-inputs", ["run_id": id, "datasets": run["inputs"]["dataset_inputs"]])
        try await server.post(
            "runs/outputs", ["run_id": id, "models": try ids.ours(run["outputs"]["model_outputs"])])
        guard run["info"]["end_time"] != .null else { return }
        try await server.post(
            "runs/update", ["run_id": id, "status": run["info"]["status"], "end_time": run["info"]["end_time"]])
    }

    /// Which of our ids stands for which recorded one.
    private struct Identities {
        private var pairs: [String: String] = [:]

        mutating func learn(_ theirs: JSON, _ ours: JSON) {
            switch (theirs, ours) {
            case (.text(let theirs), .text(let ours))
            where theirs.utf8.count >= 32 && theirs.utf8.count == ours.utf8.count:
                if !theirs.contains("/"), pairs[theirs] == nil { pairs[theirs] = ours }
            case (.object, .object):
                for name in ["run", "model", "info"] { learn(theirs[name], ours[name]) }
                for name in ["run_id", "model_id"] { learn(theirs[name], ours[name]) }
            default: break
            }
        }

        func ours(_ text: String) -> String {
            pairs.reduce(text) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
        }
        func ours(_ json: JSON) throws -> JSON {
            try JSON(
                Data(
                    ours(String(decoding: try json.data(), as: UTF8.self).replacingOccurrences(of: "\\/", with: "/"))
                        .utf8))
        }
    }
}
