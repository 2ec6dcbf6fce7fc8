import Foundation
import HTTPTypes
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

struct GovernanceRouteTests {
    private func tokens(_ server: TestServer) async throws -> [String: String] {
        var tokens: [String: String] = [:]
        for (name, role) in [
            ("author", Role.contributor), ("checker", .reviewer), ("director", .programManager), ("aud", .auditor),
        ] {
            tokens[name] = try await server.token(role, named: name)
        }
        return tokens
    }

    @Test func `A version reaches Production over HTTP when all that the refusal named is done`() async throws {
        try await withServer(policy: .governed) { server in
            let tokens = try await tokens(server)
            let mlflow = "/api/2.0/mlflow/"
            try await server.platform.writeTable("flights.training")
            let source = try await server.logModel()
            _ = try await server.ask(
                .post, mlflow + "registered-models/create", json: ["name": "late"], token: tokens["author"])
            let created = try await server.ask(
                .post, mlflow + "model-versions/create",
                json: ["name": "late", "source": .text(source), "model_id": .text(String(source.dropFirst(8)))],
                token: tokens["author"]
            )
            #expect(created.status == 200)
            let move: JSON = [
                "name": "late", "version": "1", "stage": "Production", "archive_existing_versions": "false",
            ]
            let refusal = try await server.ask(
                .post, mlflow + "model-versions/transition-stage", json: move, token: tokens["author"])
            #expect(refusal.status == 403 && refusal.json["error_code"] == "PERMISSION_DENIED")
            let message = refusal.json["message"].text
            #expect(message.components(separatedBy: "martlet ").count == 5, "\(message)")

            let gates: JSON = ["model": "late", "version": "1", "stage": "Production"]
            #expect(
                try await server.martlet("registry/gates", gates, token: tokens["author"]).json["unmet"].elements.count
                    == 4)
            for (user, stage) in [("checker", "Staging"), ("director", "production")] {
                let signed = try await server.martlet(
                    "registry/sign-off", ["model": "late", "version": "1", "stage": .text(stage), "comment": "seen"],
                    token: tokens[user])
                #expect(signed.status == 200 && signed.json["sign_offs"].elements.count == 1)
            }
            let plan: JSON = [
                "model": "late", "owner": "director", "frequency": "monthly", "reference": "flights.training@0",
                "thresholds": ["drift_share": .number(0.5)], "retraining_trigger": "on_drift",
            ]
            #expect(
                try await server.martlet("monitoring/plan/get", ["model": "late"], token: tokens["aud"]).status == 404)
            #expect(try await server.martlet("monitoring/plan", ["plan": plan], token: tokens["author"]).json == plan)
            #expect(
                try await server.martlet("monitoring/plan/get", ["model": "late"], token: tokens["aud"]).json == plan)
            let version = try await server.platform.registry.version("late", "1")
            try await server.platform.registry.record(
                GateResult(
                    version: version.id, metric: "auc", minimum: 0.75, value: 0.8, outcome: .passed, reason: nil,
                    table: try TableReference("flights.july@0"), artifactDigest: version.artifactDigest, by: "", at: 0),
                by: .setup)
            let moved = try await server.ask(
                .post, mlflow + "model-versions/transition-stage", json: move, token: tokens["author"])
            #expect(moved.status == 200 && moved.json["model_version"]["current_stage"] == "Production")
            let listed = try await server.martlet(
                "registry/sign-offs", ["model": "late", "version": "1"], token: tokens["aud"])
            #expect(listed.json["sign_offs"].elements.map(\.["user"].text) == ["checker", "director"])
            #expect(listed.json["gate_results"].elements.count == 1)
            let history = try await server.martlet(
                "registry/history", ["model": "late", "at": .number(4e12)], token: tokens["aud"])
            #expect(history.json["production"] == "1" && history.json["changes"].elements.count == 2)
        }
    }

    @Test func `In a governed workspace nothing is answered without a token, and an auditor only reads`() async throws {
        try await withServer(policy: .governed) { server in
            let tokens = try await tokens(server)
            for token in [nil, "wrong", "mlt_wrong"] {
                let answer = try await server.ask(
                    .get, "/api/2.0/mlflow/registered-models/search", json: nil, token: token)
                #expect(answer.status == 401 && answer.json["error_code"] == "UNAUTHENTICATED")
                #expect(answer.json["message"].text.contains("MLFLOW_TRACKING_TOKEN"))
            }
            #expect(try await server.martlet("identity/me", [:], token: tokens["checker"]).json["name"] == "checker")
            #expect(
                try await server.martlet("identity/users", [:], token: tokens["aud"]).json["users"].elements.count == 4)
            let refused = try await server.ask(
                .post, "/api/2.0/mlflow/registered-models/create", json: ["name": "x"], token: tokens["aud"])
            #expect(refused.status == 403)
            let user: JSON = ["name": "eve", "roles": ["engineer"]]
            #expect(try await server.martlet("identity/users/create", user, token: tokens["author"]).status == 403)
        }
    }

    @Test func `Bad requests are refused with MLflow's codes`() async throws {
        try await withServer { server in
            let cases: [(HTTPRequest.Method, String, JSON?, Int, String)] = [
                (.post, "registered-models/create", [:], 400, "INVALID_PARAMETER_VALUE"),
                (.post, "registered-models/create", ["name": 5], 400, "INVALID_PARAMETER_VALUE"),
                (.post, "registered-models/create", ["name": "a/b"], 400, "INVALID_PARAMETER_VALUE"),
                (.get, "registered-models/get", nil, 400, "INVALID_PARAMETER_VALUE"),
                (.get, "registered-models/search?max_results=0", nil, 400, "INVALID_PARAMETER_VALUE"),
                (.get, "registered-models/search?page_token=%3F", nil, 400, "INVALID_PARAMETER_VALUE"),
                (.get, "model-versions/search?filter=name", nil, 400, "INVALID_PARAMETER_VALUE"),
                (.get, "model-versions/get?name=a&version=x", nil, 400, "INVALID_PARAMETER_VALUE"),
                (.get, "model-versions/get?name=a&version=1", nil, 404, "RESOURCE_DOES_NOT_EXIST"),
                (.post, "model-versions/create", ["name": "a", "source": "/etc"], 400, "INVALID_PARAMETER_VALUE"),
                (.post, "model-versions/create", ["name": "a", "source": "s3://b/k"], 404, "RESOURCE_DOES_NOT_EXIST"),
                (
                    .post, "model-versions/transition-stage", ["name": "a", "version": "1", "stage": "Shipped"], 400,
                    "INVALID_PARAMETER_VALUE"
                ),
                (
                    .post, "model-versions/transition-stage",
                    ["name": "a", "version": "1", "stage": "Staging", "archive_existing_versions": "maybe"], 400,
                    "INVALID_PARAMETER_VALUE"
                ),
                (
                    .post, "registered-models/alias", ["name": "a", "alias": "v1", "version": "1"], 400,
                    "INVALID_PARAMETER_VALUE"
                ),
            ]
            for (method, path, body, status, code) in cases {
                let answer = try await server.ask(method, "/api/2.0/mlflow/" + path, json: body)
                #expect(answer.status == status && answer.json["error_code"] == .text(code), "\(path) \(answer.json)")
            }
        }
    }
}
