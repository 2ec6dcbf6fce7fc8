import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform
import Testing

private typealias Fixture = RegistryFixture

struct RegistryHistoryTests {
    @Test func `Archiving the others happens with the move, and history says who was Production when`() async throws {
        try await Fixture.with(.open) { fixture in
            for files in ["one", "two", "three"] { try await fixture.register(files: files) }
            let registry = fixture.registry
            try await registry.transition("flight-delay", "1", to: .production, by: Fixture.author)
            try await registry.transition("flight-delay", "2", to: .production, by: Fixture.author)
            try await Task.sleep(for: .milliseconds(3))
            try await registry.transition(
                "flight-delay", "3", to: .production, archiveExisting: true, by: Fixture.checker)
            let stages = try await registry.searchVersions(orderBy: ["version_number"]).elements.map(\.stage)
            #expect(stages == [.archived, .archived, .production])
            let moved = try await registry.history(of: "flight-delay").suffix(3)
            #expect(moved.map(\.version.version) == [3, 1, 2] && Set(moved.map(\.at)).count == 1)
            #expect(moved.allSatisfy { $0.by == "checker" })
            let at = try #require(moved.first?.at)
            #expect(try await registry.productionVersion(of: "flight-delay", at: at)?.version == 3)
            #expect(try await registry.productionVersion(of: "flight-delay", at: at - 1)?.version == 2)
            #expect(try await registry.productionVersion(of: "flight-delay", at: 0) == nil)
            let entry = try await fixture.entries().last
            #expect(entry?.requestParams["archived_versions"] == "1 2" && entry?.requestParams["from_stage"] == "None")
            // It outlives the model.
            try await registry.deleteModel("flight-delay", by: Fixture.author)
            #expect(try await registry.productionVersion(of: "flight-delay", at: at)?.version == 3)
            await #expect(throws: RegistryError.modelMissing("nobody")) { try await registry.history(of: "nobody") }
        }
    }

    @Test func `Of many moves to Production at once, each archiving the others, one version is left`() async throws {
        try await Fixture.with(.open) { fixture in
            for number in 1...8 { try await fixture.register(files: "\(number)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...8 {
                    group.addTask {
                        try await fixture.registry.transition(
                            "flight-delay", "\(number)", to: .production, archiveExisting: true, by: Fixture.author)
                    }
                }
                try await group.waitForAll()
            }
            let stages = try await fixture.registry.searchVersions().elements.map(\.stage)
            #expect(stages.filter { $0 == .production }.count == 1 && stages.filter { $0 == .archived }.count == 7)
        }
    }

    @Test func `Versions registered at once get numbers without gaps`() async throws {
        try await Fixture.with { fixture in
            let first = try await fixture.register()
            let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await fixture.registry.createVersion(
                            of: "flight-delay", source: first.source, by: Fixture.author
                        ).id.version
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(numbers.sorted() == Array(2...21))
        }
    }

    @Test func `Only Staging and Production archive what was there`() async throws {
        try await Fixture.with(.open) { fixture in
            try await fixture.register()
            await #expect(throws: RegistryError.self) {
                try await fixture.registry.transition(
                    "flight-delay", "1", to: .archived, archiveExisting: true, by: Fixture.author)
            }
        }
    }

    @Test func `The newest revision of a monitoring plan is in force, and follows a rename`() async throws {
        try await Fixture.with { fixture in
            try await fixture.registry.createModel("flight-delay", by: Fixture.author)
            #expect(try await fixture.registry.monitoringPlan("flight-delay") == nil)
            var plan = try Fixture.plan()
            try await fixture.registry.setMonitoringPlan(plan, by: Fixture.author)
            plan.frequency = .daily
            try await fixture.registry.setMonitoringPlan(plan, by: Fixture.director)
            try await fixture.registry.renameModel("flight-delay", to: "late", by: Fixture.author)
            let found = try await fixture.registry.monitoringPlan("late")
            #expect(found?.frequency == .daily && found?.model == "late")
            plan.owner = ""
            await #expect(throws: RegistryError.self) {
                try await fixture.registry.setMonitoringPlan(plan, by: Fixture.author)
            }
        }
    }

    @Test func `Searches filter, order and page, and leave prompts out`() async throws {
        try await Fixture.with(.open) { fixture in
            let registry = fixture.registry
            for name in ["flight-delay", "flight-cost", "weather"] { try await fixture.register(name) }
            try await registry.createModel(
                "hello", tags: [KeyedText("mlflow.prompt.is_prompt", "true")], by: Fixture.author)
            try await registry.setModelTag(KeyedText("team", "delays"), of: "weather", by: Fixture.author)
            func names(_ filter: String, _ order: [String] = []) async throws -> [String] {
                try await registry.searchModels(filter: filter, orderBy: order).elements.map(\.name)
            }
            #expect(try await names("") == ["flight-cost", "flight-delay", "weather"])
            #expect(
                try await names("name LIKE 'flight%' AND tag.`mlflow.prompt.is_prompt` != 'true'", ["name DESC"])
                    == ["flight-delay", "flight-cost"])
            #expect(try await names("tag.`mlflow.prompt.is_prompt` = 'true'") == ["hello"])
            #expect(try await names("tags.team = 'delays'") == ["weather"])
            #expect(try await names("name = 'x'' OR 1 = 1 --'") == [])
            for bad in ["name > 'a'", "size = 1", "name = 'a' OR name = 'b'"] {
                await #expect(throws: InvalidRequest.self, "\(bad)") { try await names(bad) }
            }
            var (found, token): ([String], String?) = ([], nil)
            repeat {
                let page = try await registry.searchVersions(
                    filter: "version_number >= 1 AND run_id = 'run'", orderBy: ["name"], size: 1, token: token)
                found += page.elements.map(\.id.name)
                token = page.nextToken
            } while token != nil
            #expect(found == ["flight-cost", "flight-delay", "weather"])
        }
    }
}
