import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform
import Testing

private typealias Fixture = RegistryFixture

struct RegistryTests {
    @Test func `A version has the digest of its files, which are sealed from then on`() async throws {
        try await Fixture.with { fixture in
            let version = try await fixture.register()
            let folder = try #require(version.artifactPath)
            #expect(version.artifactCount == 1 && version.artifactDigest.utf8.count == 64)
            #expect(version.artifactDigest == (try await fixture.artifacts.digest(of: folder).sha256))
            await #expect(throws: ArtifactError.self) {
                try await fixture.artifacts.write(Data("other".utf8), to: folder + "/MLmodel", by: Fixture.author)
            }
            // Of the same files a second version is made, and a copy of the first.
            let again = try await fixture.registry.createVersion(
                of: "flight-delay", source: version.source, by: Fixture.author)
            let copy = try await fixture.registry.createVersion(
                of: "flight-delay", source: "models:/flight-delay/1", by: Fixture.author)
            #expect([again, copy].map(\.artifactDigest) == [version.artifactDigest, version.artifactDigest])
            #expect([again, copy].map(\.id.version) == [2, 3])
        }
    }

    @Test(arguments: [
        "/etc", "file:///etc/passwd", "FILE:/etc", "../../x", "C:\\x", "", "mlflow-artifacts:/", "mlflow-artifacts:/0",
        "mlflow-artifacts:/0/../../etc/x", "runs:/../../../etc", "mlflow-artifacts:/0/%2e%2e/%2e%2e/etc",
        "http://localhost/x",
    ])
    func `A source outside of the store, or more than one run's files, is refused`(source: String) async throws {
        try await Fixture.with { fixture in
            try await fixture.registry.createModel("flight-delay", by: Fixture.author)
            let refusal = await #expect(throws: (any Error).self) {
                try await fixture.registry.createVersion(of: "flight-delay", source: source, by: Fixture.author)
            }
            #expect((refusal as? any MartletError)?.code == .invalidParameterValue, "\(refusal as Any)")
            #expect(try await fixture.registry.searchVersions().elements.isEmpty)
            #expect(try await fixture.entries().last?.response.errorCode == "INVALID_PARAMETER_VALUE")
        }
    }

    @Test func `A folder without files is registered, but nobody signs for it and it passes no gate`() async throws {
        try await Fixture.with { fixture in
            try await fixture.registry.createModel("flight-delay", by: Fixture.author)
            let version = try await fixture.registry.createVersion(
                of: "flight-delay", source: "models:/m-none", by: Fixture.author)
            #expect(version.artifactCount == 0)
            await #expect(throws: RegistryError.nothingToSign(version.id)) {
                try await fixture.registry.signOff("flight-delay", "1", for: .staging, by: Fixture.checker)
            }
            let passed = try await fixture.registry.record(try Fixture.gate(version, value: 0.8), by: Fixture.author)
            let unmet = try await fixture.registry.unmetGates(
                of: "flight-delay", "1", into: .production, by: Fixture.author)
            #expect(unmet.last == .performance(minimum: 0.75, last: passed))
        }
    }

    @Test func `A copy by stage, alias or latest is on record by number, with the files and run of its original`()
        async throws
    {
        try await Fixture.with(.open) { fixture in
            let original = try await fixture.register()
            try await fixture.registry.transition("flight-delay", "1", to: .production, by: Fixture.author)
            try await fixture.registry.setAlias("best", of: "flight-delay", to: "1", by: Fixture.author)
            try await fixture.registry.createModel("copies", by: Fixture.author)
            for choice in ["/1", "/Production", "@best", "/latest"] {
                let copy = try await fixture.registry.createVersion(
                    of: "copies", source: "models:/flight-delay\(choice)", claim: SourceClaim(), by: Fixture.author)
                #expect(copy.source == "models:/flight-delay/1" && copy.runID == original.runID, "\(choice)")
                #expect(copy.artifactDigest == original.artifactDigest && copy.artifactCount == 1)
                let place = try await fixture.registry.downloadURI("copies", "\(copy.id.version)")
                #expect(try await fixture.registry.downloadURI("flight-delay", "1") == place)
            }
            await #expect(throws: RegistryError.self) {
                try await fixture.registry.createVersion(
                    of: "copies", source: "models:/flight-delay/1", claim: SourceClaim(runID: "another"),
                    by: Fixture.author)
            }
        }
    }

    @Test func `Production is refused with every gate and audited, then passes when all are met`() async throws {
        try await Fixture.with { fixture in
            let version = try await fixture.register()
            let refusal = await #expect(throws: RegistryError.self) {
                try await fixture.registry.transition("flight-delay", "1", to: .production, by: Fixture.author)
            }
            guard case .gatesUnmet(_, _, let gates) = refusal else { return }
            #expect(gates.count == 4)
            let refused = try await fixture.entries().last
            #expect(refused?.actionName == "transition_stage" && refused?.response.statusCode == 403)
            #expect(refused?.response.errorMessage == refusal?.message)
            #expect(try await fixture.registry.version("flight-delay", "1").stage == .unstaged)

            try await fixture.approve(version)
            let moved = try await fixture.registry.transition("flight-delay", "1", to: .production, by: Fixture.author)
            #expect(moved.stage == .production)
            let entry = try await fixture.entries().last
            #expect(entry?.response.statusCode == 200 && entry?.beforeDigest != entry?.afterDigest)
            #expect(entry?.beforeDigest != nil && entry?.afterDigest != nil)
            #expect(try await fixture.registry.resolve("models:/flight-delay/Production").id == version.id)
        }
    }

    @Test func `Nobody signs for their own version, without the role, or for an archive`() async throws {
        try await Fixture.with { fixture in
            let both = Fixture.caller("bo", [.contributor, .reviewer])
            try await fixture.register(by: both)
            await #expect(throws: RegistryError.signsOwn(user: "bo", .init(name: "flight-delay", version: 1))) {
                try await fixture.registry.signOff("flight-delay", "1", for: .staging, by: both)
            }
            let cases: [(Caller, Stage)] = [
                (Fixture.author, .staging), (Fixture.checker, .production), (Fixture.checker, .archived),
                (Fixture.caller("adm", [.administrator, .reviewer]), .staging),
            ]
            for (caller, stage) in cases {
                let refusal = await #expect(throws: RegistryError.self, "\(caller.user.name) \(stage)") {
                    try await fixture.registry.signOff("flight-delay", "1", for: stage, by: caller)
                }
                #expect(refusal?.code == .permissionDenied)
            }
            await #expect(throws: IdentityError.mayNotChange(user: "aud")) {
                try await fixture.registry.transition("flight-delay", "1", to: .archived, by: Fixture.aud)
            }
            #expect(try await fixture.registry.signOffs(of: .init(name: "flight-delay", version: 1)).isEmpty)
        }
    }

    @Test func `An alias passes the gates of Production`() async throws {
        try await Fixture.with { fixture in
            let version = try await fixture.register()
            let refusal = await #expect(throws: RegistryError.self) {
                try await fixture.registry.setAlias("champion", of: "flight-delay", to: "1", by: Fixture.author)
            }
            #expect(refusal?.message.contains("champion") == true && refusal?.code == .permissionDenied)
            try await fixture.approve(version)
            try await fixture.registry.setAlias("champion", of: "flight-delay", to: "1", by: Fixture.author)
            #expect(try await fixture.registry.resolve("models:/flight-delay@champion").aliases == ["champion"])
            // To an ungated version it does not move.
            try await fixture.register()
            await #expect(throws: RegistryError.self) {
                try await fixture.registry.setAlias("champion", of: "flight-delay", to: "2", by: Fixture.author)
            }
            #expect(try await fixture.registry.version("flight-delay", alias: "champion").id.version == 1)
            await #expect(throws: RegistryError.hasAliases(version.id, ["champion"])) {
                try await fixture.registry.deleteVersion("flight-delay", "1", by: Fixture.author)
            }
            try await fixture.registry.deleteAlias("champion", of: "flight-delay", by: Fixture.author)
            try await fixture.registry.deleteAlias("champion", of: "flight-delay", by: Fixture.author)
            await #expect(throws: RegistryError.aliasMissing(model: "flight-delay", alias: "champion")) {
                try await fixture.registry.version("flight-delay", alias: "champion")
            }
        }
    }

    @Test func `Neither renaming nor deleting opens or shuts a door that is in service`() async throws {
        try await Fixture.with { fixture in
            let version = try await fixture.register()
            try await fixture.register("other", files: "two")
            try await fixture.approve(version)
            try await fixture.registry.transition("flight-delay", "1", to: .production, by: Fixture.author)
            for call in [
                { try await fixture.registry.deleteVersion("flight-delay", "1", by: Fixture.author) },
                { try await fixture.registry.deleteModel("flight-delay", by: Fixture.author) },
                { _ = try await fixture.registry.renameModel("flight-delay", to: "mine", by: Fixture.author) },
            ] {
                let refusal = await #expect(throws: RegistryError.self) { try await call() }
                #expect(refusal?.code == .invalidState)
            }
            try await fixture.registry.transition("flight-delay", "1", to: .archived, by: Fixture.author)
            try await fixture.registry.renameModel("flight-delay", to: "mine", by: Fixture.author)
            // What was approved of the version went with it, and nothing of it stays under the old name.
            try await fixture.registry.renameModel("other", to: "flight-delay", by: Fixture.author)
            #expect(
                try await fixture.registry.unmetGates(
                    of: "flight-delay", "1", into: .production, by: Fixture.author
                ).count == 4)
            #expect(
                try await fixture.registry.unmetGates(of: "mine", "1", into: .production, by: Fixture.author).isEmpty)
        }
    }

    @Test func `What was approved of a deleted version counts for no later one of its name and files`() async throws {
        try await Fixture.with { fixture in
            let version = try await fixture.register()
            try await fixture.approve(version)
            try await fixture.registry.deleteVersion("flight-delay", "1", by: Fixture.author)
            let next = try await fixture.registry.createVersion(
                of: "flight-delay", source: version.source, by: Fixture.author)
            #expect(next.id.version == 2)
            try await fixture.registry.deleteModel("flight-delay", by: Fixture.author)
            try await fixture.registry.createModel("flight-delay", by: Fixture.author)
            let again = try await fixture.registry.createVersion(
                of: "flight-delay", source: version.source, by: Fixture.author)
            #expect(again.id == version.id && again.artifactDigest == version.artifactDigest)
            let unmet = try await fixture.registry.unmetGates(
                of: "flight-delay", "1", into: .production, by: Fixture.author)
            #expect(unmet.count == 4)
        }
    }

    @Test func `A gate result of other files, or whose outcome its numbers deny, is not recorded`() async throws {
        try await Fixture.with { fixture in
            let version = try await fixture.register()
            var other = try Fixture.gate(version, value: 0.8)
            other.artifactDigest = String(repeating: "0", count: 64)
            await #expect(throws: RegistryError.gateNotOfThisFiles(version.id)) {
                try await fixture.registry.record(other, by: Fixture.author)
            }
            var wrong = try Fixture.gate(version, value: 0.5)
            wrong.outcome = .passed
            await #expect(throws: RegistryError.self) { try await fixture.registry.record(wrong, by: Fixture.author) }
            #expect(try await fixture.registry.gateResults(of: version.id).isEmpty)
        }
    }
}
