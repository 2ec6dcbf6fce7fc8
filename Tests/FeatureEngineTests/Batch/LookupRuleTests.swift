import FeatureEngine
import MartletDomain
import Testing

/// Each rule of the table of point-in-time semantics by itself.
struct LookupRuleTests {
    private func specification(
        _ source: TrainingSetSpecification.Source = .table(), key: [String] = ["key"], at time: String? = "now",
        features: [String]? = ["x"], rename: [String: String] = [:], defaults: [String: FeatureValue] = [:],
        lookback: Int64? = nil, mode: TrainingSetSpecification.Mode = .train, fillsNaN: Bool = false
    ) -> TrainingSetSpecification {
        TrainingSetSpecification(
            name: "test", mode: mode, sources: [source],
            lookups: [
                FeatureLookup(
                    table: "t", key: key, at: time, features: features, rename: rename, defaults: defaults,
                    lookback: lookback)
            ], excluded: ["key", "now"], defaultFillsNaN: fillsNaN)
    }

    private typealias Table = BatchBench.Table

    private func spine(_ rows: (String, String)...) -> Table {
        Table("r, key, now", rows.enumerated().map { "(\($0), \($1.0), \($1.1))" }.joined(separator: ", "))
    }

    @Test func `The newest row at or before the time is taken, and none of later`() async throws {
        let table = Table("k, ts, x", "('a', \(at(10)), 1), ('a', \(at(20)), 2), ('b', \(at(5)), 9)")
        let rows = try await BatchBench.rows(
            specification(), spine(("'a'", at(9)), ("'a'", at(10)), ("'a'", at(19)), ("'a'", at(20)), ("'a'", at(99))),
            ["t": table])
        #expect(rows == ["0 -", "1 1", "2 1", "3 2", "4 2"])
    }

    @Test func `The row is taken as a whole with its nulls`() async throws {
        let table = Table("k, ts, x, y", "('a', \(at(10)), 1, 'old'), ('a', \(at(20)), NULL, 'new')")
        let rows = try await BatchBench.rows(
            specification(features: ["x", "y"]), spine(("'a'", at(30))), ["t": table])
        #expect(rows == ["0 - new"])
    }

    @Test(arguments: [(10.0, 1), (9.999999, nil)] as [(Double, Int?)])
    func `The lookback is inclusive and exact to the microsecond`(_ seconds: Double, _ found: Int?) async throws {
        let table = Table("k, ts, x", "('a', \(at(10)), 1)")
        let rows = try await BatchBench.rows(
            specification(lookback: Int64((seconds * 1e6).rounded())), spine(("'a'", at(20))), ["t": table])
        #expect(rows == ["0 \(found.map(String.init) ?? "-")"])
    }

    @Test func `A lookback of zero is the same instant`() async throws {
        let table = Table("k, ts, x", "('a', \(at(10)), 1)")
        let rows = try await BatchBench.rows(
            specification(lookback: 0), spine(("'a'", at(10)), ("'a'", at(10.000001))), ["t": table])
        #expect(rows == ["0 1", "1 -"])
    }

    @Test func `Repeated rows, null times and null keys are kept in order, the nulls without match`() async throws {
        let table = Table("k, ts, x", "('a', \(at(10)), 1), (NULL, \(at(10)), 7), ('a', NULL, 8)")
        let rows = try await BatchBench.rows(
            specification(),
            spine(
                ("'a'", at(20)), ("NULL", at(20)), ("'a'", "NULL::TIMESTAMPTZ"), ("'a'", at(20)), ("'z'", at(20))),
            ["t": table])
        #expect(rows == ["0 1", "1 -", "2 -", "3 1", "4 -"])
    }

    @Test func `The greatest tie break wins, and null is the lowest`() async throws {
        let table = Table(
            "k, ts, x, seq",
            "('a', \(at(10)), 1, 5), ('a', \(at(10)), 2, NULL), ('a', \(at(10)), 3, 7), ('b', \(at(1)), 4, NULL)")
        let rows = try await BatchBench.rows(
            specification(.table(tie: "seq")), spine(("'a'", at(20)), ("'b'", at(20))), ["t": table])
        #expect(rows == ["0 3", "1 4"])
    }

