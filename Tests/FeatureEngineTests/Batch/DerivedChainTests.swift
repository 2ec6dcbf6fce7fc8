import FeatureEngine
import MartletDomain
import QueryEngine
import Testing

/// Derived features of derived features, and what they are computed of.
struct DerivedChainTests {
    private typealias Table = BatchBench.Table

    @Test func `Features that are computed from each other, a hundred deep, take SQL in proportion`() async throws {
        let ratios = (1...100).map { DerivedFeature("d\($0)", .ratio($0 == 1 ? "a" : "d\($0 - 1)", "two")) }
        let specification = TrainingSetSpecification(
            name: "test", derived: ratios, excluded: ["a", "two"] + (1...99).map { "d\($0)" })
        let spine = Table("a, two", "(1024, 2), (NULL, 2), (0, 2)")
        let rows = try await BatchBench.rows(specification, spine)
        #expect(rows == ["\(1024 / Double(sign: .plus, exponent: 100, significand: 1))", "-", "0.0"])
        try await BatchBench.engine.withSession { session in
            let executor = try BatchExecutor(
                specification, sources: [:], spine: try Relation(describing: spine.sql, in: session))
            #expect(try executor.run(in: session).utf8.count < 10_000)
        }
    }

    @Test func `A key may be computed from computed features`() async throws {
        let specification = TrainingSetSpecification(
            name: "test", sources: [.table(at: nil)], lookups: [FeatureLookup(table: "t", key: ["d2"])],
            derived: [
                DerivedFeature("d1", .sum(["a", "a"])), DerivedFeature("d2", .coalesce(["d1", "a"])),
                DerivedFeature("d3", .sum(["x", "d2"])),
            ], excluded: ["a", "d1"])
        let rows = try await BatchBench.rows(
            specification, Table("a", "(1::BIGINT), (2), (NULL)"), ["t": Table("k, x", "(2::BIGINT, 10), (4, 20)")])
        #expect(rows == ["10 2 12", "20 4 24", "- - -"])
    }

    @Test func `A decimal is computed with as the double nearest to it`() async throws {
        let values = [
            "12345678901234567.89", "0.07", "99999999999999999999999999999999999.999", "-1234567890123456.785",
        ]
        for value in values {
            let specification = TrainingSetSpecification(
                name: "test",
                derived: [
                    DerivedFeature("r", .ratio("a", "one")), DerivedFeature("s", .sum(["a", "zero"])),
                    DerivedFeature("c", .coalesce(["a", "zero"])),
                ], excluded: ["a", "one", "zero"])
            let spine = Table("a, one, zero", "(CAST('\(value)' AS DECIMAL(38,3)), 1, 0::DOUBLE)")
            let nearest = try #require(Double(value))
            try await BatchBench.engine.withSession { session in
                let executor = try BatchExecutor(
                    specification, sources: [:], spine: try Relation(describing: spine.sql, in: session))
                let found = try session.collect(executor.run(in: session))
                for name in ["r", "s", "c"] { #expect(found[name]?.doubles == [nearest], "\(name) of \(value)") }
            }
            let digits =
                value.filter { $0 != "." } + String(repeating: "0", count: 3 - value.split(separator: ".")[1].count)
            let unscaled = try #require(Int128(digits))
            #expect(CellValue.decimal(unscaled).double(scale: 3) == nearest)
        }
    }
}
