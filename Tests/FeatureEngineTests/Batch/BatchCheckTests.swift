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
        #expect(try await BatchBench.codes(specification, later, ["t": large]) == [.overflow])
        // One that another is computed from, too.
        specification.derived.append(DerivedFeature("e", .coalesce(["d", "s"])))
        #expect(try await BatchBench.codes(specification, later, ["t": large]) == [.overflow])
    }
}

/// Names, steps and clocks that do not go together.
struct BatchConflictTests {
    private typealias Table = BatchBench.Table

    private let spine = Table("r, key, now, Word", "(0, 'a', \(at(1)), 'x')")
    private let table = Table("k, ts, known, x", "('a', \(at(1)), \(at(3)), 1)")

    private func codes(
        _ lookups: [FeatureLookup] = [], derived: [DerivedFeature] = [], labels: [String] = [], steps: [ModelStep] = []
    ) async throws -> [FeatureIssue.Code] {
        try await BatchBench.codes(
            TrainingSetSpecification(
                name: "test", sources: [.table()], lookups: lookups, derived: derived, labels: labels, steps: steps),
            spine, ["t": table])
    }

    @Test func `Names that differ in case only are refused`() async throws {
        let lookup = FeatureLookup(table: "t", key: ["key"], at: "now", features: ["x"])
        var renamed = lookup
        for (name, isRefused) in [("KEY", true), ("word", true), ("R", true), ("y", false)] {
            renamed.rename = ["x": name]
            #expect(try await codes([renamed]) == (isRefused ? [.duplicateName] : []), "\(name)")
        }
        #expect(try await codes([lookup], derived: [DerivedFeature("X", .sum(["r"]))]) == [.duplicateName])
    }

    @Test func `Problems of one kind are all told, those of the declaration and those of the tables`() async throws {
        let specification = TrainingSetSpecification(
            name: "test", sources: [.table()],
            lookups: [
                FeatureLookup(table: "t", key: ["key"], at: "now", features: ["x", "a", "b"], rename: ["nope": "y"])
            ], derived: [DerivedFeature("d", .sum(["gone", "lost"]))], labels: ["missing"])
        let error = await #expect(throws: FeatureError.self) {
            try await BatchBench.rows(specification, spine, ["t": table])
        }
        let messages = error?.issues.map(\.message) ?? []
        for part in ["asks for a;", "asks for b;", "renames nope", "needs gone", "needs lost", "label missing"] {
            #expect(messages.contains { $0.lowercased().contains(part) }, "\(part) in \(messages)")
        }
        #expect(Set(messages).count == messages.count)
    }

    @Test func `Steps on columns that are not there, or of other types, are refused`() async throws {
        #expect(try await codes(steps: [ModelStep(.scaleStandard, of: ["r"])]) == [])
        #expect(try await codes(steps: [ModelStep(.scaleStandard, of: ["nope"])]) == [.missingColumn])
        #expect(try await codes(steps: [ModelStep(.scaleStandard, of: ["Word"])]) == [.typeMismatch])
        #expect(try await codes(steps: [ModelStep(.imputeConstant(.string("x")), of: ["r"])]) == [.typeMismatch])
        let encode = ModelStep(.encodeOneHot(.ignore), of: ["Word"])
        #expect(try await codes(steps: [encode, ModelStep(.imputeMean, of: ["Word=x"])]) == [])
        #expect(
            try await codes(steps: [encode, ModelStep(.encodeOrdinal(.ignore), of: ["Word"])]) == [.invalidDeclaration])
        let ordinal = ModelStep(.encodeOrdinal(.ignore), of: ["Word"])
        #expect(try await codes(steps: [ordinal, ModelStep(.scaleMinMax, of: ["Word"])]) == [])
    }

    @Test func `A view may not pass over when the rows of its table became known`() async throws {
        func codes(_ availableAt: String?) async throws -> [FeatureIssue.Code] {
            let view = FeatureView(
                name: "v", version: 1,
                source: FeatureSource("t", entity: ["k"], eventTime: "ts", availableAt: availableAt), join: ["key"],
                features: [Feature("newest", .latest("x", lookback: nil))])
            return try await BatchBench.codes(
                TrainingSetSpecification(
                    name: "test", sources: [.table(known: "known")], views: [.init(view, at: "now")]),
                spine, ["t": table])
        }
        #expect(try await codes(nil) == [.invalidDeclaration])
        #expect(try await codes("known") == [])
    }

    @Test func `One table has one lookback, by whatever name and at whatever time it is looked up`() {
        let table = TrainingSetSpecification.Source(
            name: "t", location: .table(TableName.example, version: nil), primaryKeys: ["k"], timeKey: "ts")
        func issues(_ first: Int64?, _ second: Int64?) -> [FeatureIssue.Code] {
            TrainingSetSpecification(
                name: "test", sources: [table],
                lookups: [
                    FeatureLookup(table: "t", key: ["key"], at: "now", features: ["x"], lookback: first),
                    FeatureLookup(table: "shop.things", key: ["key"], at: "then", features: ["y"], lookback: second),
                ]
            ).issues.map(\.code)
        }
        #expect(issues(1, 1) == [])
        #expect(issues(1, 2) == [.invalidLookback])
        #expect(issues(1, nil) == [.invalidLookback])
    }

    @Test func `Features that agree in time and value come with the same bits, whatever the order of rows`()
        async throws
    {
        for aggregate in [FeatureAggregate.first, .last] {
            let specification = TrainingSetSpecification(
                name: "test", sources: [.table()],
                aggregates: [
                    WindowFeature(
                        name: "s", source: "t", entity: ["k"], key: ["key"], eventTime: "ts", at: "now",
                        aggregate: aggregate, input: "x", window: FeatureWindow(.lifetime, includesEnd: true))
                ], excluded: ["key", "now"])
            let spine = Table("key, now", "('a', \(at(1)))")
            var answers: Set<[String]> = []
            for values in ["-0.0::DOUBLE, 0.0::DOUBLE", "0.0::DOUBLE, -0.0::DOUBLE"] {
                let rows = values.split(separator: ",").map { "('a', \(at(1)), \($0))" }.joined(separator: ", ")
                answers.insert(try await BatchBench.rows(specification, spine, ["t": Table("k, ts, x", rows)]))
            }
            #expect(answers == [[aggregate == .last ? "0.0" : "-0.0"]])
            var states: Set<UInt64> = []
            for values in [[-0.0, 0.0], [0.0, -0.0]] {
                let rule = try #require(AggregateRule(aggregate, input: .double))
                var state = rule.empty
                for value in values { state.add(.double(value), eventTime: 1, tieBreak: .null) }
                if case .value(.double(let value)) = rule.answer(state) { states.insert(value.bitPattern) }
            }
            #expect(states == [(aggregate == .last ? 0.0 : -0.0).bitPattern])
        }
    }
}

extension TableName {
    fileprivate static var example: TableName {
        do { return try TableName("shop.things") } catch { preconditionFailure("\(error)") }
    }
}
