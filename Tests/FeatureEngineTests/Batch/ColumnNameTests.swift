import FeatureEngine
import MartletDomain
import Testing

/// Columns of others may have any name.
struct ColumnNameTests {
    private typealias Table = BatchBench.Table

    private static let names = [
        "rowid", "row_number", "tie_rank", "row_is_there", "id", "r", "n", "k0", "v0", "c0", "s", "k",
    ]

    @Test(arguments: names)
    func `A feature keeps its values, whatever it is called`(_ name: String) async throws {
        let specification = TrainingSetSpecification(
            name: "test", sources: [.table(keys: ["entity"], tie: "tie")],
            lookups: [
                FeatureLookup(table: "t", key: ["key"], at: "now", features: [name, "list"], rename: [name: "x"])
            ], excluded: ["key", "now"])
        let table = Table(
            "entity, ts, tie, \(name), list",
            "('b', \(at(1)), 'z', 70, [7]), ('a', \(at(1)), 'x', 50, [5]), ('a', \(at(1)), 'y', 60, [6])")
        let spine = Table("key, now", "('a', \(at(2))), ('b', \(at(2))), ('a', \(at(0)))")
        #expect(try await BatchBench.rows(specification, spine, ["t": table]) == ["60 [6]", "70 [7]", "- -"])
    }

    @Test(arguments: names)
    func `A tie is broken by a column of any name, and the caller's columns may have any`(_ name: String) async throws {
        let specification = TrainingSetSpecification(
            name: "test", sources: [.table(keys: ["entity"], tie: name)],
            lookups: [FeatureLookup(table: "t", key: [name], at: "now", features: ["x"])],
            aggregates: [
                WindowFeature(
                    name: "l", source: "t", entity: ["entity"], key: [name], eventTime: "ts", at: "now",
                    aggregate: .last, input: "x", window: .lifetime)
            ], excluded: ["now"])
        let table = Table(
            "entity, ts, \(name), x", "('a', \(at(1)), 'y', 6), ('a', \(at(1)), 'x', 5), ('b', \(at(1)), 'x', 7)")
        let spine = Table("\(name), now", "('b', \(at(2))), ('a', \(at(2)))")
        #expect(try await BatchBench.rows(specification, spine, ["t": table]) == ["b 7 7", "a 6 6"])
    }
}
