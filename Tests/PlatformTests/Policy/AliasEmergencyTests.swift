import AuditLog
import Foundation
import MartletDomain
import Platform
import TestKit
import Testing

private typealias Fixture = RegistryFixture

/// Aliases that stand for Production, past the gates and back.
struct AliasEmergencyTests {
    private static let name = "flight-delay"
    private static let champion = BreakGlass.Target.alias("champion")
    private static func id(_ version: Int64) -> ModelVersion.ID { .init(name: name, version: version) }
    private static let signed = Policy(production: .init(signOffs: [.programManager]))

    private func call(_ fixture: Fixture, _ version: String, _ alias: String = "champion") async throws {
        try await fixture.registry.signOff(Self.name, version, for: .production, by: Fixture.director)
        try await fixture.registry.setAlias(alias, of: Self.name, to: version, by: Fixture.author)
    }

    private func meant(_ fixture: Fixture, _ alias: String = "champion") async throws -> Int64? {
        try? await fixture.registry.version(Self.name, alias: alias).id.version
    }

    private func statuses(_ fixture: Fixture) async throws -> [BreakGlass.Status] {
        try await fixture.registry.brokenGlass(of: Self.name).map(\.status)
    }

    @Test func `An alias goes past the gates by two people, is red, and is mended by the gates`() async throws {
        try await Fixture.with(Self.signed) { fixture in
            let registry = fixture.registry
            for files in ["one", "two"] { try await fixture.register(files: files) }
            try await call(fixture, "1")
            try await registry.setMonitoringPlan(try Fixture.plan(), by: Fixture.author)
            #expect(try await registry.health().map(\.alias) == ["champion"])
            #expect(try await registry.health().map(\.status) == [.green])
            try await registry.askBreakGlass(Self.name, "2", to: Self.champion, reason: "1 crashes", by: Fixture.author)
            #expect(try await meant(fixture) == 1)
            // What was asked for the alias is not confirmed for the stage, nor for another alias.
            for target in [BreakGlass.Target.stage(.production), .alias("other")] {
                await #expect(throws: RegistryError.breakGlassMissing(Self.id(2), target)) {
                    try await registry.confirmBreakGlass(Self.name, "2", to: target, by: Fixture.director)
                }
            }
            await #expect(throws: RegistryError.mayNotSign(user: "checker", [.programManager], .production)) {
                try await registry.confirmBreakGlass(Self.name, "2", to: Self.champion, by: Fixture.checker)
            }
            try await registry.confirmBreakGlass(Self.name, "2", to: Self.champion, by: Fixture.director)
            #expect(try await meant(fixture) == 2)
            #expect(try await registry.version(Self.name, "2").stage == .unstaged)
            let entry = try #require(try await fixture.entries().last)
            #expect(entry.actionName == "break_glass" && entry.requestParams["alias"] == "champion")
            let health = try #require(try await registry.health().first)
            #expect(health.status == .red && health.version == 2)
            let finding = try #require(health.findings.first { $0.kind == .brokenGlass })
            #expect(finding.text.contains("martlet models alias set flight-delay/2 champion"))
            #expect(try await registry.asOf(.max / 2, Self.name).aliases["champion"]?.change.way == .breakGlass)
            try await call(fixture, "2")
            #expect(try await statuses(fixture) == [.ratified])
            #expect(try await registry.health().first?.findings.contains { $0.kind == .brokenGlass } == false)
            #expect(try await registry.asOf(.max / 2, Self.name).aliases["champion"]?.change.way == .ratified)
            // An alias that is set again does not start the count of looks again.
            let due = try await registry.health().first?.nextCheckDue
            try await Task.sleep(for: .milliseconds(5))
            try await registry.setAlias("champion", of: Self.name, to: "2", by: Fixture.author)
            #expect(try await registry.health().first?.nextCheckDue == due)
        }
    }

    @Test(arguments: ["moved", "removed", "deleted"])
    func `What no alias means any more needs no ratifying`(how: String) async throws {
        try await Fixture.with(Self.signed) { fixture in
            let registry = fixture.registry
            for files in ["one", "two"] { try await fixture.register(files: files) }
            try await registry.askBreakGlass(Self.name, "2", to: Self.champion, reason: "x", by: Fixture.author)
            try await registry.confirmBreakGlass(Self.name, "2", to: Self.champion, by: Fixture.director)
            #expect(try await statuses(fixture) == [.done])
            if how == "moved" {
                try await call(fixture, "1")
            } else {
                try await registry.deleteAlias("champion", of: Self.name, by: Fixture.author)
            }
            if how == "deleted" { try await registry.deleteVersion(Self.name, "2", by: Fixture.author) }
            #expect(try await statuses(fixture) == [.undone])
        }
    }

    @Test func `A freeze lets nothing be archived but by two people`() async throws {
        var policy = Self.signed
        let from = try #require(FreezeWindow.LocalTime("2026-03-10", isEnd: false))
        let to = try #require(FreezeWindow.LocalTime("2026-03-20", isEnd: true))
        policy.freezes = [FreezeWindow(name: "audit", .once(from: from, to: to))]
        let time = try SettableClock("2026-03-02T09:00:00Z")
        try await Fixture.with(policies: Policies(policy), clock: time.wall) { fixture in
            let registry = fixture.registry
            let version = try await fixture.register()
            await #expect(throws: RegistryError.self) {
                try await registry.askBreakGlass(Self.name, "1", to: .stage(.archived), reason: "x", by: Fixture.author)
            }
            try await registry.signOff(Self.name, "1", for: .production, by: Fixture.director)
            try await registry.transition(Self.name, "1", to: .production, by: Fixture.author)
            time.advance(days: 10)
            await #expect(throws: RegistryError.self) {
                try await registry.transition(Self.name, "1", to: .archived, by: Fixture.author)
            }
            // Its files may be what is wrong with it.
            let folder = try #require(version.artifactPath)
            try Data("y".utf8).write(to: try fixture.artifacts.localURL(folder).appending(path: "MLmodel"))
            try await registry.askBreakGlass(Self.name, "1", to: .stage(.archived), reason: "x", by: Fixture.author)
            await #expect(throws: RegistryError.mayNotSign(user: "checker", [.programManager], .archived)) {
                try await registry.confirmBreakGlass(Self.name, "1", to: .stage(.archived), by: Fixture.checker)
            }
            try await registry.confirmBreakGlass(Self.name, "1", to: .stage(.archived), by: Fixture.director)
            #expect(try await registry.version(Self.name, "1").stage == .archived)
            #expect(try await registry.health().map(\.status) == [.red])
            time.advance(days: 20)
            try await registry.transition(Self.name, "1", to: .archived, by: Fixture.author)
            #expect(try await registry.health().isEmpty)
        }
    }

    @Test func `A rollback takes along the aliases that stand for Production, and those that meant it before`()
        async throws
    {
        var policy = Self.signed
        policy.aliases = [.init(NamePattern("live"), .production)]
        try await Fixture.with(policy) { fixture in
            let registry = fixture.registry
            for (version, files) in [("1", "one"), ("2", "two")] {
                try await fixture.register(files: files)
                try await registry.signOff(Self.name, version, for: .production, by: Fixture.director)
                try await registry.transition(
                    Self.name, version, to: .production, archiveExisting: true, by: Fixture.author)
                try await registry.setAlias("champion", of: Self.name, to: version, by: Fixture.author)
            }
            for alias in ["live", "newest"] {
                try await registry.setAlias(alias, of: Self.name, to: "2", by: Fixture.author)
            }
            let done = try await registry.rollBack(Self.name, by: Fixture.author)
            #expect(done.version.id == Self.id(1))
            #expect(done.aliasesMoved == ["champion", "live"] && done.aliasesLeft == ["newest"])
            #expect(try await meant(fixture) == 1)
            #expect(try await meant(fixture, "live") == 1)
            #expect(try await meant(fixture, "newest") == 2)
            #expect(try await registry.asOf(.max / 2, Self.name).aliases["live"]?.change.way == .rollback)
        }
    }

    @Test func `An alias goes back to the newest that it meant by the gates and that has its files still`() async throws
    {
        try await Fixture.with(Self.signed) { fixture in
            let registry = fixture.registry
            var versions: [ModelVersion] = []
            for files in ["one", "two", "three", "four"] { versions.append(try await fixture.register(files: files)) }
            await #expect(throws: RegistryError.aliasMissing(model: Self.name, alias: "champion")) {
                try await registry.rollBack(Self.name, alias: "champion", by: Fixture.author)
            }
            for number in ["1", "2"] { try await call(fixture, number) }
            try await registry.askBreakGlass(Self.name, "3", to: Self.champion, reason: "x", by: Fixture.author)
            try await registry.confirmBreakGlass(Self.name, "3", to: Self.champion, by: Fixture.director)
            try await call(fixture, "4")
            let folder = try #require(versions[1].artifactPath)
            try Data("y".utf8).write(to: try fixture.artifacts.localURL(folder).appending(path: "MLmodel"))
            let done = try await registry.rollBack(Self.name, alias: "champion", by: Fixture.author)
            #expect(done.version.id == Self.id(1) && done.aliasesMoved == ["champion"])
            #expect(try await meant(fixture) == 1)
            #expect(
                try await registry.rollBack(Self.name, alias: "champion", by: Fixture.author).version.id == Self.id(4))
            try await registry.deleteVersion(Self.name, "1", by: Fixture.author)
            await #expect(throws: RegistryError.noGoodVersion(model: Self.name, alias: "champion")) {
                try await registry.rollBack(Self.name, alias: "champion", by: Fixture.author)
            }
        }
    }
}
