import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

struct WebhookSecurityTests {
    @Test(arguments: [
        "https://127.0.0.1/", "https://localhost/", "https://10.0.0.1/", "https://192.168.1.1/hook",
        "https://169.254.169.254/latest/meta-data", "https://[::1]/", "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://127.1/", "https://2130706433/", "https://0/", "https://user@127.0.0.1/", "http://93.184.216.34/",
        "ftp://93.184.216.34/", "file:///etc/passwd", "https://", "https://a b/", "https://93.184.216.34\\@10.0.0.1/",
    ])
    func `A workspace lets webhooks ask nobody on this machine or in private networks`(url: String) async throws {
        try await withWorkspace { platform in
            let error = await #expect(throws: WebhookError.self, "\(url)") {
                try await platform.webhooks.create("hook", url: url, events: [.promptCreated], by: .anyone)
            }
            #expect(error?.code == .invalidParameterValue)
            let made = try await platform.webhooks.list().elements
            #expect(made.isEmpty)
        }
    }

    @Test func `A public address may be asked over https`() async throws {
        try await withWorkspace { platform in
            let made = try await platform.webhooks.create(
                "hook", url: "https://93.184.216.34/hook", events: [.promptCreated], by: .anyone)
            #expect(made.status == .active && !made.isSigned)
        }
    }

    @Test func `What the workspace does not allow any more is not asked, also if it waits`() async throws {
        try await WebhookReceiver.with { receiver in
            try await withTemporaryFolder { folder in
                let workspace = Workspace(folder)
                var configuration = WorkspaceConfiguration(
                    workspace: "test", policy: .open, webhooks: .init(allowHTTP: true, allowPrivate: true))
                try configuration.write(workspace)
                let open = try await Platform.open(workspace, durability: .normal)
                let hook = try await open.webhooks.create(
                    "hook", url: receiver.url, events: [.registeredModelCreated], by: .anyone)
                try await open.registry.createModel("churn", by: .anyone)
                try await open.close()
                configuration.webhooks.allowPrivate = false
                try configuration.write(workspace)

                let closed = try await Platform.open(workspace, durability: .normal)
                try await closed.delivering {
                    let delivery = try #require(try await closed.finishedDeliveries(of: hook.id).first)
                    #expect(delivery.outcome == .failed)
                    #expect(delivery.attempts.first?.error?.contains("non-public") == true)
                }
                let tried = try await closed.webhooks.test(hook.id, by: .anyone)
                #expect(!tried.isSuccess && tried.status == nil)
                try await closed.close()
                #expect(receiver.received.isEmpty)
            }
        }
    }

    @Test func `A secret is in no file of the workspace, no answer and no audit entry`() async throws {
        try await withTemporaryFolder { folder in
            let workspace = Workspace(folder)
            try WorkspaceConfiguration(
                workspace: "test", policy: .open, webhooks: .init(allowHTTP: true, allowPrivate: true)
            ).write(workspace)
            let platform = try await Platform.open(workspace, durability: .normal)
            let secret = "correct horse battery staple"
            let hook = try await platform.webhooks.create(
                "hook", url: "http://user:password-in-url@127.0.0.1:9/", events: [.promptCreated], secret: secret,
                by: .anyone)
            #expect(hook.isSigned && !"\(hook)".contains(secret))
            let same = try await platform.webhooks.update(hook.id, secret: secret, by: .anyone)
            #expect(same.isSigned)
            #expect(try await platform.webhooks.update(hook.id, name: "other", by: .anyone).isSigned)
            #expect(try await platform.webhooks.update(hook.id, secret: "", by: .anyone).isSigned == false)
            try await platform.close()
            let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
            for case let file as URL in files {
                guard let data = try? Data(contentsOf: file) else { continue }
                #expect(data.range(of: Data(secret.utf8)) == nil, "\(file.lastPathComponent)")
            }
            let key = try FileManager.default.attributesOfItem(atPath: workspace.secretKeyFile.path)
            #expect(key[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `With another key a signed webhook sends nothing, and says why`() async throws {
        try await WebhookReceiver.with { receiver in
            try await withWorkspace(webhooks: .init(allowHTTP: true, allowPrivate: true)) { platform in
                let hook = try await platform.webhooks.create(
                    "hook", url: receiver.url, events: [.registeredModelCreated], secret: "s", by: .anyone)
                try Data((Data(repeating: 7, count: 32).base64EncodedString() + "\n").utf8).write(
                    to: platform.workspace.secretKeyFile)
                try await platform.registry.createModel("churn", by: .anyone)
                try await platform.delivering {
                    let delivery = try #require(try await platform.finishedDeliveries(of: hook.id).first)
                    #expect(delivery.outcome == .failed)
                    #expect(delivery.attempts.first?.error?.contains("secrets.key") == true)
                }
                #expect(receiver.received.isEmpty)
            }
        }
    }

    @Test func `Who may not change anything makes no webhook, and the server asks nobody for them`() async throws {
        try await withWorkspace { platform in
            let auditor = Caller(User(name: "aud", roles: [.auditor]), requestID: "test")
            await #expect(throws: IdentityError.self) {
                try await platform.webhooks.create(
                    "hook", url: "https://93.184.216.34/", events: [.promptCreated], by: auditor)
            }
            let entry = try await platform.audit.entries(from: 0, limit: 100).last?.entry
            #expect(entry?.actionName == "create_webhook" && entry?.response.statusCode == 403)
        }
    }
}
