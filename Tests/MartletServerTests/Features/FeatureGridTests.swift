import MartletDomain
import Platform
import QueryEngine
import TestKit
import Testing

@Suite struct FeatureGridTests {
    private func grid(
        _ server: TestServer, _ from: String, _ to: String, _ table: String = "risk.grid", full: Bool = false
    ) async throws -> (status: Int, json: JSON) {
        try await server.martlet(
            "features/materialize",
            [
                "view": "vendor_performance", "into": .text(table), "from": .text(from), "to": .text(to),
                "every": "P7D", "full": .bool(full),
            ])
    }

    @Test func `Computed anew, a table holds the new plan's cells at the new instants and no others`() async throws {
        try await withServer { server in
            try await Awards.prepare(server, serve: false)
            #expect(try await grid(server, "2024-01-05", "2024-05-01").status == 200)
            let other = Awards.view.replacing("version: 1", with: "version: 2")
                .replacing("late_12m:", with: "late_24m:").replacing("late_12m,", with: "late_24m,")
            _ = try await server.platform.features.apply(other, named: "vendors", by: .anyone)
            let refused = try await grid(server, "2024-05-03", "2024-06-01")
            #expect(refused.status == 400 && refused.json["message"].text.contains("another plan"), "\(refused)")
            #expect(try await grid(server, "2024-03-01", "2024-04-01", full: true).status == 200)
            let rows = try await server.platform.query("main.risk.grid", "SELECT * FROM rows ORDER BY feature_time")
            #expect(rows["late_24m"] != nil && rows["late_12m"] == nil)
            let times = rows["feature_time"]?.timestamps?.compactMap { $0 } ?? []
            #expect(!times.isEmpty)
            let march = try Deliveries.window(("2024-03-01", "2024-04-01"))
            #expect(times.allSatisfy { $0 >= march.start && $0 < march.end })
            // The record says where to go on from.
            #expect(try await grid(server, "2024-04-05", "2024-05-01").json["instants"] == 4)
            #expect(try await grid(server, "2024-07-05", "2024-08-01").status == 400)
        }
    }

    @Test func `A feature table that no grid made is left alone`() async throws {
        try await withServer { server in
            try await Awards.prepare(server, serve: false)
            try await server.platform.importText(
                "recipient_uei,feature_time,cost\nA,2024-01-01T00:00:00Z,1\n", as: "main.risk.own")
            _ = try await server.platform.features.registerTable(
                FeatureTableDeclaration(
                    name: "main.risk.own", primaryKeys: ["recipient_uei"], timeKeys: ["feature_time"]), by: .anyone)
            for full in [false, true] {
                let refused = try await grid(server, "2024-01-05", "2024-05-01", "risk.own", full: full)
                #expect(refused.status == 400, "\(refused)")
            }
            #expect(try await server.platform.query("main.risk.own").rowCount == 1)
        }
    }

    @Test func `Grids go on from one another by the same step and without a gap`() throws {
        let grid = try FeatureGrid(from: 100, to: 200, every: 10)
        #expect(try grid.extended(by: FeatureGrid(from: 200, to: 300, every: 10))?.end == 300)
        #expect(try grid.extended(by: FeatureGrid(from: 50, to: 100, every: 10))?.start == 50)
        #expect(try grid.extended(by: FeatureGrid(from: 120, to: 130, every: 10)) == grid)
        #expect(try grid.extended(by: FeatureGrid(from: 210, to: 300, every: 10)) == nil)
        #expect(try grid.extended(by: FeatureGrid(from: 205, to: 300, every: 10)) == nil)
        #expect(try grid.extended(by: FeatureGrid(from: 200, to: 300, every: 20)) == nil)
    }
}
