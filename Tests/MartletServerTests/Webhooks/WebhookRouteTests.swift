import Foundation
import HTTPTypes
import MartletDomain
import Platform
import TestKit
import Testing

struct WebhookRouteTests {
    private let api = "/api/2.0/mlflow/webhooks"
    private let here = WebhookSettings(allowHTTP: true, allowPrivate: true)
    private let event: JSON = ["entity": "MODEL_VERSION_TAG", "action": "SET"]

    @Test(arguments: ["-9223372036854775808", "9223372036854775807", "0", "-1", "99"])
    func `A number that stands for no event is refused`(number: String) async throws {
        try await withServer(webhooks: here) { server in
            let body =
                #"{"name": "w", "url": "http://127.0.0.1:9/", "events": [{"entity": \#(number), "action": "CREATED"}]}"#
            let answer = try await server.ask(.post, api, body: Data(body.utf8))
            #expect(answer.status == 400 && answer.text.contains("INVALID_PARAMETER_VALUE"))
        }
    }

    @Test func `A webhook is made, read, changed, tried and deleted over MLflow's API, without its secret`()
        async throws
    {
        try await WebhookReceiver.with(201, 404) { receiver in
            try await withServer(webhooks: here) { server in
                let made = try await server.ask(
                    .post, api,
                    json: [
                        "name": "ci", "url": .text(receiver.url), "events": [event], "secret": "hidden-one",
                        "description": "d",
                    ])
                let webhook = made.json["webhook"]
                #expect(made.status == 200 && webhook["status"] == "ACTIVE" && webhook["events"] == [event])
                let path = api + "/" + webhook["webhook_id"].text
                let changed = try await server.ask(
                    .patch, path, json: ["description": "", "status": "DISABLED", "secret": "hidden-two"])
                #expect(changed.json["webhook"]["status"] == "DISABLED")
                #expect(changed.json["webhook"]["description"] == .null && changed.json["webhook"]["name"] == "ci")
                let read = try await server.ask(.get, path, body: Data())
                let listed = try await server.ask(.get, api + "?max_results=1", body: Data())
                for text in [read.text, listed.text, "\(made.json)", "\(changed.json)"] {
                    #expect(!text.contains("hidden") && !text.contains("secret"), "\(text)")
                }
                let tried = try await server.ask(.post, path + "/test", json: [:])
                #expect(
                    tried.json["result"] == [
                        "success": .bool(true), "response_status": 201, "response_body": "answer 201",
                    ])
                let failed = try await server.ask(
                    .post, path + "/test", json: ["event": ["entity": "PROMPT", "action": "CREATED"]])
                #expect(failed.json["result"]["success"] == .bool(false))
                #expect(failed.json["result"]["response_status"] == 404)
                #expect(receiver.received.last?.body.contains("example_prompt") == true)
                #expect(try await server.ask(.delete, path, body: Data()).status == 200)
                #expect(try await server.ask(.get, path, body: Data()).status == 404)
            }
        }
    }

    @Test func `Who may change a webhook does not get by it what its receiver was given`() async throws {
        try await WebhookReceiver.with { receiver in
            try await withServer(webhooks: here) { server in
                let made = try await server.martlet(
                    "webhooks/create",
                    [
                        "name": "ci", "url": "http://user:hidden-key@127.0.0.1:9/hook",
                        "events": ["registered_model.created"],
                        "secret": "hidden-one", "authorization": "Bearer hidden-two",
                    ])
                let id = made.json["webhook_id"]
                #expect(made.status == 200 && made.json["url"] == "http://…@127.0.0.1:9/hook", "\(made.json)")
                let stolen = try await server.martlet(
                    "webhooks/update", ["webhook_id": id, "url": .text(receiver.url)])
                #expect(stolen.status == 400 && stolen.json["message"].text.contains("secret, authorization"))
                let path = api + "/" + id.text
                #expect(try await server.ask(.patch, path, json: ["url": .text(receiver.url)]).status == 400)
                #expect(
                    try await server.platform.webhooks.webhook(id.text).url == "http://user:hidden-key@127.0.0.1:9/hook"
                )
                // MLflow's clients may send back what they were shown, and change the path.
                for (sent, kept) in [("http://…@127.0.0.1:9/hook", "hook"), ("http://…@127.0.0.1:9/new", "new")] {
                    let changed = try await server.ask(.patch, path, json: ["url": .text(sent), "description": "d"])
                    #expect(changed.status == 200 && changed.json["webhook"]["url"].text == sent)
                    #expect(
                        try await server.platform.webhooks.webhook(id.text).url
                            == "http://user:hidden-key@127.0.0.1:9/\(kept)")
                }
                for text in [
                    try await server.ask(.get, path).text, try await server.ask(.get, api).text,
                    "\(try await server.martlet("webhooks/list", [:]).json)",
                ] { #expect(text.contains("127.0.0.1:9") && !text.contains("hidden"), "\(text)") }
                let given = try await server.martlet(
                    "webhooks/update",
                    ["webhook_id": id, "url": .text(receiver.url), "secret": "", "authorization": "Bearer other"])
                #expect(given.status == 200 && given.json["signed"] == .bool(false))
                _ = try await server.martlet("webhooks/test", ["webhook_id": id])
                #expect(receiver.received.map { $0.headers["authorization"] } == ["Bearer other"])
            }
        }
    }

    @Test func `A test of a receiver that is not there says so, with status 200`() async throws {
        try await withServer(webhooks: here) { server in
            let hook = try await server.platform.webhooks.create(
                "gone", url: "http://nosuch.invalid/", events: [.promptCreated], by: .anyone)
            let tried = try await server.ask(.post, "\(api)/\(hook.id)/test", json: [:])
            #expect(tried.status == 200 && tried.json["result"]["success"] == .bool(false))
            #expect(tried.json["result"]["error_message"].text.contains("nosuch.invalid"))
        }
    }

    @Test func `Pages of webhooks hold each of them once, the newest first`() async throws {
        try await withServer(webhooks: here) { server in
            for number in 0..<5 {
                _ = try await server.platform.webhooks.create(
                    "hook\(number)", url: "http://127.0.0.1:9/", events: [.promptCreated], by: .anyone)
            }
            var (names, token): ([String], String) = ([], "")
            repeat {
                let page = try await server.ask(.get, "\(api)?max_results=2&page_token=\(token)", json: nil).json
                names += page["webhooks"].elements.map { $0["name"].text }
                token = page["next_page_token"].text
            } while !token.isEmpty
            #expect(names == (0..<5).reversed().map { "hook\($0)" })
        }
    }

    @Test func `What was sent is read by Martlet's own route`() async throws {
        try await WebhookReceiver.with(400) { receiver in
            try await withServer(webhooks: here) { server in
                let hook = try await server.platform.webhooks.create(
                    "ci", url: receiver.url, events: [.registeredModelCreated], by: .anyone)
                try await server.platform.registry.createModel("churn", by: .anyone)
                let body: JSON = ["webhook_id": .text(hook.id)]
                let before = try await server.martlet("webhooks/deliveries", body).json["deliveries"].elements
                #expect(before.map { $0["state"] } == ["waiting"])
                try await server.platform.delivering {
                    _ = try await server.platform.finishedDeliveries(of: hook.id)
                }
                let after = try await server.martlet("webhooks/deliveries", body).json["deliveries"].elements
                #expect(after.map { $0["state"] } == ["failed"])
                #expect(after.first?["attempts"].elements.first?["status"] == 400)
                #expect(try await server.martlet("webhooks/deliveries", ["webhook_id": "no"]).status == 404)
            }
        }
    }
}
