import FeatureEngine
import MartletDomain
import Testing

/// What is refused before any row is read, each with its word, all at once.
struct BatchCheckTests {
    private typealias Table = BatchBench.Table

    private let spine = Table(
        "r, key, now, day, naive", "(0, 'a', \(at(1)), DATE '2024-01-01', TIMESTAMP '2024-01-01')")
    private let table = Table("k, ts, x", "('a', \(at(1)), 1)")

    private func codes(_ lookups: FeatureLookup...) async throws -> [FeatureIssue.Code] {
        try await BatchBench.codes(
            TrainingSetSpecification(name: "test", sources: [.table()], lookups: lookups), spine, ["t": table])
    }

    @Test func `A key of another type is refused, integers of other widths among them`() async throws {
        #expect(try await codes(FeatureLookup(table: "t", key: ["r"], at: "now")) == [.typeMismatch])
        let wide = TrainingSetSpecification(
            name: "test", sources: [.table(at: nil)], lookups: [FeatureLookup(table: "t", key: ["r"])])
        #expect(try await BatchBench.codes(wide, spine, ["t": Table("k, x", "(0::BIGINT, 1)")]) == [.typeMismatch])
        #expect(try await BatchBench.codes(wide, spine, ["t": Table("k, x", "(0::INTEGER, 1)")]) == [])
    }

    @Test func `A date, a time without a zone and an instant are not compared`() async throws {
        #expect(try await codes(FeatureLookup(table: "t", key: ["key"], at: "day")) == [.typeMismatch])
        #expect(try await codes(FeatureLookup(table: "t", key: ["key"], at: "naive")) == [.typeMismatch])
        #expect(try await codes(FeatureLookup(table: "t", key: ["key"], at: "r")) == [.typeMismatch])
    }

    @Test func `Missing columns and features are refused by name`() async throws {
        #expect(try await codes(FeatureLookup(table: "t", key: ["nope"], at: "now")) == [.missingColumn])
        #expect(try await codes(FeatureLookup(table: "t", key: ["key"], at: "nope")) == [.missingColumn])
        #expect(
            try await codes(FeatureLookup(table: "t", key: ["key"], at: "now", features: ["x", "nope"]))
                == [.unknownFeature])
        #expect(
            try await codes(FeatureLookup(table: "t", key: ["key"], at: "now", rename: ["nope": "y"]))
                == [.unknownFeature])
        #expect(
            try await codes(
                FeatureLookup(table: "t", key: ["key"], at: "now", rename: ["x": "y"], defaults: ["x": .long(1)]))
                == [.unknownFeature])
    }

    @Test func `A default of another type is refused`() async throws {
        for value in [FeatureValue.string("1"), .double(1.5), .boolean(true), .long(1 << 40)] {
            #expect(
                try await codes(FeatureLookup(table: "t", key: ["key"], at: "now", defaults: ["x": value]))
                    == [.typeMismatch], "\(value)")
        }
    }

    @Test func `Names may not meet`() async throws {
        #expect(
            try await codes(FeatureLookup(table: "t", key: ["key"], at: "now", rename: ["x": "r"]))
                == [.duplicateName])
        #expect(
            try await codes(
                FeatureLookup(table: "t", key: ["key"], at: "now"), FeatureLookup(table: "t", key: ["key"], at: "now"))
                == [.duplicateName])
    }

    @Test func `Everything is told at once`() async throws {
        let specification = TrainingSetSpecification(
            name: "test", sources: [.table()],
            lookups: [
                FeatureLookup(table: "t", key: ["key"], at: "day", features: ["x", "gone"]),
                FeatureLookup(table: "other table", key: ["key"], at: "now"),
            ],
            derived: [DerivedFeature("d", .ratio("x", "nothing"))], labels: ["missing"])
        let codes = try await BatchBench.codes(specification, spine, ["t": table])
        #expect(Set(codes) == [.unknownTable, .missingColumn, .unknownFeature, .typeMismatch])
        #expect(codes.count == 5)
    }

    @Test func `Features that need each other are refused`() async throws {
        let specification = TrainingSetSpecification(
            name: "test", mode: .score, sources: [.table()],
            derived: [DerivedFeature("a", .sum(["b"])), DerivedFeature("b", .sum(["a"]))])
        #expect(try await BatchBench.codes(specification, spine, ["t": table]) == [.cycle])
    }

    @Test func `An aggregate of values that it is not made for is refused`() async throws {
        let specification = TrainingSetSpecification(
            name: "test", sources: [.table()],
            aggregates: [
                WindowFeature(
                    name: "s", source: "t", entity: ["k"], key: ["key"], eventTime: "ts", at: "now", aggregate: .sum,
                    input: "k", window: .lifetime)
            ])
        #expect(try await BatchBench.codes(specification, spine, ["t": table]) == [.typeMismatch])
    }

    @Test func `Sums that leave 64 bits are refused, of aggregates and of derived features`() async throws {
        let large = Table("k, ts, x", "('a', \(at(1)), \(Int64.max)), ('a', \(at(0)), 1)")
        var specification = TrainingSetSpecification(
            name: "test", sources: [.table()],
            aggregates: [
                WindowFeature(
                    name: "s", source: "t", entity: ["k"], key: ["key"], eventTime: "ts", at: "later", aggregate: .sum,
                    input: "x", window: .lifetime)
            ])
        let later = Table("key, later", "('a', \(at(9)))")
        #expect(try await BatchBench.codes(specification, later, ["t": large]) == [.overflow])
        specification.aggregates[0].aggregate = .max
        specification.derived = [DerivedFeature("d", .sum(["s", "s"]))]
        await #expect(throws: (any Error).self) { try await BatchBench.rows(specification, later, ["t": large]) }
    }
}
