import AuditLog
import Foundation
import MartletDomain
import Platform
import TestKit
import Testing

private typealias Fixture = RegistryFixture

/// Transitions past the gates, and back.
struct EmergencyTests {
    private static let signed = Policy(
        staging: .init(signOffs: [.reviewer]), production: .init(signOffs: [.programManager]))
    private static func id(_ version: Int64) -> ModelVersion.ID { .init(name: "flight-delay", version: version) }

    private func promote(_ fixture: Fixture, _ version: String) async throws {
        try await fixture.registry.signOff("flight-delay", version, for: .staging, by: Fixture.checker)
        try await fixture.registry.signOff("flight-delay", version, for: .production, by: Fixture.director)
        try await fixture.registry.transition(
            "flight-delay", version, to: .production, archiveExisting: true, by: Fixture.author)
    }

    @Test func `Glass is broken by two people within half an hour, loudly, and mended by the gates`() async throws {
        let time = try SettableClock("2026-03-02T09:00:00Z")
        try await Fixture.with(policies: Policies(Self.signed), clock: time.wall) { fixture in
            let registry = fixture.registry
            for files in ["one", "two"] { try await fixture.register(files: files) }
            try await promote(fixture, "1")
            let second = Self.id(2)
            func confirm(_ caller: Caller) async throws {
                try await registry.confirmBreakGlass("flight-delay", "2", to: .stage(.production), by: caller)
            }
            await #expect(throws: RegistryError.breakGlassMissing(second, .stage(.production))) {
                try await confirm(Fixture.director)
            }
            await #expect(throws: RegistryError.self) {
                try await registry.askBreakGlass(
                    "flight-delay", "2", to: .stage(.production), reason: " ", by: Fixture.author)
            }
            try await registry.askBreakGlass(
                "flight-delay", "2", to: .stage(.production), reason: "1 crashes", by: Fixture.director)
            await #expect(throws: RegistryError.breakGlassAlone(user: "director", second, .stage(.production))) {
                try await confirm(Fixture.director)
            }
            await #expect(throws: RegistryError.mayNotSign(user: "checker", [.programManager], .production)) {
                try await confirm(Fixture.checker)
            }
            time.advance(minutes: 31)
            await #expect(throws: RegistryError.self) { try await confirm(Fixture.otherDirector) }
            try await registry.askBreakGlass(
                "flight-delay", "2", to: .stage(.production), reason: "1 crashes", by: Fixture.director)
            time.advance(minutes: 29)
            try await confirm(Fixture.otherDirector)
            #expect(try await registry.latestVersion(of: "flight-delay", in: .production).id == second)
            #expect(try await registry.version("flight-delay", "1").stage == .archived)
            let entry = try #require(try await fixture.entries().last)
            #expect(entry.actionName == "break_glass" && entry.requestParams["reason"] == "1 crashes")
            #expect(entry.requestParams["asked_by"] == "director" && entry.beforeDigest != entry.afterDigest)
            var health = try #require(try await registry.health().first)
            #expect(health.status == .red && health.findings.first?.kind == .brokenGlass)
            #expect(try await registry.asOf(time.now, "flight-delay").production?.change.way == .breakGlass)
            // The gates are met afterwards.
            try await promote(fixture, "2")
            health = try #require(try await registry.health().first)
            #expect(!health.findings.contains { $0.kind == .brokenGlass })
            #expect(try await registry.asOf(time.now, "flight-delay").production?.change.way == .ratified)
            #expect(try await registry.brokenGlass(of: "flight-delay").map(\.status) == [.expired, .ratified])
        }
    }

    @Test func `Glass is not broken for other files, nor where nothing stands in the way`() async throws {
        try await Fixture.with(Self.signed) { fixture in
            let registry = fixture.registry
            let version = try await fixture.register()
            try await registry.askBreakGlass(
                "flight-delay", "1", to: .stage(.production), reason: "x", by: Fixture.author)
            let folder = try #require(version.artifactPath)
            try Data("y".utf8).write(to: try fixture.artifacts.localURL(folder).appending(path: "MLmodel"))
            await #expect(throws: RegistryError.otherFiles(version.id)) {
                try await registry.confirmBreakGlass("flight-delay", "1", to: .stage(.production), by: Fixture.director)
            }
            #expect(try await registry.version("flight-delay", "1").stage == .unstaged)
        }
        try await Fixture.with(.open) { fixture in
            let version = try await fixture.register()
            await #expect(throws: RegistryError.nothingToBreak(version.id, .stage(.production))) {
                try await fixture.registry.askBreakGlass(
                    "flight-delay", "1", to: .stage(.production), reason: "x", by: Fixture.author)
            }
        }
    }

    @Test func `A rollback goes to the newest that was there by the gates and has its files still`() async throws {
        try await Fixture.with(Self.signed) { fixture in
            let registry = fixture.registry
            var versions: [ModelVersion] = []
            for files in ["one", "two", "three", "four"] { versions.append(try await fixture.register(files: files)) }
            await #expect(throws: RegistryError.noGoodVersion(model: "flight-delay")) {
                try await registry.rollBack("flight-delay", by: Fixture.author)
            }
            for number in ["1", "2"] { try await promote(fixture, number) }
            try await registry.askBreakGlass(
                "flight-delay", "3", to: .stage(.production), reason: "x", by: Fixture.author)
            try await registry.confirmBreakGlass("flight-delay", "3", to: .stage(.production), by: Fixture.director)
            try await promote(fixture, "4")
            try await registry.setAlias("champion", of: "flight-delay", to: "4", by: Fixture.author)
            // Version 3 came past the gates, and version 2 has lost its files.
            let folder = try #require(versions[1].artifactPath)
            try Data("y".utf8).write(to: try fixture.artifacts.localURL(folder).appending(path: "MLmodel"))
            let done = try await registry.rollBack("flight-delay", reason: "4 is slow", by: Fixture.author)
            #expect(done.version.id == Self.id(1) && done.archived == [Self.id(4)] && done.aliasesLeft == ["champion"])
            let stages = try await registry.searchVersions(orderBy: ["version_number"]).elements.map(\.stage)
            #expect(stages == [.production, .archived, .archived, .archived])
            let standing = try #require(try await registry.asOf(.max / 2, "flight-delay").production)
            #expect(standing.version == 1 && standing.change.way == .rollback && standing.change.by == "author")
            #expect(try await fixture.entries().last?.actionName == "roll_back")
            // And forward again, to the newest that was good.
            #expect(try await registry.rollBack("flight-delay", by: Fixture.author).version.id == Self.id(4))
        }
    }

    @Test func `A rollback does not bring back what was taken out of service for being wrong`() async throws {
        try await Fixture.with(Self.signed) { fixture in
            let registry = fixture.registry
            for files in ["one", "two", "three"] { try await fixture.register(files: files) }
            for number in ["1", "2", "3"] { try await promote(fixture, number) }
            try await registry.transition("flight-delay", "3", to: .archived, by: Fixture.author)
            #expect(try await registry.rollBack("flight-delay", by: Fixture.author).version.id == Self.id(2))
        }
    }

    @Test(arguments: [false, true])
    func `A rollback asks for what the policy says, and waits for the end of a freeze unless told otherwise`(
        passesFreeze: Bool
    ) async throws {
        var policy = Policy(production: .init(signOffs: [.programManager]))
        policy.rollback.requirements.signOffs = [.programManager, .reviewer]
        policy.rollback.duringFreeze = passesFreeze
        let from = try #require(FreezeWindow.LocalTime("2026-03-10", isEnd: false))
        let to = try #require(FreezeWindow.LocalTime("2026-03-20", isEnd: true))
        policy.freezes = [FreezeWindow(name: "audit", .once(from: from, to: to))]
        let time = try SettableClock("2026-03-02T09:00:00Z")
        try await Fixture.with(policies: Policies(policy), clock: time.wall) { fixture in
            let registry = fixture.registry
            for (version, files) in [("1", "one"), ("2", "two")] {
                try await fixture.register(files: files)
                try await registry.signOff("flight-delay", version, for: .production, by: Fixture.director)
                try await registry.transition(
                    "flight-delay", version, to: .production, archiveExisting: true, by: Fixture.author)
            }
            let refusal = await #expect(throws: RegistryError.self) {
                try await registry.rollBack("flight-delay", by: Fixture.author)
            }
            #expect(refusal?.message.contains("sign-off for Production") == true)
            try await registry.signOff("flight-delay", "1", for: .production, by: Fixture.checker)
            time.advance(days: 10)
            if !passesFreeze {
                let frozen = await #expect(throws: RegistryError.self) {
                    try await registry.rollBack("flight-delay", by: Fixture.author)
                }
                #expect(frozen?.message.contains("freeze 'audit'") == true)
                time.advance(days: 10)
            }
            #expect(try await registry.rollBack("flight-delay", by: Fixture.author).version.id == Self.id(1))
        }
    }
}
