import Foundation
import HTTPTypes
import TestKit
import Testing

/// What `mlflow server` 3.18 does where it is easily done otherwise.
@Suite struct TrackingContractTests {
    private func run(_ server: TestServer, _ fields: [String: JSON] = [:]) async throws -> JSON {
        let body = ["experiment_id": "0", "start_time": 1].merging(fields) { $1 }
        return try await server.post("runs/create", .object(body))["run"]
    }

    private func answer(_ server: TestServer, _ path: String, _ body: JSON) async throws -> (Int, JSON) {
        let answer = try await server.ask(.post, "/api/2.0/mlflow/" + path, json: body)
        return (answer.status, answer.json)
    }

    private func tags(_ run: JSON) -> [String: String] {
        Dictionary(run["data"]["tags"].elements.map { ($0["key"].text, $0["value"].text) }, uniquingKeysWith: { $1 })
    }

    @Test func `A new run takes tags of any name and number, but no key twice`() async throws {
        try await withServer { server in
            let many = (0..<150).map { JSON.object(["key": .text("a,b/\($0)//"), "value": "v"]) }
            #expect(try await run(server, ["tags": .list(many)])["data"]["tags"].elements.count == 151)
            let twice: JSON = [["key": "k", "value": "v"], ["key": "k", "value": "v"]]
            let refused = try await answer(server, "runs/create", ["experiment_id": "0", "tags": twice])
            #expect(refused.0 == 400 && refused.1["error_code"] == "BAD_REQUEST")
        }
    }

    @Test func `A run keeps its name when it is told an empty one, and an end of zero is none`() async throws {
        try await withServer { server in
            let id = try await run(server, ["run_name": "first"])["info"]["run_id"]
            try await server.post("runs/set-tag", ["run_id": id, "key": "mlflow.runName", "value": ""])
            try await server.post(
                "runs/log-batch", ["run_id": id, "tags": [["key": "mlflow.runName", "value": ""]]])
            let info = try await server.post("runs/update", ["run_id": id, "end_time": 0, "run_name": ""])["run_info"]
            #expect(info["run_name"] == "first" && info["end_time"] == .null)
            let found = try await server.ask(.get, "/api/2.0/mlflow/runs/get?run_id=\(id.text)").json()["run"]
            #expect(tags(found)["mlflow.runName"] == "first")
        }
    }

    @Test func `A batch that is refused in its last part logs nothing of it`() async throws {
        try await withServer { server in
            let id = try await run(server)["info"]["run_id"]
            let metric: JSON = ["key": "m", "value": 1, "timestamp": 1]
            let bad: [(String, JSON)] = [
                ("metrics", [["key": "x", "value": 1, "timestamp": 1, "model_id": "m-none"]]),
                ("params", [["key": "p", "value": "2"]]), ("tags", [["key": "/bad", "value": "v"]]),
            ]
            try await server.post("runs/log-parameter", ["run_id": id, "key": "p", "value": "1"])
            for (list, wrong) in bad {
                var body: [String: JSON] = [
                    "run_id": id, "metrics": [metric], "params": [["key": "q", "value": "1"]],
                    "tags": [["key": "t", "value": "1"]],
                ]
                body[list] = .list((body[list]?.elements ?? []) + wrong.elements)
                #expect(try await answer(server, "runs/log-batch", .object(body)).0 == 400, "\(list)")
            }
            let data = try await server.ask(.get, "/api/2.0/mlflow/runs/get?run_id=\(id.text)").json()["run"]["data"]
            #expect(data["metrics"] == .null && data["params"] == [["key": "p", "value": "1"]])
            #expect(data["tags"].elements.map { $0["key"] } == ["mlflow.runName"])
        }
    }

