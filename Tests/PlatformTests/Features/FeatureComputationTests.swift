import MartletDomain
import Platform
import QueryEngine
import Testing

struct FeatureComputationTests {
    static let spine = RecordBatch(
        columns: [
            Column("k", .string(["a", "b", "a"])), Column("t", .timestamp([10, 20, 30])),
            Column("x", .long([1, 2, 3])),
        ], rowCount: 3)

    @Test func `Everything that does not fit is reported at once, before any work`() async throws {
        let views = try FeatureView.views(
            yaml: """
                feature_views:
                  - feature_view: one
                    version: 1
                    source: {table: events, entity: [id], event_time: at_text}
                    join: [k]
                    features:
                      x: {count: "*", window: {lifetime: true}}
                      total: {sum: missing, window: {lifetime: true}}
                      strange: {expression: "k + 1"}
                  - feature_view: two
                    version: 1
                    source: {table: nowhere, entity: [id]}
                    join: [k]
                    features: {y: {lookup: v}}
                """)
        let engine = try DuckDBEngine()
        let error = await #expect(throws: FeatureError.self) {
            try await FeatureComputation(views: views).compute(
                spine: Self.spine, time: "nope", sources: ["events": "(SELECT 1::BIGINT AS id, 'x' AS at_text)"],
                engine: engine)
        }
        await engine.close()
        let text = error?.message ?? ""
        for part in [
            "needs nope", "x has the name of a column", "total reads missing", "k is string",
            "at_text is string", "nowhere, which is not declared",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
    }

    @Test func `Hidden features serve others and are not in the result`() async throws {
        let views = try FeatureView.views(
            yaml: """
                feature_view: plane
                version: 1
                source: {table: planes, entity: [id]}
                join: [k]
                features:
                  year: {lookup: year, hidden: true}
                  age: {expression: "x - year"}
                """)
        let engine = try DuckDBEngine()
        let computation = FeatureComputation(views: views)
        let found = try await computation.compute(
            spine: Self.spine, time: "t", sources: ["planes": "(SELECT 'a' AS id, -5::BIGINT AS year)"], engine: engine)
        await engine.close()
        #expect(found.columns.map(\.name) == ["k", "t", "x", "age"])
        #expect(found["age"]?.longs == [6, nil, 8])
        #expect(computation.provenance.map(\.table) == ["planes", nil])
        #expect(computation.provenance.map(\.kind) == ["lookup", "expression"])
        #expect(computation.spineColumns == ["k", "x"])
        #expect(views[0].planDigest.count == 64)
    }

    @Test func `A repeated key of a static table and a sum out of range are refused`() async throws {
        let engine = try DuckDBEngine()
        let lookup = try FeatureView.views(
            yaml:
                "{feature_view: v, version: 1, source: {table: t, entity: [id]}, join: [k], features: {y: {lookup: v}}}"
        )
        let repeated = ["t": "(VALUES ('a', 1), ('a', 2)) AS own(id, v)"]
        let refusal = await #expect(throws: FeatureError.self) {
            try await FeatureComputation(views: lookup).compute(
                spine: Self.spine, time: "t", sources: ["t": "(SELECT * FROM \(repeated["t"] ?? ""))"], engine: engine)
        }
        #expect(refusal?.issues.map(\.code) == [.duplicateKey])
        #expect(refusal?.message.contains("the key a more than once") == true)
        let sum = try FeatureView.views(
            yaml: """
                {feature_view: v, version: 1, source: {table: t, entity: [id], event_time: happened}, join: [k],
                 features: {y: {sum: v, window: {lifetime: true}}}}
                """)
        let large = """
            (SELECT 'a' AS id, make_timestamptz(1) AS happened, 9223372036854775807 AS v
             UNION ALL SELECT 'a', make_timestamptz(2), 1)
            """
        let overflow = await #expect(throws: FeatureError.self) {
            try await FeatureComputation(views: sum).compute(
                spine: Self.spine, time: "t", sources: ["t": large], engine: engine)
        }
        #expect(overflow?.issues.map(\.code) == [.overflow])
        #expect(overflow?.message.contains("y leaves the range") == true)
        await engine.close()
    }

    @Test func `A file that expands to millions of values is refused`() {
        var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
        for level in 1..<9 {
            let uses = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            lines.append("a\(level): &a\(level) [\(uses)]")
        }
        #expect(throws: InvalidRequest.self) { try FeatureView.views(yaml: lines.joined(separator: "\n")) }
    }
}
