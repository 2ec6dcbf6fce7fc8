import AuditLog
import Foundation
import HTTPTypes
import Martlet
import Platform
import TestKit
import Testing

struct BadInputTests {
    /// What must be as it was after a refusal: what can be read, and the files.
    private func state(_ server: TestServer) async throws -> [JSON] {
        let models = try await server.ask(.get, "/api/2.0/mlflow/registered-models/search")
        let experiments = try await server.ask(.get, "/api/2.0/mlflow/experiments/search?max_results=100")
        let tables = try await server.ask(.post, "/api/martlet/1.0/datasets/list", body: Data("{}".utf8))
        let users = try await server.platform.identity.users().map(\.name)
        let files = try FileManager.default.subpathsOfDirectory(atPath: server.platform.workspace.folder.path)
            .filter { !$0.hasPrefix("metadata.sqlite") && !$0.hasPrefix("scratch") && !$0.hasPrefix("audit") }
        return try [models.json(), experiments.json(), tables.json()] + (users + files.sorted()).map { .text($0) }
    }

    private func expectRefusal(
        _ answer: TestServer.Answer, _ status: Int, _ code: String?, _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(answer.status == status, "\(what): \(answer.text.prefix(500))", sourceLocation: sourceLocation)
        let body = try answer.json()
        if let code { #expect(body["error_code"] == .text(code), "\(what): \(body)", sourceLocation: sourceLocation) }
        #expect(!body["message"].text.isEmpty && body["error_code"] != .null, "\(what)", sourceLocation: sourceLocation)
        // An internal error is a defect, whatever was asked.
        #expect(body["error_code"] != "INTERNAL_ERROR", "\(what)", sourceLocation: sourceLocation)
    }

    /// Runs a body over a server with a table, an experiment and a model, which must all be there afterwards.
    private func losingNothing(_ body: (TestServer) async throws -> Void) async throws {
        try await withServer { server in
            try await server.platform.importText("id,amount\n1,2.5\n", as: "shop.sales")
            _ = try await server.logModel()
            try await server.post("registered-models/create", ["name": "kept"])
            let before = try await state(server)
            try await body(server)
            #expect(try await state(server) == before)
            let audit = try await server.platform.audit.verify()
            #expect(audit.isIntact)
        }
    }

    private static let endpoints = [
        "api/martlet/1.0/datasets/import", "api/martlet/1.0/datasets/derive", "api/martlet/1.0/datasets/show",
        "api/martlet/1.0/quality/run", "api/martlet/1.0/features/apply", "api/martlet/1.0/features/training-set",
        "api/martlet/1.0/models/train", "api/martlet/1.0/models/gate", "api/martlet/1.0/scoring/batch",
        "api/martlet/1.0/scoring/predictions", "api/martlet/1.0/scoring/why", "api/martlet/1.0/monitoring/check",
        "api/martlet/1.0/monitoring/plan", "api/martlet/1.0/registry/sign-off", "api/martlet/1.0/registry/gates",
        "api/martlet/1.0/registry/history", "api/martlet/1.0/identity/users/create", "api/martlet/1.0/audit/entries",
        "api/2.0/mlflow/experiments/create", "api/2.0/mlflow/runs/create", "api/2.0/mlflow/runs/log-metric",
        "api/2.0/mlflow/runs/log-batch", "api/2.0/mlflow/registered-models/create",
        "api/2.0/mlflow/model-versions/create", "api/2.0/mlflow/model-versions/transition-stage",
    ]

    @Test func `What is no JSON is refused at every endpoint`() async throws {
        try await losingNothing { server in
            let deep = String(repeating: "[", count: 100_000)
            let texts = [
                "{", "{\"name\": ", "nonsense", "{'name': 1,}", "\u{0}", deep,
                "{\"name\": \(deep)", "NaN", "{\"a\": NaN", "\"\"\"", "{} {}",
            ]
            for path in Self.endpoints {
                for text in texts {
                    let answer = try await server.ask(.post, "/" + path, body: Data(text.utf8))
                    try expectRefusal(answer, 400, nil, "\(path) \(text.prefix(20))")
                }
                let bytes = try await server.ask(.post, "/" + path, body: Data([0xFF, 0xFE, 0x00, 0xC0, 0xAF]))
                try expectRefusal(bytes, 400, nil, "\(path) bytes")
            }
        }
    }

    @Test func `Values of another type are refused at every endpoint, and the field is named`() async throws {
        try await losingNothing { server in
            let fields: [String: [String]] = [
                "table": ["5", "null", "[]", "\"../x\""], "name": ["5", "{}", "[]"], "model": ["5", "null"],
                "run_id": ["5", "{}"], "upload": ["5"], "suite": ["5", "null"], "definition": ["[]"],
                "from": ["5", "\"soon\""],
                "specification": ["5", "\"\""], "plan": ["[]"], "prediction_id": ["7"], "tags": ["5"],
                "experiment_id": ["{}"], "limit": ["\"many\"", "1e400", "99999999999999999999"],
                "roles": ["[\"king\"]", "7"],
            ]
            for path in Self.endpoints {
                for (name, values) in fields {
                    for value in values {
                        let body = Data("{\"\(name)\": \(value)}".utf8)
                        let answer = try await server.ask(.post, "/" + path, body: body)
                        // A field that the endpoint does not know is passed over, as MLflow's server does.
                        if answer.status == 200 { continue }
                        #expect([400, 404].contains(answer.status), "\(path) \(name) \(value): \(answer.text)")
                        try expectRefusal(answer, answer.status, nil, "\(path) \(name) \(value)")
                    }
                }
            }
        }
    }

    @Test func `Fifty megabytes where one is allowed are refused unread`() async throws {
        try await losingNothing { server in
            let large = Data(#"{"name": ""#.utf8) + Data(repeating: 0x61, count: 50 << 20) + Data(#""}"#.utf8)
            for path in Self.endpoints.suffix(8) + Self.endpoints.prefix(2) {
                let answer = try await server.ask(.post, "/" + path, body: large)
                try expectRefusal(answer, 413, "REQUEST_LIMIT_EXCEEDED", path)
                // Nor is a small one believed that says it is large.
                let said = try await server.ask(
                    .post, "/" + path, body: Data("{}".utf8), headers: [.contentLength: "52428800"])
                try expectRefusal(said, 413, "REQUEST_LIMIT_EXCEEDED", path)
            }
        }
    }

    @Test func `Values that make no sense are refused with a word on why`() async throws {
        try await losingNothing { server in
            let window = #""from": "2024-01-01", "to": "2024-02-01""#
            let cases: [(String, String, Int)] = [
                ("datasets/show", #"{"table": "shop.none"}"#, 404), ("datasets/show", #"{"table": "../../etc"}"#, 400),
                ("datasets/show", #"{"table": "shop.sales", "version": -1}"#, 404),
                ("datasets/show", #"{"table": "shop.sales", "version": 9223372036854775807}"#, 404),
                ("datasets/history", #"{"table": "shop.none"}"#, 404),
                (
                    "datasets/import", #"{"table": "a.b", "upload": "../x", "file_name": "a.csv", "mode": "append"}"#,
                    400
                ),
                ("datasets/import", #"{"table": "a.b", "upload": "x", "file_name": "a.csv", "mode": "sideways"}"#, 400),
                ("datasets/derive", #"{"table": "a.b", "sql": "SELECT", "inputs": {}, "mode": "overwrite"}"#, 400),
                ("quality/run", #"{"suite": ""}"#, 400), ("quality/run", #"{"suite": "[[[["}"#, 400),
                ("features/apply", #"{"name": "f", "definition": "feature_views: 5"}"#, 400),
                ("features/apply", #"{"name": "f", "definition": "\#(String(repeating: "[", count: 50_000))"}"#, 400),
                ("scoring/batch", #"{"model_uri": "models:/none/Production", \#(window), "predictions": "a.b"}"#, 404),
                ("scoring/batch", #"{"model_uri": "kept", \#(window), "predictions": "a.b"}"#, 400),
                ("scoring/batch", #"{"model_uri": "models:/kept/Production", \#(window), "predictions": "a.b"}"#, 404),
                ("scoring/predictions", #"{"table": "shop.none", \#(window), "limit": 10}"#, 404),
                ("scoring/why", #"{"prediction_id": "../../etc"}"#, 404),
                (
                    "models/gate",
                    #"{"model": "kept", "version": "99999999999999999999", "on": "a.b@0", "min_auc": 0.5}"#, 400
                ),
                ("models/gate", #"{"model": "kept", "version": "1", "on": "a.b", "min_auc": 0.5}"#, 400),
                ("models/gate", #"{"model": "kept", "version": "1", "on": "a.b@0", "min_auc": 0.5}"#, 404),
                ("registry/sign-off", #"{"model": "kept", "version": "1", "stage": "Moon"}"#, 400),
                ("registry/history", #"{"model": "none", "at": -9223372036854775808}"#, 404),
                ("audit/entries", #"{"from": 0}"#, 400),
                ("identity/users/create", #"{"name": "../x", "roles": ["engineer"]}"#, 400),
                ("identity/users/create", #"{"name": "x", "roles": []}"#, 400),
            ]
            for (path, body, status) in cases {
                let answer = try await server.ask(.post, "/api/martlet/1.0/" + path, body: Data(body.utf8))
                try expectRefusal(answer, status, nil, "\(path) \(body.prefix(100))")
            }
            for (from, to) in [
                ("2024-02-01", "2024-01-01"), ("2024-01-01", "2024-01-01"), ("yesterday", "today"), ("", ""),
                ("99999-01-01T00:00:00Z", "2024-01-01"), ("2024-13-41", "2024-14-01"),
                ("-9999999999-01-01T00:00:00Z", "2024-01-01"),
                ("2024-01-01T00:00:00Z", "999999999-01-01T00:00:00Z"),
            ] {
                let body = #"{"table": "shop.sales", "from": "\#(from)", "to": "\#(to)", "limit": 5}"#
                let answer = try await server.ask(.post, "/api/martlet/1.0/scoring/predictions", body: Data(body.utf8))
                try expectRefusal(answer, 400, nil, body)
            }
        }
    }

    @Test func `Page sizes beyond all measure take no more than a page`() async throws {
        try await losingNothing { server in
            for size in ["0", "-1", "50001", "999999999999", "99999999999999999999", "x", "1e9", "1.5"] {
                for path in [
                    "experiments/search?max_results=", "registered-models/search?max_results=",
                    "model-versions/search?max_results=",
                ] {
                    // Registered models and versions may be listed by more at once; what is granted is bounded all the same.
                    let answer = try await server.ask(.get, "/api/2.0/mlflow/" + path + size)
                    if answer.status != 200 { try expectRefusal(answer, 400, nil, path + size) }
                    #expect(answer.status == 400 || size == "50001", "\(path)\(size)")
                }
            }
            for limit in ["0", "-1", "9223372036854775807"] {
                let answer = try await server.ask(
                    .post, "/api/martlet/1.0/audit/entries",
                    body: Data(#"{"from": \#(limit), "limit": \#(limit)}"#.utf8))
                #expect(answer.status == 200)
                #expect(try answer.json()["entries"].elements.count <= 1_000)
            }
        }
    }

    @Test func `Names that are none are refused`() async throws {
        try await losingNothing { server in
            let long = String(repeating: "n", count: 100_000)
            for name in ["", "a/b", "a:b", "../x", long] {
                let body = try JSON.object(["name": .text(name)]).data()
                try expectRefusal(
                    try await server.ask(.post, "/api/2.0/mlflow/registered-models/create", body: body), 400, nil,
                    "\(name.prefix(20))")
            }
            for name in ["", long] {
                let body = try JSON.object(["name": .text(name)]).data()
                try expectRefusal(
                    try await server.ask(.post, "/api/2.0/mlflow/experiments/create", body: body), 400, nil,
                    "\(name.prefix(20))")
            }
        }
    }

    @Test func `No spelling of a path leads out of the artifact store`() async throws {
        try await losingNothing { server in
            let outside = server.platform.workspace.folder.deletingLastPathComponent()
            let before = try FileManager.default.contentsOfDirectory(atPath: outside.path).filter {
                $0.hasPrefix("escaped")
            }
            for up in ["..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "..%00", "..%5c..", "%c0%ae%c0%ae", "....//"] {
                for path in [
                    "\(up)/\(up)/\(up)/escaped", "1/\(up)/\(up)/\(up)/escaped", "1/\(up)%2f\(up)%2fescaped",
                    "\(up)/martlet.yaml",
                ] {
                    // Names of four dots are names.
                    for method in [HTTPRequest.Method.get, .put, .delete] where method == .get || !path.contains("....")
                    {
                        let answer = try await server.ask(
                            method, "/api/2.0/mlflow-artifacts/artifacts/" + path, body: Data("x".utf8))
                        #expect(
                            [400, 404].contains(answer.status), "\(method) \(path): \(answer.status) \(answer.text)")
                    }
                }
            }
            let after = try FileManager.default.contentsOfDirectory(atPath: outside.path).filter {
                $0.hasPrefix("escaped")
            }
            #expect(after == before)
        }
    }

    @Test func `An endpoint that is none is said to be so, after who asks is known`() async throws {
        let paths = [
            "/api", "/api/2.0/mlflow/nothing", "/api/martlet/1.0/nothing", "/api/9.0/mlflow/runs/create",
            "/health/x", "/%00",
        ]
        try await losingNothing { server in
            for path in paths {
                for method in [HTTPRequest.Method.get, .post, .put, .delete, .patch] {
                    try expectRefusal(
                        try await server.ask(method, path), 404, "ENDPOINT_NOT_FOUND", "\(method) \(path)")
                }
            }
            #expect(try await server.ask(.get, "/health").text == "OK")
        }
        try await withServer(policy: .governed) { server in
            for path in paths { try expectRefusal(try await server.ask(.get, path), 401, "UNAUTHENTICATED", path) }
            #expect(try await server.ask(.get, "/health").status == 200)
            #expect(try await server.ask(.get, "/version").status == 200)
            let token = try await server.token(.auditor)
            try expectRefusal(
                try await server.ask(.get, "/nothing", token: token), 404, "ENDPOINT_NOT_FOUND", "/nothing")
        }
    }
}
