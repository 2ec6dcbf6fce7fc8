import Foundation
import HTTPTypes
import Martlet
import MartletAPI
import MartletDomain
import Platform
import TestKit
import Testing

/// Somebody who was given something smaller than the workspace.
struct ScopeRouteTests {
    private let mlflow = "/api/2.0/mlflow/"

    /// Two experiments with a run each, and a token for a contributor on the first.
    private func withTwo(
        _ body: (TestServer, _ token: String, _ mine: (String, String), _ other: (String, String)) async throws -> Void
    ) async throws {
        try await withServer(policy: .governed) { server in
            let all = try await server.token(.contributor, named: "maker")
            func make(_ name: String) async throws -> (String, String) {
                let made = try await server.ask(
                    .post, mlflow + "experiments/create", json: ["name": .text(name)], token: all)
                let id = made.json["experiment_id"].text
                let run = try await server.ask(
                    .post, mlflow + "runs/create", json: ["experiment_id": .text(id)], token: all)
                return (id, run.json["run"]["info"]["run_id"].text)
            }
            let (mine, other) = (try await make("mine"), try await make("other"))
            let identity = server.platform.identity
            let token = try await identity.createUser("bo", roles: [], kind: .serviceAccount, by: .setup)
            try await identity.grant(RoleBinding(.principal("bo"), "contributor", on: .experiment(mine.0)), by: .setup)
            try await body(server, token, mine, other)
        }
    }

    @Test func `A role on one experiment is good for its runs and files, and for no other's`() async throws {
        try await withTwo { server, token, mine, other in
            func metric(_ run: String) -> JSON { ["run_id": .text(run), "key": "auc", "value": 1, "timestamp": 1] }
            let files = "/api/2.0/mlflow-artifacts/artifacts/"
            for ((experiment, run), expected) in [(mine, 200), (other, 403), (("77", "no-such-run"), 403)] {
                let log = try await server.ask(.post, mlflow + "runs/log-metric", json: metric(run), token: token)
                #expect(log.status == expected, "log-metric in \(experiment): \(log.json)")
                let get = try await server.ask(.get, mlflow + "runs/get?run_id=\(run)", token: token)
                #expect(get.status == expected, "runs/get in \(experiment)")
                let show = try await server.ask(
                    .get, mlflow + "experiments/get?experiment_id=\(experiment)", token: token)
                #expect(show.status == expected, "experiments/get of \(experiment)")
                let path = files + "\(experiment)/\(run)/artifacts/a.txt"
                let put = try await server.ask(.put, path, body: Data("x".utf8), token: token)
                #expect(put.status == expected, "put into \(experiment): \(put.text)")
                #expect(try await server.ask(.get, path, token: token).status == expected, "get from \(experiment)")
                let history = try await server.ask(
                    .get, mlflow + "metrics/get-history?run_id=\(run)&metric_key=auc", token: token)
                #expect(history.status == expected, "history in \(experiment)")
            }
            let create = try await server.ask(.post, mlflow + "experiments/create", json: ["name": "x"], token: token)
            #expect(create.status == 403)
            #expect(try await server.ask(.delete, files + mine.0, token: token).status != 403)
            #expect(try await server.ask(.get, files + other.0 + "/../" + mine.0, token: token).status != 200)
        }
    }