    @Test func `Deleting and restoring an experiment takes all its runs along, whatever they were before`() async throws
    {
        try await withServer { server in
            let experiment = try await server.post("experiments/create", ["name": "e"])["experiment_id"]
            let runs = [
                try await run(server, ["experiment_id": experiment])["info"]["run_id"],
                try await run(server, ["experiment_id": experiment])["info"]["run_id"],
            ]
            try await server.post("runs/delete", ["run_id": runs[1]])
            func stages() async throws -> [String] {
                var stages: [String] = []
                for run in runs {
                    let found = try await server.ask(.get, "/api/2.0/mlflow/runs/get?run_id=\(run.text)").json()
                    stages.append(found["run"]["info"]["lifecycle_stage"].text)
                }
                return stages
            }
            #expect(try await stages() == ["active", "deleted"])
            try await server.post("experiments/delete", ["experiment_id": experiment])
            #expect(try await stages() == ["deleted", "deleted"])
            #expect(try await answer(server, "runs/create", ["experiment_id": experiment]).0 == 400)
            try await server.post("experiments/restore", ["experiment_id": experiment])
            #expect(try await stages() == ["active", "active"])
        }
    }

    @Test func `The list of models in a run's tag is whole JSON, however long, and leaves configurations out`()
        async throws
    {
        try await withServer { server in
            let id = try await run(server)["info"]["run_id"]
            let flavor = #"{"data": "\#(String(repeating: "x", count: 3_000))", "config": {"secret": 1}}"#
            let model =
                #"{"artifact_path": "model", "flavors": {"python_function": \#(flavor)}, "utc_time_created": "2024-01-01 "#
                + #"00:00:00.000000", "run_id": "r", "signature": "none"}"#
            for _ in 0..<4 {
                try await server.post("runs/log-model", ["run_id": id, "model_json": .text(model)])
            }
            let found = try await server.ask(.get, "/api/2.0/mlflow/runs/get?run_id=\(id.text)").json()["run"]
            let list = try JSON(Data(try #require(tags(found)["mlflow.log-model.history"]).utf8)).elements
            #expect(list.count == 4)
            #expect(list[3]["flavors"]["python_function"]["config"] == .null && list[3]["signature"] == .null)
            #expect(list[3]["artifact_path"] == "model" && list[3]["run_id"] == "r")
        }
    }

    @Test func `Names come in camel case or snake case, not in both, and JSON may come within a text`() async throws {
        try await withServer { server in
            let path = "/api/2.0/mlflow/experiments/create"
            let camel = try await server.ask(.post, path, json: ["name": "a", "artifactLocation": "s3://b/camel"])
            let found = try await server.ask(
                .get, "/api/2.0/mlflow/experiments/get?experiment_id=\(camel.json["experiment_id"].text)")
            #expect(try found.json()["experiment"]["artifact_location"] == "s3://b/camel")
            let both = try await server.ask(
                .post, path, json: ["name": "b", "artifactLocation": "s3://b/c", "artifact_location": "s3://b/d"])
            #expect(both.status == 400 && both.json["message"].text.hasPrefix("Request specifies both"))
            #expect(try await server.ask(.post, path, json: .text(#"{"name": "c"}"#)).status == 200)
        }
    }

    @Test func `What a wrong value is, is said with the value, its field and its type`() async throws {
        try await withServer { server in
            let cases: [(String, JSON, String)] = [
                (
                    "experiments/create", ["name": 123],
                    "Invalid value 123 for parameter 'name' supplied:  Hint: Value was of type 'int'."
                ),
                (
                    "experiments/create", ["name": "x", "artifact_location": .number(9.5)],
                    "Invalid value 9.5 for parameter 'artifact_location' supplied"
                ),
                (
                    "experiments/create", ["name": "x", "tags": "5"],
                    "Invalid value \"5\" for parameter 'tags' supplied"
                ),
                (
                    "runs/log-metric", ["run_id": "r", "key": "k", "value": "eight", "timestamp": 1],
                    "Invalid value \"eight\" for parameter 'value' supplied"
                ),
                (
                    "runs/log-batch", ["run_id": "r", "params": [["key": 5]]],
                    "Invalid value 5 for parameter 'params[0].key' supplied"
                ),
                ("runs/delete", ["run_id": ["a"]], "Invalid value [\"a\"] for parameter 'run_id' supplied"),
                (
                    "experiments/delete", ["experiment_id": 31],
                    "Invalid value 31 for parameter 'experiment_id' supplied"
                ),
            ]
            for (path, body, message) in cases {
                let refused = try await answer(server, path, body)
                #expect(refused.0 == 400 && refused.1["message"].text.hasPrefix(message), "\(path): \(refused.1)")
            }
        }
    }

    @Test func `Only JSON is read, and a path is asked by its own method`() async throws {
        try await withServer { server in
            let path = "/api/2.0/mlflow/experiments/create"
            for type in ["", "text/plain", "application/x-www-form-urlencoded"] {
                let answer = try await server.ask(
                    .post, path, body: Data(#"{"name": "x"}"#.utf8), headers: [.contentType: type])
                #expect(answer.status == 400, "\(type)")
            }
            let typed = HTTPFields(dictionaryLiteral: (.contentType, "application/json; charset=utf-8"))
            #expect(try await server.ask(.post, path, body: Data(#"{"name": "x"}"#.utf8), headers: typed).status == 200)
            let wrong = try await server.ask(.get, path)
            #expect(wrong.status == 405 && wrong.headers[.allow] == "POST")
            // A GET may bring its query as a body, and of a name that comes twice the first counts.
            let body = Data(#"{"experiment_name": "x"}"#.utf8)
            let found = try await server.ask(.get, "/api/2.0/mlflow/experiments/get-by-name", body: body)
            #expect(try found.json()["experiment"]["name"] == "x")
            let first = try await server.ask(.get, "/api/2.0/mlflow/experiments/get?experiment_id=0&experiment_id=9")
            #expect(try first.json()["experiment"]["experiment_id"] == "0")
        }
    }

    @Test func `Of a model's metric the latest step counts, in filters and orders`() async throws {
        try await withServer { server in
            let run = try await run(server)["info"]["run_id"]
            var ids: [JSON] = []
            for (name, values) in [("a", [1, 9]), ("b", [8, 2]), ("c", [])] {
                let made = try await server.post("logged-models", ["experiment_id": "0", "name": .text(name)])
                ids.append(made["model"]["info"]["model_id"])
                for (step, value) in values.enumerated() {
                    // Times run against steps.
                    let metric: JSON = [
                        "key": "acc", "value": .number(Double(value)), "timestamp": .number(Double(10 - step)),
                        "step": .number(Double(step)), "model_id": ids[ids.count - 1],
                    ]
                    try await server.post("runs/log-batch", ["run_id": run, "metrics": [metric]])
                }
            }
            func names(_ filter: String, ascending: Bool = true) async throws -> [String] {
                let found = try await server.post(
                    "logged-models/search",
                    [
                        "experiment_ids": ["0"], "filter": .text(filter),
                        "order_by": [["field_name": "metrics.acc", "ascending": .bool(ascending)]],
                    ])
                return found["models"].elements.map { $0["info"]["name"].text }
            }
            #expect(try await names("") == ["b", "a", "c"])
            #expect(try await names("", ascending: false) == ["a", "b", "c"])
            #expect(try await names("metrics.acc > 5") == ["a"])
            #expect(try await names("metrics.acc = 8").isEmpty)
            _ = try await server.ask(
                .patch, "/api/2.0/mlflow/logged-models/\(ids[2].text)",
                json: ["model_id": ids[2], "status": "LOGGED_MODEL_UPLOAD_FAILED"])
            #expect(try await names("status = 'FAILED'") == ["c"])
            #expect(try await names("status IN ('READY', 'PENDING')") == ["b", "a"])
        }
    }

    @Test func `Outputs may be named again at the same step, not at another, and none at all`() async throws {
        try await withServer { server in
            let run = try await run(server)["info"]["run_id"]
            for _ in 0..<2 {
                try await server.post("runs/outputs", ["run_id": run, "models": [["model_id": "m-1", "step": 3]]])
            }
            try await server.post("runs/outputs", ["run_id": run, "models": []])
            let other = try await answer(
                server, "runs/outputs", ["run_id": run, "models": [["model_id": "m-1", "step": 4]]])
            #expect(other.0 == 400 && other.1["error_code"] == "BAD_REQUEST")
            let found = try await server.ask(.get, "/api/2.0/mlflow/runs/get?run_id=\(run.text)").json()["run"]
            #expect(found["outputs"]["model_outputs"] == [["model_id": "m-1", "step": 3]])
        }
    }
}
