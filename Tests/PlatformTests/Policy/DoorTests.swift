import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

private typealias Fixture = RegistryFixture

/// Ways round the gates, each of which must be closed.
struct DoorTests {
    private static var signed: Policy {
        var policy = Policy(
            staging: .init(signOffs: [.reviewer]), production: .init(signOffs: [.programManager]))
        policy.production.sealed = true
        return policy
    }

    private func sign(_ fixture: Fixture, _ name: String = "flight-delay", _ version: String = "1") async throws {
        try await fixture.registry.signOff(name, version, for: .staging, by: Fixture.checker)
        try await fixture.registry.signOff(name, version, for: .production, by: Fixture.director)
    }

    private func refuses(
        _ fixture: Fixture, _ version: String = "1", of name: String = "flight-delay", _ comment: Comment? = nil
    ) async throws {
        await #expect(throws: RegistryError.self, comment) {
            try await fixture.registry.transition(name, version, to: .production, by: Fixture.author)
        }
        await #expect(throws: RegistryError.self, comment) {
            try await fixture.registry.setAlias("champion", of: name, to: version, by: Fixture.author)
        }
    }

    @Test func `What was approved of a model counts for none that later has its name`() async throws {
        try await Fixture.with(Self.signed) { fixture in
            try await fixture.register()
            try await sign(fixture)
            try await fixture.registry.deleteModel("flight-delay", by: Fixture.author)
            try await fixture.register(files: "two")
            try await refuses(fixture)
            // Nor by way of another name.
            try await fixture.register("other", files: "three")
            try await sign(fixture, "other")
            try await fixture.registry.deleteModel("flight-delay", by: Fixture.author)
            try await fixture.registry.renameModel("other", to: "flight-delay", by: Fixture.author)
            try await fixture.registry.transition("flight-delay", "1", to: .production, by: Fixture.author)
            let files = try await fixture.registry.version("flight-delay", "1").artifactDigest
            #expect(try await fixture.registry.asOf(.max / 2, "flight-delay").production?.artifactDigest == files)
        }
    }

    @Test func `To archive the others is no way to take one out that only a sign-off takes out`() async throws {
        var policy = Policy(production: .init(signOffs: [.programManager]))
        policy[.archived].signOffs = [.programManager]
        try await Fixture.with(policy) { fixture in
            let registry = fixture.registry
            for (number, files) in [("1", "one"), ("2", "two")] {
                try await fixture.register(files: files)
                try await registry.signOff("flight-delay", number, for: .production, by: Fixture.director)
                try await registry.transition("flight-delay", number, to: .production, by: Fixture.author)
            }
            await #expect(throws: RegistryError.self) {
                try await registry.transition("flight-delay", "2", to: .archived, by: Fixture.author)
            }
            // It stands there already, so it takes nobody's place.
            await #expect(throws: RegistryError.self) {
                try await registry.transition(
                    "flight-delay", "1", to: .production, archiveExisting: true, by: Fixture.author)
            }
            #expect(try await registry.version("flight-delay", "2").stage == .production)
            // One that comes takes theirs.
            try await fixture.register(files: "three")
            try await registry.signOff("flight-delay", "3", for: .production, by: Fixture.director)
            try await registry.transition(
                "flight-delay", "3", to: .production, archiveExisting: true, by: Fixture.author)
            #expect(try await registry.version("flight-delay", "1").stage == .archived)
        }
    }

    @Test func `A copy of a version takes neither its approvals nor its author's silence with it`() async throws {
        try await Fixture.with(Self.signed) { fixture in
            try await fixture.register()
            try await sign(fixture)
            // A colleague copies it, so that the author seems not to have made it.
            let colleague = Fixture.caller("colleague", [.contributor])
            let author = Fixture.caller("author", [.contributor, .reviewer, .programManager])
            try await fixture.registry.createModel("copy", by: colleague)
            try await fixture.registry.createVersion(of: "copy", source: "models:/flight-delay/1", by: colleague)
            try await refuses(fixture, of: "copy")
            for stage in [Stage.staging, .production] {
                await #expect(throws: RegistryError.signsOwn(user: "author", .init(name: "copy", version: 1))) {
                    try await fixture.registry.signOff("copy", "1", for: stage, by: author)
                }
            }
        }
    }

    @Test func `Files that are replaced after the sign-off keep the version where it is`() async throws {
        try await Fixture.with(Self.signed) { fixture in
            let version = try await fixture.register()
            try await sign(fixture)
            let folder = try #require(version.artifactPath)
            // By the front door it cannot be done.
            for path in ["MLmodel", "more/weights.bin"] {
                await #expect(throws: ArtifactError.self) {
                    try await fixture.artifacts.write(Data("x".utf8), to: "\(folder)/\(path)", by: Fixture.author)
                }
            }
            let file = try fixture.artifacts.localURL(folder).appending(path: "MLmodel")
            try Data("other".utf8).write(to: file)
            try await refuses(fixture, "other bytes")
            try Data("one".utf8).write(to: file)
            try Data("x".utf8).write(to: file.deletingLastPathComponent().appending(path: "more"))
            try await refuses(fixture, "one file more")
            try FileManager.default.removeItem(at: file.deletingLastPathComponent().appending(path: "more"))
            try await fixture.registry.transition("flight-delay", "1", to: .production, by: Fixture.author)
        }
    }

    @Test func `A clock that is turned back neither revives a sign-off nor thaws a freeze`() async throws {
        var policy = Self.signed
        policy.production.signOffsExpireAfter = .days(30)
        let first = try #require(FreezeWindow.LocalTime("2026-05-01", isEnd: false))
        let last = try #require(FreezeWindow.LocalTime("2026-05-31", isEnd: true))
        policy.freezes = [FreezeWindow(name: "May", .once(from: first, to: last))]
        let time = try SettableClock("2026-03-02T09:00:00Z")
        try await Fixture.with(policies: Policies(policy), clock: time.wall) { fixture in
            try await fixture.register()
            try await sign(fixture)
            time.advance(days: 60)
            try await refuses(fixture, "in May, and too late")
            // Something is on record of that time.
            try await fixture.registry.setModelTag(KeyedText("a", "b"), of: "flight-delay", by: Fixture.author)
            time.advance(days: -59)
            try await refuses(fixture, "the clock was turned back")
            let unmet = try await fixture.registry.unmetGates(
                of: "flight-delay", "1", into: .production, by: Fixture.author)
            #expect(unmet.count == 2)
            time.advance(days: 100)
            try await sign(fixture)
            try await fixture.registry.transition("flight-delay", "1", to: .production, by: Fixture.author)
        }
    }

    @Test func `Who signs says which files they looked at, and signs no others under the same name`() async throws {
        try await Fixture.with(Self.signed) { fixture in
            let seen = try await fixture.register()
            try await fixture.registry.deleteModel("flight-delay", by: Fixture.author)
            let other = try await fixture.register(files: "two")
            #expect(other.id == seen.id)
            await #expect(throws: RegistryError.otherFiles(seen.id)) {
                try await fixture.registry.signOff(
                    "flight-delay", "1", for: .staging, of: seen.artifactDigest, by: Fixture.checker)
            }
            #expect(try await fixture.registry.signOffs(of: other.id).isEmpty)
            try await fixture.registry.signOff(
                "flight-delay", "1", for: .staging, of: other.artifactDigest, by: Fixture.checker)
        }
    }

    @Test func `However approval and replacement race, nothing goes to Production that nobody saw`() async throws {
        for round in 0..<20 {
            try await Fixture.with(Policy(production: .init(signOffs: [.programManager]))) { fixture in
                let seen = try await fixture.register()
                let id = "m-\(UUID().uuidString.lowercased())"
                try await fixture.artifacts.write(
                    Data("two".utf8), to: "0/models/\(id)/artifacts/MLmodel", by: Fixture.author)
                let registry = fixture.registry
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        _ = try? await registry.signOff(
                            "flight-delay", "1", for: .production, of: seen.artifactDigest, by: Fixture.director)
                    }
                    group.addTask {
                        try? await registry.deleteModel("flight-delay", by: Fixture.author)
                        _ = try? await registry.createModel("flight-delay", by: Fixture.author)
                        _ = try? await registry.createVersion(
                            of: "flight-delay", source: "models:/\(id)", by: Fixture.author)
                    }
                    group.addTask {
                        _ = try? await registry.transition(
                            "flight-delay", "1", to: .production, by: Fixture.author)
                    }
                    await group.waitForAll()
                }
                _ = try? await registry.transition("flight-delay", "1", to: .production, by: Fixture.author)
                let found = try? await registry.latestVersion(of: "flight-delay", in: .production)
                #expect(found == nil || found?.artifactDigest == seen.artifactDigest, "round \(round)")
            }
        }
    }

    @Test func `Taking away what callers find passes the gates of archiving`() async throws {
        var policy = Self.signed
        policy[.archived].signOffs = [.programManager]
        policy.aliases = [.init(NamePattern("dev-*"), .unstaged)]
        try await Fixture.with(policy) { fixture in
            try await fixture.register()
            try await sign(fixture)
            let registry = fixture.registry
            try await registry.transition("flight-delay", "1", to: .production, by: Fixture.author)
            try await registry.setAlias("champion", of: "flight-delay", to: "1", by: Fixture.author)
            try await registry.setAlias("dev-1", of: "flight-delay", to: "1", by: Fixture.author)
            try await registry.deleteAlias("dev-1", of: "flight-delay", by: Fixture.author)
            let refusal = await #expect(throws: RegistryError.self) {
                try await registry.deleteAlias("champion", of: "flight-delay", by: Fixture.author)
            }
            #expect(refusal?.message.contains("parted from the alias champion") == true)
            #expect(try await fixture.entries().last?.response.statusCode == 403)
            await #expect(throws: RegistryError.self) {
                try await registry.transition("flight-delay", "1", to: .archived, by: Fixture.author)
            }
            await #expect(throws: RegistryError.self) {
                try await registry.deleteVersion("flight-delay", "1", by: Fixture.author)
            }
            await #expect(throws: RegistryError.self) {
                try await registry.deleteModel("flight-delay", by: Fixture.author)
            }
            await #expect(throws: RegistryError.self) {
                try await registry.renameModel("flight-delay", to: "x", by: Fixture.author)
            }
            try await registry.signOff("flight-delay", "1", for: .archived, by: Fixture.director)
            try await registry.deleteAlias("champion", of: "flight-delay", by: Fixture.author)
            try await registry.transition("flight-delay", "1", to: .archived, by: Fixture.author)
        }
    }

    @Test func `A name that a laxer policy matches is no way round a stricter one`() async throws {
        var lax = Policy.open
        lax.models = NamePattern("toy-*")
        try await Fixture.with(policies: Policies([Self.signed, lax])) { fixture in
            try await fixture.register("toy-delay")
            try await fixture.registry.transition("toy-delay", "1", to: .production, by: Fixture.author)
            // In front of callers it keeps its name, under whichever policy.
            await #expect(throws: RegistryError.self) {
                try await fixture.registry.renameModel("toy-delay", to: "flight-delay", by: Fixture.author)
            }
            // Nor does it lose it afterwards: a rollback would find the version that nobody signed for.
            try await fixture.registry.transition("toy-delay", "1", to: .archived, by: Fixture.author)
            await #expect(throws: RegistryError.self) {
                try await fixture.registry.renameModel("toy-delay", to: "flight-delay", by: Fixture.author)
            }
            try await fixture.register("toy-other")
            try await fixture.registry.renameModel("toy-other", to: "flight-delay", by: Fixture.author)
            try await refuses(fixture)
        }
    }

    @Test func `Who asks by one account does not approve by another`() async throws {
        let people = People(["eve": ["eve", "eve-director"]])
        try await Fixture.with(policies: Policies([Self.signed], people: people)) { fixture in
            try await fixture.register()
            let (eve, other) = (
                Fixture.caller("eve", [.contributor]), Fixture.caller("eve-director", [.programManager])
            )
            try await fixture.registry.signOff("flight-delay", "1", for: .staging, by: Fixture.checker)
            try await fixture.registry.requestTransition(of: "flight-delay", "1", to: .production, by: eve)
            await #expect(
                throws: RegistryError.decidesOwn(user: "eve-director", .init(name: "flight-delay", version: 1))
            ) {
                try await fixture.registry.approveTransition(of: "flight-delay", "1", to: .production, by: other)
            }
            try await fixture.registry.signOff("flight-delay", "1", for: .production, by: other)
            await #expect(throws: RegistryError.self) {
                try await fixture.registry.transition("flight-delay", "1", to: .production, by: eve)
            }
            // The request is eve's, so her other account's word does not count for a third who asks, either.
            await #expect(throws: RegistryError.self) {
                try await fixture.registry.transition("flight-delay", "1", to: .production, by: Fixture.author)
            }
        }
    }
}
