import Crypto
import Foundation
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

private let here = WebhookSettings(allowHTTP: true, allowPrivate: true)

struct WebhookDeliveryTests {
    private func hook(
        _ platform: Platform, _ url: String, _ events: [WebhookEvent] = [.registeredModelCreated],
        secret: String? = nil
    ) async throws -> Webhook {
        try await platform.webhooks.create("hook", url: url, events: events, secret: secret, by: .anyone)
    }

    @Test func `A change is told to who asked for it, signed, and to nobody else`() async throws {
        try await WebhookReceiver.with { receiver in
            try await withWorkspace(webhooks: here) { platform in
                let wanted = try await hook(platform, receiver.url, secret: "between us")
                let other = try await hook(platform, receiver.url, [.modelVersionCreated])
                try await platform.delivering {
                    try await platform.registry.createModel(
                        "churn", tags: [KeyedText("team", "risk")], by: .anyone)
                    #expect(try await platform.finishedDeliveries(of: wanted.id).map(\.outcome) == [.delivered])
                }
                #expect(try await platform.webhooks.deliveries(of: other.id).isEmpty)
                let request = try #require(receiver.received.first)
                #expect(receiver.received.count == 1)
                let body = try JSON(Data(request.body.utf8))
                #expect(body["entity"] == "registered_model" && body["action"] == "created")
                #expect(body["data"] == ["name": "churn", "tags": ["team": "risk"], "description": ""])
                let id = try #require(request.headers["x-mlflow-delivery-id"])
                let time = try #require(request.headers["x-mlflow-timestamp"])
                let code = HMAC<SHA256>.authenticationCode(
                    for: Data("\(id).\(time).\(request.body)".utf8),
                    using: SymmetricKey(data: Data("between us".utf8)))
                #expect(request.headers["x-mlflow-signature"] == "v1," + Data(code).base64EncodedString())
            }
        }
    }

    @Test func `A receiver that is busy is asked again with the same delivery id`() async throws {
        try await WebhookReceiver.with(503) { receiver in
            try await withWorkspace(webhooks: here) { platform in
                let hook = try await hook(platform, receiver.url)
                try await platform.delivering {
                    try await platform.registry.createModel("churn", by: .anyone)
                    let delivery = try #require(try await platform.finishedDeliveries(of: hook.id).first)
                    #expect(delivery.outcome == .delivered && delivery.attempts.map(\.status) == [503, 200])
                }
                #expect(Set(receiver.received.map { $0.headers["x-mlflow-delivery-id"] }).count == 1)
                #expect(Set(receiver.received.map(\.body)).count == 1)
            }
        }
    }

    @Test(arguments: [400, 401, 302]) func `A refusal or a redirect ends a delivery at once`(status: Int) async throws {
        try await WebhookReceiver.with(status) { receiver in
            try await withWorkspace(webhooks: here) { platform in
                let hook = try await hook(platform, receiver.url)
                try await platform.delivering {
                    try await platform.registry.createModel("churn", by: .anyone)
                    let delivery = try #require(try await platform.finishedDeliveries(of: hook.id).first)
                    #expect(delivery.outcome == .failed && delivery.attempts.map(\.status) == [status])
                }
                #expect(receiver.received.map(\.path) == ["/hook"])
            }
        }
    }

