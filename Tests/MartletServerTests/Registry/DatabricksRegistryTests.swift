import HTTPTypes
import MartletDomain
import Platform
import TestKit
import Testing

/// Databricks' requests, comments and models with permissions, over HTTP.
struct DatabricksRegistryTests {
    private static let policy = Policy(
        staging: .init(signOffs: [.reviewer]), production: .init(signOffs: [.programManager]))

    private func with(_ body: (TestServer, [String: String]) async throws -> Void) async throws {
        try await withServer(policy: Self.policy) { server in
            var tokens: [String: String] = [:]
            for (name, role) in [
                ("author", Role.contributor), ("checker", .reviewer), ("director", .programManager), ("aud", .auditor),
            ] {
                tokens[name] = try await server.token(role, named: name)
            }
            let source = try await server.logModel()
            let mlflow = "/api/2.0/mlflow/"
            _ = try await server.ask(
                .post, mlflow + "registered-models/create", json: ["name": "late"], token: tokens["author"])
            let created = try await server.ask(
                .post, mlflow + "model-versions/create",
                json: ["name": "late", "source": .text(source), "model_id": .text(String(source.dropFirst(8)))],
                token: tokens["author"])
            #expect(created.status == 200)
            try await body(server, tokens)
        }
    }

    @Test(arguments: ["/api/2.0/mlflow/", "/api/2.0/preview/mlflow/"])
    func `A request is made, listed, approved by two and applied`(prefix: String) async throws {
        try await with { server, tokens in
            func ask(
                _ method: HTTPRequest.Method, _ path: String, _ user: String, _ json: JSON? = nil
            ) async throws -> (status: Int, json: JSON) {
                let answer = try await server.ask(method, prefix + path, json: json, token: tokens[user])
                return (answer.status, answer.json)
            }
            let meant: JSON = ["name": "late", "version": "1", "stage": "Production", "comment": "please"]
            let made = try await ask(.post, "transition-requests/create", "author", meant)
            #expect(made.status == 200)
            let request = made.json["request"]
            #expect(request["to_stage"] == "Production" && request["user_id"] == "author")
            #expect(request["available_actions"].elements.map(\.text) == ["CANCEL_TRANSITION_REQUEST"])
            let list = "transition-requests/list?name=late&version=1"
            let seen = try await ask(.get, list, "checker").json["requests"].elements
            #expect(seen.count == 1 && seen[0]["activity_type"] == "REQUESTED_TRANSITION")
            #expect(
                seen[0]["available_actions"].elements.map(\.text)
                    == ["APPROVE_TRANSITION_REQUEST", "REJECT_TRANSITION_REQUEST"])
            #expect(try await ask(.get, list, "aud").json["requests"].elements[0]["available_actions"].elements.isEmpty)

            let decision: JSON = [
                "name": "late", "version": "1", "stage": "production", "archive_existing_versions": .bool(true),
            ]
            #expect(try await ask(.post, "transition-requests/approve", "author", decision).status == 403)
            #expect(try await ask(.post, "transition-requests/approve", "aud", decision).status == 403)
            for user in ["checker", "director"] {
                let approved = try await ask(.post, "transition-requests/approve", user, decision)
                #expect(approved.status == 200 && approved.json["activity"]["activity_type"] == "APPROVED_REQUEST")
            }
            #expect(try await ask(.get, list, "aud").json["requests"].elements.isEmpty)
            let version = try await server.platform.registry.version("late", "1")
            #expect(version.stage == .production)
            #expect(try await ask(.post, "transition-requests/approve", "director", decision).status == 404)
        }
    }

    @Test func `A request is turned down, taken back by who made it, and never for an unknown stage`() async throws {
        try await with { server, tokens in
            let prefix = "/api/2.0/mlflow/transition-requests/"
            let meant: JSON = ["name": "late", "version": "1", "stage": "Staging"]
            func post(_ verb: String, _ user: String, _ json: JSON) async throws -> (Int, JSON) {
                let answer = try await server.ask(.post, prefix + verb, json: json, token: tokens[user])
                return (answer.status, answer.json)
            }
            #expect(try await post("create", "author", ["name": "late", "version": "1", "stage": "Shipped"]).0 == 400)
            #expect(try await post("create", "author", ["name": "late", "version": "9", "stage": "Staging"]).0 == 404)
            #expect(try await post("create", "author", ["name": "late", "version": "1"]).0 == 400)
            #expect(try await post("create", "aud", meant).0 == 403)
            #expect(try await post("create", "author", meant).0 == 200)
            #expect(try await post("create", "author", meant).0 == 400)
            let rejected = try await post("reject", "checker", meant)
            #expect(rejected.0 == 200 && rejected.1["activity"]["activity_type"] == "REJECTED_REQUEST")
            #expect(try await post("create", "author", meant).0 == 200)
            let gone = "delete?name=late&version=1&stage=Staging&creator=author&comment=no"
            let refused = try await server.ask(.delete, prefix + gone, json: nil, token: tokens["checker"])
            #expect(refused.status == 403)
            let deleted = try await server.ask(.delete, prefix + gone, json: nil, token: tokens["author"])
            #expect(deleted.status == 200 && deleted.json["activity"]["activity_type"] == "CANCELLED_REQUEST")
            let again = try await server.ask(.delete, prefix + gone, json: nil, token: tokens["author"])
            #expect(again.status == 404)
        }
    }

    @Test func `Comments, models with permissions, and the transition that is gated as any other`() async throws {
        try await with { server, tokens in
            let prefix = "/api/2.0/mlflow/"
            func ask(
                _ method: HTTPRequest.Method, _ path: String, _ user: String, _ json: JSON? = nil
            ) async throws -> (status: Int, json: JSON) {
                let answer = try await server.ask(method, prefix + path, json: json, token: tokens[user])
                return (answer.status, answer.json)
            }
            let said = try await ask(
                .post, "comments/create", "checker", ["name": "late", "version": "1", "comment": "hm"])
            let id = said.json["comment"]["id"].text
            #expect(said.status == 200 && !id.isEmpty && said.json["comment"]["user_id"] == "checker")
            let change: JSON = ["id": .text(id), "comment": "fine"]
            #expect(try await ask(.patch, "comments/update", "author", change).status == 403)
            #expect(try await ask(.patch, "comments/update", "checker", change).json["comment"]["comment"] == "fine")
            #expect(try await ask(.delete, "comments/delete?id=\(id)", "author").status == 403)
            #expect(try await ask(.delete, "comments/delete?id=\(id)", "checker").status == 200)
            #expect(try await ask(.delete, "comments/delete?id=\(id)", "checker").status == 404)

            for (user, level) in [
                ("author", "CAN_EDIT"), ("checker", "CAN_MANAGE_STAGING_VERSIONS"),
                ("director", "CAN_MANAGE_PRODUCTION_VERSIONS"), ("aud", "CAN_READ"),
            ] {
                let model = try await ask(.get, "databricks/registered-models/get?name=late", user)
                let found = model.json["registered_model_databricks"]
                #expect(model.status == 200 && found["permission_level"] == .text(level), "\(user)")
                #expect(found["user_id"] == "author")
            }
            let move: JSON = [
                "name": "late", "version": "1", "stage": "Staging", "archive_existing_versions": .bool(false),
            ]
            let path = "databricks/model-versions/transition-stage"
            #expect(try await ask(.post, path, "author", move).status == 403)
            try await server.platform.registry.signOff(
                "late", "1", for: .staging,
                by: Caller(User(name: "checker", roles: [.reviewer]), requestID: "1"))
            let moved = try await ask(.post, path, "author", move)
            #expect(moved.status == 200 && moved.json["model_version_databricks"]["current_stage"] == "Staging")
        }
    }

    @Test func `Martlet's own requests: health, history, rollback and glass`() async throws {
        try await with { server, tokens in
            func martlet(_ path: String, _ user: String, _ json: JSON) async throws -> (Int, JSON) {
                let answer = try await server.martlet(path, json, token: tokens[user])
                return (answer.status, answer.json)
            }
            let glass: JSON = ["model": "late", "version": "1", "stage": "Production", "reason": "it burns"]
            #expect(try await martlet("registry/break-glass/ask", "author", glass).0 == 200)
            let meant: JSON = ["model": "late", "version": "1", "stage": "Production"]
            #expect(try await martlet("registry/break-glass/confirm", "author", meant).0 == 403)
            let done = try await martlet("registry/break-glass/confirm", "director", meant)
            #expect(done.0 == 200 && done.1["status"] == "done" && done.1["confirmed_by"] == "director")
            let health = try await martlet("registry/health", "aud", [:])
            #expect(health.1["models"].elements.map(\.["status"].text) == ["red"])
            #expect(try await martlet("registry/rollback", "author", ["model": "late"]).0 == 404)
            let asOf = try await martlet("registry/as-of", "aud", ["model": "late", "at": .number(4e12)])
            #expect(asOf.0 == 200 && asOf.1["production"]["change"]["way"] == "break_glass")
            let policies = try await martlet("registry/policies", "aud", [:])
            #expect(policies.1["policies"].elements.count == 1)
            #expect(try await martlet("registry/handover", "author", ["from": "author", "to": "nobody"]).0 == 400)
            let handed = try await martlet("registry/handover", "author", ["from": "author", "to": "checker"])
            #expect(handed.0 == 200 && handed.1["items"].elements.map(\.["name"].text) == ["late"])
        }
    }
}
