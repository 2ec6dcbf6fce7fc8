import Foundation
import MartletDomain
import Metadata
import Platform
import QueryEngine
import TestKit
import Testing

@Suite struct RecomputeTests {
    /// Lends a server that keeps every answer.
    private func withKeptAnswers(_ body: (TestServer) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try WorkspaceConfiguration(
                workspace: "test", policy: .open, features: OnlineSettings(logShare: 1)
            ).write(Workspace(folder))
            let platform = try await Platform.open(Workspace(folder), durability: .normal)
            do {
                try await body(TestServer(platform: platform))
            } catch {
                try? await platform.close()
                throw error
            }
            try await platform.close()
        }
    }

    private func get(_ server: TestServer, _ name: String, _ column: String, _ keys: [JSON]) async throws -> JSON {
        try await server.martlet(
            "features/get-online",
            ["features": .list([.text(name)]), "columns": .object([column: .list(keys)])]
        ).json["columns"]
    }

    @Test func `Answers of a table that changes since are compared with the version that gave them`() async throws {
        try await withKeptAnswers { server in
            let name = "main.risk.vendors"
            try await server.platform.importText("uei,rating\nA,1.5\nB,2.5\n", as: name)
            _ = try await server.platform.features.registerTable(
                FeatureTableDeclaration(name: name, primaryKeys: ["uei"]), by: .anyone)
            _ = try await server.martlet("features/serve", ["name": .text(name)])
            #expect(
                try await get(server, name, "uei", ["A", "B"])["rating"]["values"]
                    == .list([.number(1.5), .number(2.5)]))
            for rating in [3.5, 4.5] {
                let row: JSON = ["uei": ["A"], "rating": .list([.number(rating)])]
                _ = try await server.martlet("features/push", ["source": .text(name), "columns": row])
                #expect(try await get(server, name, "uei", ["A"])["rating"]["values"] == .list([.number(rating)]))
                _ = try await server.martlet("features/materialize-online", ["name": .text(name)])
            }
            let check = try await server.martlet("features/recompute", [:]).json["checks"].elements[0]
            #expect(check["outcome"] == "passed" && check["requests"] == 4, "\(check)")
            #expect(check["left_out"] == 0)
        }
    }

    @Test func `An answer that was refused is left out and counted, and the others are compared`() async throws {
        try await withKeptAnswers { server in
            try await server.platform.importText(
                """
                uei,n,amount,at
                A,1,9000000000000000000,2024-01-01T00:00:00Z
                A,2,9000000000000000000,2024-01-02T00:00:00Z
                B,3,7,2024-01-02T00:00:00Z

                """, as: "risk.awards")
            _ = try await server.platform.features.apply(
                """
                feature_view: totals
                version: 1
                source: {table: risk.awards, entity: [uei], event_time: at, tie_break: n}
                join: [uei]
                features:
                  total: {sum: amount, window: {lifetime: true}}
                  twice: {sum: [total, total]}
                """, named: "totals", by: .anyone)
            _ = try await server.martlet("features/serve", ["name": "totals"])
            let found = try await get(server, "totals", "uei", ["A", "B", "nobody"])
            #expect(found["total"]["statuses"] == ["refused", "present", "missing"], "\(found)")
            #expect(found["total"]["reasons"]["0"].text.contains("range"))
            #expect(found["twice"]["reasons"]["0"].text.contains("range"))
            #expect(found["twice"]["statuses"] == ["refused", "present", "missing"])
            #expect(found["twice"]["event_times"] == ["2024-01-02T00:00:00Z", "2024-01-02T00:00:00Z", .null])
            let check = try await server.martlet("features/recompute", [:]).json["checks"].elements[0]
            #expect(check["outcome"] == "passed" && check["requests"] == 2 && check["left_out"] == 1, "\(check)")
            // A span without answers is no result.
            let none = try await server.martlet("features/recompute", ["to": "2020-01-01"]).json["checks"].elements[0]
            #expect(none["outcome"] == "could_not_be_evaluated")
        }
    }

    @Test func `Nobody writes to the log of answers`() async throws {
        try await withKeptAnswers { server in
            try await Awards.prepare(server)
            _ = try await Awards.get(server, ["A"])
            _ = try await server.martlet("features/recompute", [:])
            let log = try #require(OnlineStore.answerTable)
            let rows = try await server.platform.query(log.description).rowCount
            #expect(rows == 1)
            for table in [log.description, "martlet.other"] {
                await #expect(throws: ReservedTable.self) {
                    try await server.platform.importText("a\n1\n", as: table, .overwrite)
                }
            }
            await #expect(throws: ReservedTable.self) {
                try await server.platform.datasets.delete(from: log, where: "table_version >= 0", by: .anyone)
            }
            await #expect(throws: ReservedTable.self) {
                try await server.platform.datasets.restore(log, to: 0, by: .anyone)
            }
            #expect(try await server.platform.query(log.description).rowCount == rows)
        }
    }

    @Test func `A version of a view is compared by its number or its plan, whatever the newest is`() async throws {
        try await withServer { server in
            try await Awards.prepare(server, serve: false)
            let first = try await server.platform.features.viewRecord("vendor_performance").hash
            let other = Awards.view.replacing("version: 1", with: "version: 2").replacing("P12M", with: "P6M")
            _ = try await server.platform.features.apply(other, named: "vendors", by: .anyone)
            let span: [String: JSON] = ["view": "vendor_performance", "from": "2024-01-01", "to": "2025-01-01"]
            func check(_ more: [String: JSON]) async throws -> (status: Int, json: JSON) {
                try await server.martlet("features/verify", .object(span.merging(more) { $1 }))
            }
            #expect(try await check([:]).json["plan_hash"].text != first)
            for choice: [String: JSON] in [
                ["version": 1], ["hash": .text(String(first.prefix(12)))], ["hash": .text(first)],
            ] {
                let found = try await check(choice).json
                #expect(found["plan_hash"].text == first && found["outcome"] == "passed", "\(found)")
            }
            #expect(try await check(["version": 9]).status == 404)
            #expect(try await check(["hash": "abc"]).status == 404)
        }
    }
}