    @Test func `A change of a table names no run that is not there or not the caller's`() async throws {
        try await withTwo { server, token, mine, other in
            let identity = server.platform.identity
            try await identity.grant(
                RoleBinding(.principal("bo"), "contributor", on: .featureTable("shop.sales")), by: .setup)
            try await server.platform.importText("id\n1\n", as: "shop.sales", by: .setup)
            let all = try await server.token(.contributor, named: "whole")
            let absent = String(repeating: "0", count: 32)
            let changes: [(String, [String: JSON])] = [
                ("datasets/import", ["table": "shop.sales", "upload": "x", "file_name": "x.csv", "mode": "append"]),
                ("datasets/restore", ["table": "shop.sales", "version": 0]),
                ("datasets/delete-rows", ["table": "shop.sales", "predicate": "id = 7"]),
                ("datasets/transactions/begin", ["table": "shop.sales", "kind": "APPEND"]),
                ("features/tables/write", ["table": "shop.sales", "rows": ["upload": "x"], "mode": "merge"]),
            ]
            for (path, fields) in changes {
                func ask(_ run: String, _ token: String) async throws -> (status: Int, json: JSON) {
                    try await server.martlet(path, .object(fields.merging(["run_id": .text(run)]) { $1 }), token: token)
                }
                let (theirs, gone) = (try await ask(other.1, token), try await ask(absent, token))
                #expect(theirs.status == 403 && gone.status == 403, "\(path): \(theirs.json) \(gone.json)")
                #expect(theirs.json == gone.json)
                #expect(try await ask(mine.1, token).status != 403, "\(path)")
                let missing = try await ask(absent, all)
                #expect(
                    missing.status == 404 && missing.json["message"].text.contains(absent), "\(path): \(missing.json)")
                #expect(try await ask(other.1, all).status != 404, "\(path)")
            }
        }
    }

    @Test func `What a request is about is what its handler takes it to be about`() async throws {
        try await withTwo { server, token, _, _ in
            let all = try await server.token(.contributor, named: "whole")
            for name in ["open", "secret"] {
                let made = try await server.ask(
                    .post, mlflow + "registered-models/create", json: ["name": .text(name)], token: all)
                #expect(made.status == 200)
            }
            try await server.platform.identity.grant(
                RoleBinding(.principal("bo"), "contributor", on: .registeredModel("open")), by: .setup)
            let path = mlflow + "transition-requests/delete?version=1&stage=Staging&creator=whole&"
            for (query, isLetIn) in [
                ("name=open", true), ("name=secret", false), ("n%61me=secret&name=open", false),
                ("name=secret&name=open", false), ("name=open&n%61me=secret", true), ("", false),
            ] {
                let answer = try await server.ask(.delete, path + query, token: token)
                #expect((answer.status != 403) == isLetIn, "\(query): \(answer.text)")
                #expect(!answer.text.contains("secret") || answer.status == 403, "\(query): \(answer.text)")
            }
        }
    }

    @Test func `Queries are read in one way by all routes`() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources")
            .standardized
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var count = 0
        for case let file as URL in files where file.pathExtension == "swift" {
            count += 1
            let text = try String(contentsOf: file, encoding: .utf8)
            // Hummingbird leaves names as they came; QueryItems decodes them.
            #expect(!text.contains("query" + "Parameters"), "\(file.path)")
        }
        #expect(count > 100)
    }

    @Test func `What is refused and what is not there are answered alike`() async throws {
        try await withTwo { server, token, _, other in
            let there = try await server.ask(.get, mlflow + "runs/get?run_id=\(other.1)", token: token)
            let absent = try await server.ask(
                .get, mlflow + "runs/get?run_id=\(String(repeating: "0", count: 32))", token: token)
            #expect(there.status == 403 && absent.status == 403)
            #expect(try there.json() == absent.json())
            let named = try await server.ask(
                .get, mlflow + "experiments/get-by-name?experiment_name=other", token: token)
            let unnamed = try await server.ask(
                .get, mlflow + "experiments/get-by-name?experiment_name=none", token: token)
            #expect(named.status == 403 && unnamed.status == 403)
            #expect(try named.json() == unnamed.json())
        }
    }

    @Test func `Searches find what the caller may see, in full pages`() async throws {
        try await withTwo { server, token, mine, other in
            let found = try await server.ask(
                .post, mlflow + "experiments/search", json: ["max_results": 1], token: token)
            #expect(found.json["experiments"].elements.map { $0["name"].text } == ["mine"])
            #expect(found.json["next_page_token"].text == "")
            let runs = try await server.ask(
                .post, mlflow + "runs/search",
                json: ["experiment_ids": [.text(mine.0), .text(other.0)]], token: token)
            #expect(runs.json["runs"].elements.map { $0["info"]["run_id"].text } == [mine.1])
            let models = try await server.ask(.get, mlflow + "registered-models/search", token: token)
            #expect(models.status == 200)
            #expect(try models.json()["registered_models"].elements.isEmpty)
            let query: JSON = [
                "query": .text(
                    "query { mlflowSearchRuns(input: {experimentIds: [\"\(mine.0)\", \"\(other.0)\"]}) "
                        + "{ runs { info { runId } } } }")
            ]
            let graph = try await server.ask(.post, "/graphql", json: query, token: token)
            #expect(graph.json["data"]["mlflowSearchRuns"]["runs"].elements.count == 1, "\(graph.json)")
            let one: JSON = [
                "query": .text("query { mlflowGetRun(input: {runId: \"\(other.1)\"}) { run { info { runId } } } }")
            ]
            let refused = try await server.ask(.post, "/graphql", json: one, token: token)
            #expect(!"\(refused.json["data"])".contains(other.1), "\(refused.json)")
        }
    }

    @Test func `A model is seen by those who have a role on it, under its new name too, and by no namesake`()
        async throws
    {
        try await withServer(policy: .governed) { server in
            let (identity, all) = (server.platform.identity, try await server.token(.contributor, named: "maker"))
            for name in ["churn", "other"] {
                _ = try await server.ask(
                    .post, mlflow + "registered-models/create", json: ["name": .text(name)], token: all)
            }
            let token = try await identity.createUser("bo", roles: [], kind: .serviceAccount, by: .setup)
            try await identity.createGroup("risk", by: .setup)
            try await identity.add("bo", to: "risk", by: .setup)
            try await identity.grant(RoleBinding(.group("risk"), "viewer", on: .registeredModel("churn")), by: .setup)
            func status(_ name: String) async throws -> Int {
                try await server.ask(.get, mlflow + "registered-models/get?name=\(name)", token: token).status
            }
            #expect(try await status("churn") == 200)
            #expect(try await status("other") == 403)
            #expect(try await status("none") == 403)
            let found = try await server.ask(.get, mlflow + "registered-models/search", token: token)
            #expect(try found.json()["registered_models"].elements.map { $0["name"].text } == ["churn"])
            let change: JSON = ["name": "churn", "description": "x"]
            #expect(
                try await server.ask(.patch, mlflow + "registered-models/update", json: change, token: token).status
                    == 403)
            _ = try await server.ask(
                .post, mlflow + "registered-models/rename", json: ["name": "churn", "new_name": "left"], token: all)
            #expect(try await status("left") == 200)
            _ = try await server.ask(
                .post, mlflow + "registered-models/create", json: ["name": "churn"], token: all)
            #expect(try await status("churn") == 403)
            _ = try await server.ask(.delete, mlflow + "registered-models/delete", json: ["name": "left"], token: all)
            _ = try await server.ask(.post, mlflow + "registered-models/create", json: ["name": "left"], token: all)
            #expect(try await status("left") == 403)
        }
    }

    @Test func `A metric of one's own run is not put on another's model`() async throws {
        try await withTwo { server, token, mine, other in
            let all = try await server.token(.contributor, named: "second")
            let made = try await server.ask(
                .post, mlflow + "logged-models", json: ["experiment_id": .text(other.0), "name": "theirs"], token: all)
            let model = made.json["model"]["info"]["model_id"].text
            #expect(made.status == 200 && !model.isEmpty, "\(made.json)")
            let metric: JSON = ["model_id": .text(model), "key": "auc", "value": 1, "timestamp": 1, "step": 0]
            let one: JSON = [
                "run_id": .text(mine.1), "model_id": .text(model), "key": "auc", "value": 1, "timestamp": 1,
            ]
            #expect(try await server.ask(.post, mlflow + "runs/log-metric", json: one, token: token).status == 403)
            let batch: JSON = ["run_id": .text(mine.1), "metrics": [metric]]
            #expect(try await server.ask(.post, mlflow + "runs/log-batch", json: batch, token: token).status == 403)
            #expect(try await server.ask(.post, mlflow + "runs/log-batch", json: batch, token: all).status == 200)
        }
    }

    @Test func `A name that holds an at sign, or marks in another order, is another's`() async throws {
        try await withServer(policy: .governed) { server in
            let (identity, all) = (server.platform.identity, try await server.token(.contributor, named: "maker"))
            let (composed, apart) = ("caf\u{E9}", "cafe\u{301}")
            for name in ["fraud", "fraud@eu", composed, apart] {
                let made = try await server.ask(
                    .post, mlflow + "registered-models/create", json: ["name": .text(name)], token: all)
                #expect(made.status == 200, "\(name): \(made.json)")
            }
            let token = try await identity.createUser("bo", roles: [], kind: .serviceAccount, by: .setup)
            for name in ["fraud", composed] {
                try await identity.grant(
                    RoleBinding(.principal("bo"), "viewer", on: .registeredModel(name)), by: .setup)
            }
            let found = try await server.martlet(
                FindModelVersion.path, ["uri": "models:/fraud@eu/Production"], token: token)
            #expect(found.status == 403)
            for (name, expected) in [(composed, 200), (apart, 403)] {
                let shown = try await server.ask(
                    .get, mlflow + "registered-models/get?name=\(PercentEncoding.encode(name))", token: token)
                #expect(shown.status == expected)
            }
            let models = try await server.ask(.get, mlflow + "registered-models/search", token: token)
            let names = try models.json()["registered_models"].elements.map { Array($0["name"].text.utf8) }
            #expect(Set(names) == [Array("fraud".utf8), Array(composed.utf8)])
        }
    }

    @Test func `Health of a model that one may not see is refused as that of one that is not there`() async throws {
        try await withServer(policy: .governed) { server in
            let (identity, all) = (server.platform.identity, try await server.token(.contributor, named: "maker"))
            for name in ["churn", "secret"] {
                _ = try await server.ask(
                    .post, mlflow + "registered-models/create", json: ["name": .text(name)], token: all)
            }
            let token = try await identity.createUser("bo", roles: [], kind: .serviceAccount, by: .setup)
            try await identity.grant(RoleBinding(.principal("bo"), "viewer", on: .registeredModel("churn")), by: .setup)
            for (name, expected) in [("churn", 200), ("secret", 403), ("none", 403)] {
                let answer = try await server.martlet(GetModelHealth.path, ["model": .text(name)], token: token)
                #expect(answer.status == expected, "\(name): \(answer.json)")
            }
            let pack = try await server.martlet(PackEvidence.path, ["uri": "models:/churn/1"], token: token)
            #expect(pack.status == 403)
        }
    }

    @Test func `A role on a table is good by both of its names, and ends with it`() async throws {
        try await withServer(policy: .governed) { server in
            let (identity, all) = (server.platform.identity, try await server.token(.contributor, named: "maker"))
            let token = try await identity.createUser("bo", roles: [], kind: .serviceAccount, by: .setup)
            func create() async throws {
                let declaration = FeatureTableDeclaration(
                    name: "risk.vendors", primaryKeys: ["uei"], columns: [ColumnDeclaration("uei", "string")])
                _ = try await server.client(token: all).send(CreateFeatureTable(declaration))
            }
            func status(_ name: String) async throws -> Int {
                try await server.martlet("features/tables/show", ["table": .text(name)], token: token).status
            }
            try await create()
            try await identity.grant(
                RoleBinding(.principal("bo"), "viewer", on: .featureTable("risk.vendors")), by: .setup)
            for name in ["risk.vendors", "main.risk.vendors"] { #expect(try await status(name) == 200, "\(name)") }
            for name in ["risk.other", "other.risk.vendors"] { #expect(try await status(name) == 403, "\(name)") }
            let listed = try await server.martlet("features/tables/list", [:], token: token)
            #expect(listed.json["tables"].elements.count == 1, "\(listed.json)")
            _ = try await server.client(token: all).send(DropFeatureTable(table: try TableName("main.risk.vendors")))
            try await create()
            #expect(try await status("risk.vendors") == 403)
        }
    }
}
