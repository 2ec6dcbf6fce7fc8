import Crypto
import Foundation
import HTTPTypes
import MartletDomain
import Platform
import TestKit
import Testing

/// Databricks' registry webhooks over HTTP, and how they live beside MLflow's.
struct RegistryWebhookRouteTests {
    private let here = WebhookSettings(allowHTTP: true, allowPrivate: true)
    private let api = "/api/2.0/mlflow/registry-webhooks/"

    private func body(_ url: String, _ events: [JSON], _ more: [String: JSON] = [:]) -> JSON {
        let address: JSON = ["url": .text(url), "secret": "between-us", "authorization": "Bearer hidden-token"]
        let fields: [String: JSON] = ["events": .list(events), "http_url_spec": address]
        return .object(fields.merging(more) { $1 })
    }

    @Test(arguments: ["/api/2.0/mlflow/registry-webhooks/", "/api/2.0/preview/mlflow/registry-webhooks/"])
    func `A registry webhook is made, listed, tried, switched on, told and deleted`(api: String) async throws {
        try await WebhookReceiver.with(202) { receiver in
            try await withServer(webhooks: here) { server in
                try await server.platform.registry.createModel("late", by: .anyone)
                let made = try await server.ask(
                    .post, api + "create",
                    json: body(
                        receiver.url, ["MODEL_VERSION_TRANSITIONED_STAGE", "MODEL_VERSION_CREATED"],
                        ["model_name": "late", "description": "chat", "status": "TEST_MODE"]))
                #expect(made.status == 200, "\(made.json)")
                let hook = made.json["webhook"]
                #expect(hook["status"] == "TEST_MODE" && hook["model_name"] == "late" && hook["description"] == "chat")
                #expect(
                    hook["http_url_spec"] == ["url": .text(receiver.url), "enable_ssl_verification": .bool(true)])
                let id = hook["id"]
                let tried = try await server.ask(
                    .post, api + "test", json: ["id": id, "event": "MODEL_VERSION_TRANSITIONED_STAGE"])
                #expect(tried.status == 200 && tried.json["status_code"] == 202 && tried.json["body"] == "answer 202")
                // In test mode it is told of nothing that happens.
                let source = try await server.logModel()
                try await server.platform.registry.createVersion(of: "late", source: source, by: .anyone)
                let changed = try await server.ask(.patch, api + "update", json: ["id": id, "status": "ACTIVE"])
                #expect(changed.json["webhook"]["status"] == "ACTIVE")
                #expect(changed.json["webhook"]["events"] == hook["events"])
                try await server.platform.delivering {
                    try await server.platform.registry.transition("late", "1", to: .staging, by: .anyone)
                    let log = try await server.platform.finishedDeliveries(of: id.text)
                    #expect(log.map(\.event) == [.registryTransitioned] && log.map(\.outcome) == [.delivered])
                }
                #expect(receiver.received.count == 2)
                for request in receiver.received {
                    let told = try JSON(Data(request.body.utf8))
                    #expect(told["event"] == "MODEL_VERSION_TRANSITIONED_STAGE" && told["webhook_id"] == id)
                    let code = HMAC<SHA256>.authenticationCode(
                        for: Data(request.body.utf8), using: SymmetricKey(data: Data("between-us".utf8)))
                    let digits = code.map { String(format: "%02x", $0) }.joined()
                    #expect(request.headers["x-databricks-signature"] == digits)
                    #expect(request.headers["authorization"] == "Bearer hidden-token")
                    #expect(request.headers["x-mlflow-signature"] == nil)
                }
                let listed = try await server.ask(.get, api + "list?model_name=late", json: nil)
                #expect(listed.json["webhooks"].elements.map { $0["id"] } == [id])
                for json in [made.json, changed.json, listed.json] {
                    #expect(!"\(json)".contains("hidden-token") && !"\(json)".contains("between-us"))
                }
                #expect(try await server.ask(.delete, api + "delete?id=\(id.text)", json: nil).status == 200)
                #expect(try await server.ask(.delete, api + "delete?id=\(id.text)", json: nil).status == 404)
                #expect(try await server.ask(.get, api + "list", json: nil).json["webhooks"].elements.isEmpty)
            }
        }
    }

    @Test func `What cannot be had is refused by its name`() async throws {
        try await withServer(webhooks: here) { server in
            let url = "http://127.0.0.1:9/"
            func create(_ body: JSON) async throws -> (status: Int, json: JSON) {
                try await server.ask(.post, api + "create", json: body)
            }
            let events: [JSON] = ["COMMENT_CREATED"]
            let job = try await create(["events": .list(events), "job_spec": ["job_id": "1", "access_token": "t"]])
            #expect(job.status == 501 && job.json["message"].text.contains("job_spec"))
            let unverified = try await create([
                "events": .list(events), "http_url_spec": ["url": .text(url), "enable_ssl_verification": .bool(false)],
            ])
            #expect(unverified.status == 400 && unverified.json["message"].text.contains("enable_ssl_verification"))
            for wrong: JSON in [
                body(url, []), body(url, ["model_version.created"]), body(url, ["COMMENT_CREATED", "COMMENT_CREATED"]),
                body(url, events, ["status": "ASLEEP"]), ["events": .list(events)],
                body(url, ["REGISTERED_MODEL_CREATED"], ["model_name": "late"]),
                ["events": .list(events), "http_url_spec": ["url": .text(url), "authorization": "a\r\nb: c"]],
            ] {
                let answer = try await create(wrong)
                #expect(answer.status == 400, "\(wrong): \(answer.json)")
            }
            #expect(try await create(body(url, events, ["model_name": "none"])).status == 404)
            #expect(
                try await server.ask(.patch, api + "update", json: ["id": "none", "status": "ACTIVE"]).status == 404)
            #expect(try await server.ask(.post, api + "test", json: ["id": "none"]).status == 404)
            #expect(try await server.platform.webhooks.list().elements.isEmpty)
        }
    }

    @Test(arguments: [
        "https://127.0.0.1/", "https://localhost/", "https://169.254.169.254/", "https://[::ffff:10.0.0.1]/",
        "http://93.184.216.34/",
    ])
    func `An ordinary workspace asks nobody inside for Databricks' webhooks either`(url: String) async throws {
        try await withServer { server in
            let answer = try await server.ask(.post, api + "create", json: body(url, ["COMMENT_CREATED"]))
            #expect(answer.status == 400 && answer.json["error_code"] == "INVALID_PARAMETER_VALUE", "\(answer.json)")
            #expect(try await server.platform.webhooks.list().elements.isEmpty)
        }
    }

    @Test func `A receiver that points elsewhere is not followed, and its log says so`() async throws {
        try await WebhookReceiver.with(302) { receiver in
            try await withServer(webhooks: here) { server in
                let hook = try await server.platform.webhooks.create(
                    url: receiver.url, events: [.registryModelCreated], as: .databricks, by: .anyone)
                try await server.platform.delivering {
                    try await server.platform.registry.createModel("late", by: .anyone)
                    let log = try await server.platform.finishedDeliveries(of: hook.id)
                    #expect(log.map(\.outcome) == [.failed] && log.first?.attempts.map(\.status) == [302])
                }
                #expect(receiver.received.map(\.path) == ["/hook"])
            }
        }
    }

    @Test func `MLflow's API shows what MLflow knows and keeps the rest`() async throws {
        try await withServer(webhooks: here) { server in
            let (webhooks, url) = (server.platform.webhooks, "http://127.0.0.1:9/")
            let mixed = try await webhooks.create(
                "mixed", url: url, events: [.modelVersionCreated, .stageChanged], by: .anyone)
            let own = try await webhooks.create("own", url: url, events: [.stageChanged], by: .anyone)
            let databricks = try await webhooks.create(url: url, events: [.registryCommented], by: .anyone)
            let api = "/api/2.0/mlflow/webhooks"
            let listed = try await server.ask(.get, api, json: nil).json["webhooks"].elements
            #expect(listed.map { $0["name"] } == ["mixed"])
            #expect(listed.first?["events"] == [["entity": "MODEL_VERSION", "action": "CREATED"]])
            for hidden in [own, databricks] {
                #expect(try await server.ask(.get, "\(api)/\(hidden.id)", json: nil).status == 404)
                #expect(try await server.ask(.delete, "\(api)/\(hidden.id)", json: nil).status == 404)
                #expect(try await server.ask(.patch, "\(api)/\(hidden.id)", json: ["name": "x"]).status == 404)
            }
            let event: JSON = ["entity": "REGISTERED_MODEL", "action": "CREATED"]
            let changed = try await server.ask(.patch, "\(api)/\(mixed.id)", json: ["events": [event]])
            #expect(changed.json["webhook"]["events"] == [event])
            let kept = try await webhooks.webhook(mixed.id).events
            #expect(Set(kept) == [.registeredModelCreated, .stageChanged])
            for unknown: JSON in [
                ["entity": "MODEL_VERSION", "action": "STAGE_CHANGED"], ["entity": "COMMENT_CREATED"],
            ] {
                let answer = try await server.ask(
                    .post, api, json: ["name": "w", "url": .text(url), "events": [unknown]])
                #expect(answer.status == 400)
            }
            let status = try await server.ask(.patch, "\(api)/\(mixed.id)", json: ["status": "TEST_MODE"])
            #expect(status.status == 400)
            _ = try await webhooks.update(mixed.id, status: .testing, by: .anyone)
            #expect(try await server.ask(.get, "\(api)/\(mixed.id)", json: nil).json["webhook"]["status"] == "DISABLED")
            let all = try await server.martlet("webhooks/list", [:]).json["webhooks"].elements
            #expect(all.map { $0["dialect"] } == ["databricks", "mlflow", "mlflow"])
        }
    }

    @Test func `Martlet's API makes, changes, tries and deletes webhooks of either kind`() async throws {
        try await WebhookReceiver.with { receiver in
            try await withServer(webhooks: here) { server in
                func martlet(_ path: String, _ json: JSON) async throws -> (status: Int, json: JSON) {
                    try await server.martlet("webhooks/" + path, json)
                }
                let made = try await martlet(
                    "create",
                    ["name": "ci", "url": .text(receiver.url), "events": ["break_glass.asked"], "secret": "hidden"])
                #expect(made.status == 200 && made.json["signed"] == .bool(true) && made.json["status"] == "ACTIVE")
                let id = made.json["webhook_id"]
                let tried = try await martlet("test", ["webhook_id": id])
                #expect(tried.json["success"] == .bool(true) && tried.json["status"] == 200)
                #expect(receiver.received.last?.body.contains("\"break_glass\"") == true)
                #expect(receiver.received.last?.headers["x-mlflow-signature"] != nil)
                #expect(try await martlet("test", ["webhook_id": id, "event": "COMMENT_CREATED"]).status == 400)
                let mixed: JSON = ["webhook_id": id, "events": ["break_glass.asked", "COMMENT_CREATED"]]
                #expect(try await martlet("update", mixed).status == 400)
                let changed = try await martlet(
                    "update", ["webhook_id": id, "secret": "", "events": ["sign_off.given"]])
                #expect(changed.json["signed"] == .bool(false) && changed.json["events"] == ["sign_off.given"])
                #expect(try await martlet("create", ["name": "w", "url": "http://x/", "events": ["no"]]).status == 400)
                #expect(try await martlet("delete", ["webhook_id": id]).status == 200)
                #expect(try await martlet("delete", ["webhook_id": id]).status == 404)
                #expect(try await martlet("list", [:]).json["webhooks"].elements.isEmpty)
            }
        }
    }
}