    @Test func `What waits when the workspace closes is sent when it is opened again`() async throws {
        try await WebhookReceiver.with { receiver in
            try await withTemporaryFolder { folder in
                let workspace = Workspace(folder)
                try WorkspaceConfiguration(workspace: "test", policy: .open, webhooks: here).write(workspace)
                let first = try await Platform.open(workspace, durability: .normal)
                let hook = try await hook(first, receiver.url, secret: "kept")
                for name in ["a", "b", "c"] { try await first.registry.createModel(name, by: .anyone) }
                let waiting = try await first.webhooks.deliveries(of: hook.id)
                #expect(waiting.map(\.outcome) == [nil, nil, nil] && receiver.received.isEmpty)
                try await first.close()

                let second = try await Platform.open(workspace, durability: .normal)
                try await second.delivering {
                    let deliveries = try await second.finishedDeliveries(of: hook.id)
                    #expect(deliveries.map(\.outcome) == [.delivered, .delivered, .delivered])
                }
                try await second.close()
                // In the order of the changes, under the ids that were given with them, signed with the kept secret.
                #expect(
                    receiver.received.map { $0.headers["x-mlflow-delivery-id"] } == waiting.reversed().map(\.id))
                #expect(receiver.received.allSatisfy { $0.headers["x-mlflow-signature"] != nil })
            }
        }
    }

    @Test func `A change that is refused is told to nobody`() async throws {
        try await withWorkspace(webhooks: here) { platform in
            let hook = try await hook(platform, "http://127.0.0.1:9/hook")
            try await platform.registry.createModel("churn", by: .anyone)
            await #expect(throws: RegistryError.modelExists("churn")) {
                try await platform.registry.createModel("churn", by: .anyone)
            }
            #expect(try await platform.webhooks.deliveries(of: hook.id).count == 1)
        }
    }

    @Test func `One that is disabled or deleted is told nothing, not even what waits`() async throws {
        try await WebhookReceiver.with { receiver in
            try await withWorkspace(webhooks: here) { platform in
                let disabled = try await hook(platform, receiver.url)
                let deleted = try await hook(platform, receiver.url)
                try await platform.registry.createModel("before", by: .anyone)
                _ = try await platform.webhooks.update(disabled.id, status: .disabled, by: .anyone)
                try await platform.webhooks.delete(deleted.id, by: .anyone)
                try await platform.registry.createModel("meanwhile", by: .anyone)
                _ = try await platform.webhooks.update(disabled.id, status: .active, by: .anyone)
                try await platform.delivering {
                    try await platform.registry.createModel("after", by: .anyone)
                    let deliveries = try await platform.finishedDeliveries(of: disabled.id)
                    #expect(deliveries.map(\.outcome) == [.delivered, .dropped])
                }
                #expect(receiver.received.count == 1 && receiver.received[0].body.contains("after"))
                await #expect(throws: WebhookError.missing(deleted.id)) {
                    try await platform.webhooks.deliveries(of: deleted.id)
                }
            }
        }
    }

    @Test func `A receiver that does not answer keeps neither writers nor other receivers`() async throws {
        try await WebhookReceiver.with { slow in
            try await WebhookReceiver.with { quick in
                try await withWorkspace(webhooks: here) { platform in
                    slow.hold(true)
                    let (late, prompt) = (try await hook(platform, slow.url), try await hook(platform, quick.url))
                    try await platform.delivering {
                        for number in 0..<30 { try await platform.registry.createModel("m\(number)", by: .anyone) }
                        #expect(try await platform.finishedDeliveries(of: prompt.id).count == 30)
                        // One request at a time, which is still held (or, on a slow machine, tried again).
                        _ = try await eventually { slow.received.isEmpty ? nil : true }
                        #expect(slow.received.count < 30)
                        slow.hold(false)
                        #expect(try await platform.finishedDeliveries(of: late.id).count == 30)
                    }
                }
            }
        }
    }

    @Test func `The log of a webhook is bounded, and so is what waits for it`() async throws {
        try await withWorkspace(webhooks: here) { platform in
            let hook = try await hook(platform, "http://127.0.0.1:9/hook", [.modelVersionTagSet])
            try await platform.registry.createModel("churn", by: .anyone)
            let version = try await platform.registry.createVersion(
                of: "churn", source: "s3://bucket/model", by: .anyone)
            try await platform.webhooks.store.change(AuditAction("test", "fill"), by: .anyone) { db in
                for number in 0..<10_000 {
                    try db.execute(
                        "INSERT INTO webhook_deliveries (number, delivery_id, webhook, event, body, created_at, "
                            + "due_at, attempts) SELECT ?, 'full', number, 'model_version_tag.set', '{}', 0, 0, '[]' "
                            + "FROM webhooks", [SQLValue(-1 - number)])
                }
            }
            try await platform.registry.setVersionTag(
                KeyedText("a", "b"), of: "churn", "\(version.id.version)", by: .anyone)
            let newest = try #require(try await platform.webhooks.deliveries(of: hook.id, size: 1).first)
            #expect(newest.outcome == .dropped && newest.id != "full")
        }
    }
}
