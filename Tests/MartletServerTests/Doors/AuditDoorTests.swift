import AuditLog
import Foundation
import HTTPTypes
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

@Suite struct AuditDoorTests {
    private func withAudited(
        _ settings: AuditSettings, policy: Policy = .governed, _ body: (TestServer) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            try WorkspaceConfiguration(workspace: "test", policy: policy, audit: settings).write(Workspace(folder))
            // It stands still: what is told once a minute is then told at the end, however long a test takes.
            let platform = try await Platform.open(Workspace(folder), durability: .normal, clock: SettableClock().wall)
            do {
                try await body(TestServer(platform: platform))
            } catch {
                try? await platform.close()
                throw error
            }
            try await platform.close()
        }
    }

    @Test func `The log's files are for auditors, a tile is for ever and the checkpoint for now`() async throws {
        try await withAudited(AuditSettings()) { server in
            let (auditor, engineer) = (try await server.token(.auditor), try await server.token(.contributor))
            let published = try await server.platform.audit.publish(because: "request", by: .setup)
            #expect(try await server.ask(.get, "/audit/checkpoint").status == 401)
            #expect(try await server.ask(.get, "/audit/checkpoint", token: engineer).status == 403)
            let checkpoint = try await server.ask(.get, "/audit/checkpoint", token: auditor)
            #expect(checkpoint.status == 200 && checkpoint.text == published.note)
            #expect(checkpoint.headers[.cacheControl] == "no-cache")
            let path = "/audit/" + (try TlogPath.tilePath(level: 0, index: 0, width: published.size))
            #expect(try await server.ask(.get, path, token: engineer).status == 403)
            let tile = try await server.ask(.get, path, token: auditor)
            #expect(tile.status == 200 && tile.body.count == published.size * 32)
            #expect(tile.headers[.cacheControl] == "private, max-age=86400, immutable")
            let next = "/audit/" + (try TlogPath.tilePath(level: 0, index: 0, width: published.size + 1))
            for missing in [
                next, "/audit/tile/1/000.p/1", "/audit/tile/0/001", "/audit/tile/8/000.p/1", "/audit/tile/x",
            ] {
                #expect(try await server.ask(.get, missing, token: auditor).status == 404, "\(missing)")
            }
        }
        try await withAudited(AuditSettings(isPublic: true)) { server in
            let published = try await server.platform.audit.publish(because: "request", by: .setup)
            #expect(try await server.ask(.get, "/audit/checkpoint").text == published.note)
            let bundle = try TlogPath.entriesPath(index: 0, width: published.size)
            let answer = try await server.ask(.get, "/audit/" + bundle)
            #expect(try EntryBundle.decode([UInt8](answer.body)).count == published.size)
        }
    }

    @Test func `What people did is read by auditors and administrators alone`() async throws {
        let requests: [(path: String, body: JSON)] = [
            ("audit/entries", ["from": 0, "limit": 5]), ("audit/log", ["query": [:], "limit": 5]),
            ("audit/event", ["event": "0"]), ("audit/proof", ["event": "0"]), ("audit/publish", [:]),
            ("audit/consistency", ["from": 1]), ("audit/checkpoints", ["limit": 5]),
        ]
        try await withAudited(AuditSettings()) { server in
            for role in [Role.contributor, .reviewer, .programManager] {
                let token = try await server.token(role)
                for (path, body) in requests + [("audit/cosignature", ["checkpoint": "x"])] {
                    #expect(try await server.martlet(path, body, token: token).status == 403, "\(role) \(path)")
                }
            }
            for role in [Role.auditor, .administrator] {
                let token = try await server.token(role)
                for (path, body) in requests {
                    #expect(try await server.martlet(path, body, token: token).status == 200, "\(role) \(path)")
                }
            }
        }
    }

    @Test func `Whoever knocks without a token is told of once, and then by number`() async throws {
        try await withAudited(AuditSettings()) { server in
            for _ in 0..<40 { #expect(try await server.ask(.get, "/api/2.0/mlflow/runs/get?run_id=x").status == 401) }
            func told() async throws -> [AuditEntry] {
                try await server.platform.auditEntries().filter { $0.actionName == "authenticate" }
            }
            #expect(try await told().count == 1)
            await server.platform.audit.round(isLast: true)
            let entries = try await told()
            #expect(entries.count == 2 && entries.last?.requestParams["count"] == "39")
            #expect(entries.allSatisfy { $0.userIdentity.name == "unknown" && $0.response.statusCode == 401 })
            #expect(try await server.platform.audit.verify().isIntact)
        }
    }

    @Test func `A refused change is told of by its own entry alone`() async throws {
        try await withAudited(AuditSettings()) { server in
            let auditor = try await server.token(.auditor)
            let before = try await server.platform.auditEntries().count
            let answer = try await server.ask(
                .post, "/api/2.0/mlflow/experiments/create", json: ["name": "no"], token: auditor)
            #expect(answer.status == 403)
            await server.platform.audit.round(isLast: true)
            let entries = try await server.platform.auditEntries().dropFirst(before)
            #expect(entries.map(\.actionName) == ["create_experiment"])
        }
    }

    @Test(arguments: [true, false])
    func `Reads that the policy names leave entries, others none`(beforeAnswer: Bool) async throws {
        let settings = AuditSettings(reads: ["tracking.search_experiments"], readsBeforeAnswer: beforeAnswer)
        try await withAudited(settings, policy: .open) { server in
            let before = try await server.platform.auditEntries().count
            for _ in 0..<3 {
                let answer = try await server.ask(
                    .post, "/api/2.0/mlflow/experiments/search", json: ["max_results": 5])
                #expect(answer.status == 200)
                _ = try await server.ask(.get, "/api/2.0/mlflow/experiments/get?experiment_id=0")
            }
            if !beforeAnswer {
                #expect(try await server.platform.auditEntries().count == before)
                try await server.platform.audit.writeReads()
            }
            let entries = try await server.platform.auditEntries().dropFirst(before)
            #expect(entries.map(\.actionName) == ["search_experiments", "search_experiments", "search_experiments"])
            #expect(entries.allSatisfy { $0.response.statusCode == 200 && $0.userIdentity.kind == "anonymous" })
        }
    }

    @Test func `A promotion has a checkpoint leave and the folder written`() async throws {
        try await withServer { server in
            let job = try await DeliveriesJob(server)
            _ = try await job.train()
            await server.platform.audit.round()
            #expect(try await server.platform.audit.published(limit: 10).isEmpty)
            let moved = try await server.ask(
                .post, "/api/2.0/mlflow/model-versions/transition-stage",
                json: ["name": JSON.text(Deliveries.model), "version": "1", "stage": "Production"])
            #expect(moved.status == 200)
            await server.platform.audit.round()
            let published = try await server.platform.audit.published(limit: 10)
            #expect(published.map(\.reason) == ["promotion"])
            let found = try TlogDirectory.verifyDirectory(
                at: server.platform.workspace.audit, key: server.platform.audit.verificationKey)
            #expect(found.isIntact && found.size == published.first?.size)
        }
    }
}
