import MartletDomain
import Platform
import TestKit
import Testing

struct LineageTests {
    private func derive(_ platform: Platform, _ name: String, from inputs: [String]) async throws {
        let pairs = Dictionary(uniqueKeysWithValues: try inputs.enumerated().map { ("t\($0)", try TableName($1)) })
        let sql = inputs.indices.map { "SELECT id FROM t\($0)" }.joined(separator: " UNION ALL ")
        _ = try await platform.datasets.derive(TableName(name), selecting: sql, from: pairs, .overwrite, by: .anyone)
    }

    /// The tree as text: kinds and names only.
    private func text(_ nodes: [DatasetLineage.Node]) -> String {
        nodes.map { node in
            let mark = node.isRepeated ? "^" : node.isCut ? "+" : ""
            let next = node.next.filter { $0.kind != .source }
            return node.name + mark + (next.isEmpty ? "" : "(\(text(next)))")
        }.joined(separator: " ")
    }

    @Test func `Lineage is told both ways, once for each version, and as deep as it is asked`() async throws {
        try await withWorkspace { platform in
            for name in ["s.a", "s.b"] { try await platform.importText("id\n1\n", as: name) }
            try await derive(platform, "s.c", from: ["s.a", "s.b"])
            try await derive(platform, "s.d", from: ["s.a", "s.c"])
            try await derive(platform, "s.e", from: ["s.d"])
            let last = try await platform.datasets.lineage(of: TableName("s.e"))
            #expect(text(last.upstream) == "s.d@0(s.a@0 s.c@0(s.a@0^ s.b@0))")
            #expect(last.downstream.isEmpty)
            let first = try await platform.datasets.lineage(of: TableName("s.a"))
            #expect(text(first.downstream) == "s.c@0(s.d@0(s.e@0)) s.d@0^")
            #expect(first.upstream.map(\.kind) == [.source])
            let near = try await platform.datasets.lineage(of: TableName("s.a"), depth: 1)
            #expect(text(near.downstream) == "s.c@0+ s.d@0+")
            // Another version of a table is another thing.
            try await platform.importText("id\n2\n", as: "s.a")
            #expect(try await platform.datasets.lineage(of: TableName("s.a")).downstream.isEmpty)
            #expect(try await platform.datasets.lineage(of: TableName("s.a"), version: 0).downstream.count == 2)
            for depth in [0, 51] {
                await #expect(throws: InvalidRequest.self) {
                    try await platform.datasets.lineage(of: TableName("s.a"), depth: depth)
                }
            }
        }
    }

    @Test func `From raw rows one comes to the model that learned from them, and to its predictions`() async throws {
        try await withWorkspace { platform in
            let made = try await Deliveries.train(platform)
            _ = try await platform.registry.transition(Deliveries.model, "1", to: .production, by: .anyone)
            let run = try await platform.scoring.scoreBatch(
                "models:/\(Deliveries.model)/Production", in: Deliveries.window(Deliveries.served),
                into: TableName(Deliveries.predictions), by: .anyone)
            let lineage = try await platform.datasets.lineage(of: TableName(Deliveries.deliveries))
            let training = try #require(lineage.downstream.first { $0.name == made.training.description })
            #expect(training.kind == .trainingSet)
            let model = try #require(training.next.first { $0.kind == .model })
            #expect(model.next.map(\.name) == ["\(Deliveries.model)/1"] && model.next.first?.detail == "Production")
            #expect(lineage.downstream.contains { $0.kind == .predictions && $0.name == run.predictions.description })
            let back = try await platform.datasets.lineage(of: run.predictions.name)
            #expect(back.upstream.contains { $0.name.hasPrefix(Deliveries.deliveries + "@") })
        }
    }
}