    @Test func `A tie break may be text, a decimal or a double`() async throws {
        for (low, high) in [("'a'", "'b'"), ("1.5", "2.25"), ("-1e300", "'NaN'::DOUBLE"), ("-2e0", "-1e0")] {
            let table = Table("k, ts, x, seq", "('a', \(at(10)), 2, \(high)), ('a', \(at(10)), 1, \(low))")
            let rows = try await BatchBench.rows(
                specification(.table(tie: "seq")), spine(("'a'", at(20))), ["t": table])
            #expect(rows == ["0 2"], "\(low) \(high)")
        }
    }

    @Test func `Two rows of one key and time that nothing decides between are refused if a row needs them`()
        async throws
    {
        let table = Table("k, ts, x", "('a', \(at(10)), 1), ('a', \(at(10)), 1), ('a', \(at(20)), 3)")
        #expect(try await BatchBench.codes(specification(), spine(("'a'", at(15))), ["t": table]) == [.duplicateKey])
        #expect(try await BatchBench.rows(specification(), spine(("'a'", at(20))), ["t": table]) == ["0 3"])
    }

    @Test func `A key that a table without time holds twice is refused if a row needs it`() async throws {
        let table = Table("k, x", "('a', 1), ('b', 2), ('b', 3)")
        let specification = specification(.table(at: nil), at: nil)
        #expect(try await BatchBench.codes(specification, spine(("'b'", at(1))), ["t": table]) == [.duplicateKey])
        #expect(
            try await BatchBench.rows(specification, spine(("'a'", at(1)), ("'c'", "NULL::TIMESTAMPTZ")), ["t": table])
                == ["0 1", "1 -"])
    }

    @Test func `Of late rows those count that were known by then, and those of unknown arrival never`() async throws {
        let table = Table(
            "k, ts, x, seen",
            "('a', \(at(10)), 1, \(at(11))), ('a', \(at(20)), 2, \(at(50))), ('a', \(at(30)), 3, NULL::TIMESTAMPTZ)")
        let rows = try await BatchBench.rows(
            specification(.table(known: "seen")),
            spine(("'a'", at(10)), ("'a'", at(11)), ("'a'", at(49)), ("'a'", at(50)), ("'a'", at(99))), ["t": table])
        #expect(rows == ["0 -", "1 1", "2 1", "3 2", "4 2"])
    }

    @Test func `Defaults replace nulls of both kinds, and NaN only where it is asked for`() async throws {
        let table = Table("k, ts, x", "('a', \(at(10)), NULL), ('b', \(at(10)), 'NaN'::DOUBLE)")
        let rows = spine(("'a'", at(20)), ("'b'", at(20)), ("'c'", at(20)))
        let plain = specification(defaults: ["x": .double(0.5)])
        #expect(try await BatchBench.rows(plain, rows, ["t": table]) == ["0 0.5", "1 nan", "2 0.5"])
        let filling = specification(defaults: ["x": .double(0.5)], fillsNaN: true)
        #expect(try await BatchBench.rows(filling, rows, ["t": table]) == ["0 0.5", "1 0.5", "2 0.5"])
    }

    @Test func `Keys pair by position, several at once, without running into each other`() async throws {
        let table = Table(
            "k, l, ts, x", "('a', 'bc', \(at(1)), 1), ('ab', 'c', \(at(1)), 2), ('ab', NULL, \(at(1)), 3)")
        let spine = Table(
            "r, now, second, first",
            "(0, \(at(2)), 'c', 'ab'), (1, \(at(2)), 'bc', 'a'), (2, \(at(2)), NULL, 'ab'), (3, \(at(2)), 'ab', 'c')")
        var specification = specification(.table(keys: ["k", "l"]), key: ["first", "second"])
        specification.excluded = ["now", "first", "second"]
        #expect(try await BatchBench.rows(specification, spine, ["t": table]) == ["0 2", "1 1", "2 -", "3 -"])
    }

    @Test func `The key of a lookup may come from another`() async throws {
        let specification = TrainingSetSpecification(
            name: "test", sources: [.table(), .table("u", at: nil)],
            lookups: [
                FeatureLookup(table: "t", key: ["vendor"], at: "now", features: ["x"]),
                FeatureLookup(table: "u", key: ["award"], features: ["v"], rename: ["v": "vendor"]),
            ], excluded: ["now", "vendor"])
        let rows = try await BatchBench.rows(
            specification, Table("award, now", "(1, \(at(5))), (2, \(at(5))), (3, \(at(5)))"),
            ["t": Table("k, ts, x", "('a', \(at(1)), 10)"), "u": Table("k, v", "(1, 'a'), (2, 'b')")])
        #expect(rows == ["1 10", "2 -", "3 -"])
    }

    @Test func `At scoring a column of the caller stands in for a feature, and its nulls take the default`()
        async throws
    {
        let table = Table("k, ts, x, y", "('a', \(at(10)), 1, 2)")
        let given = Table("r, key, now, x", "(0, 'a', \(at(20)), 100), (1, 'a', \(at(20)), NULL)")
        var scoring = specification(features: ["x", "y"], mode: .score)
        #expect(try await BatchBench.rows(scoring, given, ["t": table]) == ["0 100 2", "1 - 2"])
        scoring.lookups[0].defaults = ["x": .long(-1)]
        #expect(try await BatchBench.rows(scoring, given, ["t": table]) == ["0 100 2", "1 -1 2"])
        #expect(
            try await BatchBench.codes(specification(features: ["x", "y"]), given, ["t": table]) == [.duplicateName])
    }

    @Test func `Columns stand in the order rows, lookups, derived features, labels`() async throws {
        var specification = specification(features: nil)
        specification.labels = ["y"]
        specification.derived = [DerivedFeature("both", .sum(["x", "n"]))]
        let columns = try await BatchBench.columns(
            specification, Table("y, key, now, r", "(true, 'a', \(at(1)), 7)"),
            ["t": Table("n, ts, k, x", "(1::INTEGER, \(at(1)), 'a', 2.5::DECIMAL(4,2))")])
        #expect(columns == ["r int32", "n int32", "x decimal(4,2)", "both decimal(38,2)", "y bool"])
    }

    @Test func `All types pass through, lists and times without a zone among them`() async throws {
        let table = Table(
            "k, ts, x, y, z, v, w",
            """
            ('a', \(at(1)), ['p', NULL], TIMESTAMP '2024-01-01 00:00:00.000001', '\\x00\\xFF'::BLOB, 
            {'a': 1, 'b': [2]}, '2024-01-01 00:00:00.000000001'::TIMESTAMP_NS)
            """)
        let all = specification(features: ["x", "y", "z", "v", "w"])
        let rows = try await BatchBench.rows(all, spine(("'a'", at(1)), ("'b'", at(1))), ["t": table])
        #expect(
            rows == [
                "0 [p, NULL] 2024-01-01 00:00:00.000001 \\x00\\xFF {'a': 1, 'b': [2]} 2024-01-01 00:00:00.000000001",
                "1 - - - - -",
            ])
    }

    @Test func `No rows and an empty table give the typed columns`() async throws {
        let empty = Table("k, ts, x", "('a', \(at(1)), 1.5::FLOAT)", where: "false")
        let none = Table("r, key, now", "(0, 'a', \(at(1)))", where: "false")
        #expect(try await BatchBench.columns(specification(), none, ["t": empty]) == ["r int32", "x float32"])
        #expect(try await BatchBench.rows(specification(), none, ["t": empty]) == [])
        #expect(try await BatchBench.rows(specification(), spine(("'a'", at(1))), ["t": empty]) == ["0 -"])
    }

    @Test func `Nanoseconds decide`() async throws {
        let table = Table("k, ts, x", "('a', '2024-01-01 00:00:00.000000002'::TIMESTAMP_NS, 1)")
        let spine = Table(
            "r, key, now",
            (1...4).map { "(\($0), 'a', '2024-01-01 00:00:00.00000000\($0)'::TIMESTAMP_NS)" }.joined(separator: ", "))
        #expect(try await BatchBench.rows(specification(), spine, ["t": table]) == ["1 -", "2 1", "3 1", "4 1"])
    }
}
