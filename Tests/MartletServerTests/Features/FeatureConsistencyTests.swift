import Foundation
import MartletDomain
import Metadata
import Platform
import QueryEngine
import TestKit
import Testing

@Suite struct FeatureConsistencyTests {
    @Test func `Replayed history gives what a batch gives, and the check is kept`() async throws {
        try await withServer { server in
            try await Awards.prepare(server, serve: false)
            let body: JSON = ["view": "vendor_performance", "from": "2024-01-01", "to": "2025-01-01"]
            let check = try await server.martlet("features/verify", body).json
            #expect(check["outcome"] == "passed", "\(check)")
            #expect(check["kind"] == "replay")
            #expect(check["features"].elements.count == 8)
            #expect(check["features"].elements.allSatisfy { $0["mismatches"] == 0 })
            let kept = try await server.martlet("features/checks", ["view": "vendor_performance"]).json
            #expect(kept["checks"].elements.count == 1)
            let empty: JSON = ["view": "vendor_performance", "from": "1999-01-01", "to": "2000-01-01"]
            #expect(try await server.martlet("features/verify", empty).json["outcome"] == "could_not_be_evaluated")
        }
    }

    @Test func `Logged answers are computed again to the same bits, and a changed table is found`() async throws {
        try await withTemporaryFolder { folder in
            try WorkspaceConfiguration(
                workspace: "test", policy: .open, features: OnlineSettings(logShare: 1)
            ).write(Workspace(folder))
            let platform = try await Platform.open(Workspace(folder), durability: .normal)
            let server = TestServer(platform: platform)
            try await Awards.prepare(server)
            let now = Instant(microseconds: OnlineStore.now() - 60_000_000).description
            for n in 0..<20 {
                _ = try await Awards.get(server, ["A", "B", "nobody", "F"])
                _ = try await server.martlet(
                    "features/push",
                    ["source": "vendor_performance", "columns": Awards.row(n, "F", cost: 0.1 * Double(n), at: now)])
            }
            _ = try await Awards.get(server, ["F", "A"])
            let check = try await server.martlet("features/recompute", [:]).json["checks"].elements[0]
            #expect(check["outcome"] == "passed", "\(check)")
            #expect(check["requests"] == 82)

            // Somebody changes what was: the log tells.
            try await platform.importText(
                Awards.rows.replacing("10.5", with: "11.5") + "\n", as: Awards.table, .overwrite)
            let changed = try await server.martlet("features/recompute", [:]).json["checks"].elements[0]
            #expect(changed["outcome"] == "failed")
            let cost = changed["features"].elements.first { $0["feature"] == "mean_cost" }
            #expect(cost?["worst"] != .null)
            #expect(cost?["example"].text.contains("served") == true)
            try await platform.close()
        }
    }

    @Test func `Memory is the same after the workspace was opened again, with its kept state or without`() async throws
    {
        try await withTemporaryFolder { folder in
            func open() async throws -> TestServer {
                TestServer(platform: try await Platform.open(Workspace(folder), creating: .open, durability: .normal))
            }
            var server = try await open()
            try await Awards.prepare(server)
            let now = Instant(microseconds: OnlineStore.now() - 60_000_000).description
            for (n, to) in ["online", "online_and_offline", "offline"].enumerated() {
                _ = try await server.martlet(
                    "features/push",
                    [
                        "source": "vendor_performance", "to": .text(to),
                        "columns": Awards.row(n, "G", cost: Double(n + 1), at: now),
                    ])
            }
            let keys: [JSON] = ["A", "B", "G"]
            #expect(try await Awards.get(server, keys)["awards_12m"]["values"].elements[2] == 2)
            _ = try await server.martlet("features/materialize-online", ["name": "vendor_performance"])
            let before = try await Awards.get(server, keys)
            #expect(before["awards_12m"]["values"].elements[2] == 3)
            try await server.platform.close()

            server = try await open()
            #expect(try await Awards.get(server, keys)["awards_12m"] == before["awards_12m"])
            try await server.platform.close()

            let files = try FileManager.default.contentsOfDirectory(
                at: folder.appending(path: "online"), includingPropertiesForKeys: nil)
            #expect(files.count == 1)
            for (damage, name) in [(1, "shortened"), (2, "changed"), (3, "lost")] {
                if let file = files.first, var bytes = try? Data(contentsOf: file) {
                    switch damage {
                    case 1: try bytes.dropLast(9).write(to: file)
                    case 2:
                        bytes[bytes.count / 2] ^= 1
                        try bytes.write(to: file)
                    default: try FileManager.default.removeItem(at: file)
                    }
                }
                server = try await open()
                #expect(try await Awards.get(server, keys)["cost_12m"] == before["cost_12m"], "\(name)")
                #expect(try await server.platform.query(Awards.table).rowCount == 6)
                try await server.platform.close()
            }
        }
    }

    @Test func `A grid holds what a batch gives at its instants, and late rows change the cells that they touch`()
        async throws
    {
        try await withServer { server in
            try await Awards.prepare(server, serve: false)
            func grid(_ to: String, _ table: String, full: Bool = false) async throws -> JSON {
                try await server.martlet(
                    "features/materialize",
                    [
                        "view": "vendor_performance", "into": .text(table), "from": "2024-01-05",
                        "to": .text(to), "every": "P7D", "full": .bool(full),
                    ]
                ).json
            }
            let first = try await grid("2024-03-01", "main.risk.grid")
            #expect(first["instants"] == 8, "\(first)")
            #expect(try await grid("2024-03-01", "main.risk.grid")["rows"] == 0)
            try await server.platform.importText(
                "uei,n,cost,on_time,agency,ended_at,loaded_at\n"
                    + "A,9,3,1,DOE,2024-01-20T00:00:00Z,2024-02-15T00:00:00Z\n", as: Awards.table, .append)
            #expect(try await grid("2024-05-01", "main.risk.grid")["instants"] == 9)
            _ = try await grid("2024-05-01", "main.risk.whole", full: true)
            let order = "SELECT * FROM rows ORDER BY feature_time, recipient_uei"
            let (kept, whole) = (
                try await server.platform.query("main.risk.grid", order),
                try await server.platform.query("main.risk.whole", order)
            )
            #expect(kept.rowCount == whole.rowCount)
            for (left, right) in zip(kept.columns, whole.columns) {
                #expect(
                    (0..<kept.rowCount).map { left.value(at: $0) } == (0..<whole.rowCount).map { right.value(at: $0) })
            }
        }
    }
}
