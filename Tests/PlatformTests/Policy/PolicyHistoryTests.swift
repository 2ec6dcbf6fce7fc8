import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

/// Policies over the life of a workspace.
struct PolicyHistoryTests {
    private func write(_ policies: String, _ folder: URL) throws {
        let text = "workspace: test\nidentity: open\n" + policies
        try Data(text.utf8).write(to: Workspace(folder).configurationFile)
    }

    private func opened<Result>(
        _ folder: URL, _ clock: SettableClock, _ body: (Platform) async throws -> Result
    ) async throws -> Result {
        let platform = try await Platform.open(Workspace(folder), durability: .normal, clock: clock.wall)
        do {
            let result = try await body(platform)
            try await platform.close()
            return result
        } catch {
            try? await platform.close()
            throw error
        }
    }

    @Test func `A weaker policy is told of loudly, and every text stays on record`() async throws {
        try await withTemporaryFolder { folder in
            let clock = try SettableClock("2026-03-02T09:00:00Z")
            let strict = "policy: {production: {min_auc: 0.75, monitoring_plan: true}}\n"
            try write(strict, folder)
            let first = try await opened(folder, clock) { platform in
                #expect(try await platform.auditEntries().map(\.actionName) == ["create"])
                return try #require(try await platform.registry.policyHistory().first)
            }
            #expect(first.text.contains("0.75") && CanonicalJSON.sha256Hex(first.text) == first.digest)
            // Opened again with the same text, nothing is said.
            try await opened(folder, clock) { platform in
                let entries = try await platform.auditEntries()
                #expect(entries.count == 1)
            }
            clock.advance(days: 1)
            try write("policy: {production: {monitoring_plan: true}}\n", folder)
            try await opened(folder, clock) { platform in
                let entry = try #require(try await platform.auditEntries().last)
                #expect(entry.serviceName == "policy" && entry.actionName == "changed")
                #expect(entry.requestParams["weaker"] == "true")
                #expect(entry.requestParams["weakened"]?.contains("Production takes an AUC below 0.75") == true)
                #expect(entry.beforeDigest == first.digest && entry.requestParams["former_digest"] == first.digest)
                #expect(entry.afterDigest == entry.requestParams["digest"] && entry.afterDigest == entry.policyDigest)
                let history = try await platform.registry.policyHistory()
                #expect(history.map(\.digest) == [first.digest, entry.afterDigest])
            }
            clock.advance(days: 1)
            try write(strict, folder)
            try await opened(folder, clock) { platform in
                let entry = try #require(try await platform.auditEntries().last)
                #expect(entry.requestParams["weaker"] == "false" && entry.afterDigest == first.digest)
                #expect(try await platform.registry.policyHistory().count == 3)
            }
        }
    }

    @Test func `A configuration without its policies opens nothing`() async throws {
        try await withTemporaryFolder { folder in
            let clock = try SettableClock("2026-03-02T09:00:00Z")
            try write("policy: {}\n", folder)
            try await opened(folder, clock) { _ in }
            for (text, reason) in [
                ("", "policies: is missing"), ("policies: [{models: a}]\n", "for '*'"),
                ("policies:\n  - models: '*'\n    prod: {}\n", "line 5: policy does not know 'prod'"),
            ] {
                try write(text, folder)
                let error = await #expect(throws: WorkspaceError.self) { try await opened(folder, clock) { _ in } }
                #expect(error?.message.contains(reason) == true, "\(error as Any)")
            }
        }
    }

    @Test func `As of a moment, the policy under which a version went there is known`() async throws {
        try await withTemporaryFolder { folder in
            let clock = try SettableClock("2026-03-02T09:00:00Z")
            let start = clock.now
            let texts = ["policy: {}\n", "policy: {production: {model_card: [description]}}\n", "policy: {}\n"]
            for (place, text) in texts.enumerated() {
                try write(text, folder)
                try await opened(folder, clock) { platform in
                    let registry = platform.registry
                    if place == 0 { try await registry.createModel("m", description: "d", by: .anyone) }
                    // A prompt has no files to be uploaded first.
                    let version = try await registry.createVersion(
                        of: "m", source: "dummy-source", tags: [KeyedText("mlflow.prompt.is_prompt", "true")],
                        by: .anyone)
                    clock.advance(minutes: 1)
                    try await registry.transition(
                        "m", "\(version.id.version)", to: .production, archiveExisting: true, by: .anyone)
                    try await registry.setAlias("best", of: "m", to: "\(version.id.version)", by: .anyone)
                }
                clock.advance(days: 10)
            }
            try await opened(folder, clock) { platform in
                let registry = platform.registry
                let day: Int64 = 86_400_000
                #expect(try await registry.asOf(start - 1, "m").production == nil)
                for (days, version) in [(Int64(1), Int64(1)), (11, 2), (21, 3)] {
                    let found = try await registry.asOf(start + days * day, "m")
                    let standing = try #require(found.production)
                    #expect(standing.version == version && found.aliases["best"]?.version == version)
                    #expect(standing.policy == found.policy && standing.change.policyDigest == found.policyDigest)
                    #expect(found.policy?.contains("model_card") == (version == 2))
                    let position = try #require(standing.change.auditPosition)
                    let entry = try await platform.auditEntries()[Int(position)]
                    #expect(entry.actionName == "transition_stage")
                    #expect(entry.requestParams["version"] == "\(version)")
                    #expect(found.auditEntries["\(position)"] == entry.eventID)
                }
            }
        }
    }
}
