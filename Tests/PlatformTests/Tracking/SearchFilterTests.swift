import MartletDomain
import TestKit
import Testing

@Suite struct SearchFilterTests {
    @Test func `Every form of a comparison is understood`() throws {
        typealias Comparison = SearchFilter.Comparison
        let cases: [(String, [Comparison])] = [
            ("", []),
            ("metrics.auc > 0.8", [Comparison(.metric, "auc", .greater, .number(0.8))]),
            ("metrics.'a b' > 2", [Comparison(.metric, "a b", .greater, .number(2))]),
            ("metric.auc>=-1e-3", [Comparison(.metric, "auc", .greaterOrEqual, .number(-0.001))]),
            (
                "metrics.auc > 0.8 and params.depth = '8'",
                [Comparison(.metric, "auc", .greater, .number(0.8)), Comparison(.param, "depth", .equal, .text("8"))]
            ),
            ("params.`max depth` != \"a'b\"", [Comparison(.param, "max depth", .notEqual, .text("a'b"))]),
            ("tags.\"team.name\" LIKE 'risk%'", [Comparison(.tag, "team.name", .like, .text("risk%"))]),
            ("tag.mlflow.source.name ilike '%X'", [Comparison(.tag, "mlflow.source.name", .caselessLike, .text("%X"))]),
            ("status = 'FINISHED'", [Comparison(.attribute, "status", .equal, .text("FINISHED"))]),
            ("attributes.created > 5", [Comparison(.attribute, "start_time", .greater, .number(5))]),
            ("run_id IN ('a', 'b')", [Comparison(.attribute, "run_id", .isIn, .list(["a", "b"]))]),
            ("run_id not in ('a',)", [Comparison(.attribute, "run_id", .isNotIn, .list(["a"]))]),
            ("params.x IS NULL", [Comparison(.param, "x", .isNull, .nothing)]),
            ("tags.x is not null", [Comparison(.tag, "x", .isNotNull, .nothing)]),
            ("dataset.context = 'train'", [Comparison(.dataset, "context", .equal, .text("train"))]),
        ]
        for (filter, expected) in cases {
            #expect(try SearchFilter(parsing: filter, as: .runs).comparisons == expected, "\(filter)")
        }
    }

    @Test func `What cannot be understood is refused with the clause`() {
        let cases: [(String, String)] = [
            ("metrics.auc ~ 1", "Invalid comparator '~' not one of '{'>', '>=', '!=', '=', '<', '<='}"),
            ("metrics.auc LIKE 1", "Invalid comparator 'LIKE'"),
            ("metrics.auc > '1'", "Expected numeric value type for metric. Found '1'"),
            ("params.x = 1", "Expected a quoted string value for parameter"),
            ("params.x = y", "Parameter value is either not quoted"),
            ("params.x = `y`", "Parameter value is either not quoted"),
            ("foo.x = 'y'", "Invalid entity type 'foo'"),
            ("foo = 'y'", "Invalid attribute key 'foo'"),
            ("metrics.a > 1 OR metrics.b > 1", "Invalid clause(s) in filter string: 'OR"),
            ("metrics.a > 1 AND", "Invalid clause(s)"), ("metrics.a >", "Invalid clause(s)"),
            ("metrics.a", "Invalid clause(s)"), ("params.a = 'x", "Invalid clause(s)"),
            ("  ", "Invalid filter '  '. Could not be parsed."), ("metrics.a = +1", "Invalid clause(s)"),
            ("metrics.a = 0x1", "Invalid clause(s)"),
            ("metrics.x IS NULL", "IS NULL / IS NOT NULL is only supported for tags and params"),
            ("run_id IN ()", "While parsing a list"), ("run_id IN 'a'", "Expected a list"),
            ("run_id IN ('a'", "Invalid clause(s)"), ("status IN ('a')", "'status' does not support"),
            ("params.a = 'x'; DROP TABLE runs", "Invalid clause(s)"), ("dataset.foo = 'x'", "Invalid dataset key"),
        ]
        for (filter, expected) in cases {
            let problem = InvalidRequest.problem { _ = try SearchFilter(parsing: filter, as: .runs) }
            #expect(problem?.hasPrefix(expected) == true, "\(filter): \(problem ?? "understood")")
        }
    }

    @Test func `Orders are read, and refused when they make no sense`() throws {
        #expect(
            try SearchOrder(parsing: "metrics.auc DESC", as: .runs) == SearchOrder(.metric, "auc", isAscending: false))
        #expect(try SearchOrder(parsing: "params.`a b`", as: .runs) == SearchOrder(.param, "a b"))
        #expect(try SearchOrder(parsing: "start_time asc", as: .runs) == SearchOrder(.attribute, "start_time"))
        for order in ["", "metrics.a sideways", "metrics.a, metrics.b", "a b c", "'x'", "metrics.`a"] {
            #expect(throws: InvalidRequest.self, "\(order)") { try SearchOrder(parsing: order, as: .runs) }
        }
        #expect(throws: InvalidRequest.self) {
            try SearchOrder.all(parsing: ["metrics.a", "metric.a DESC"], as: .runs)
        }
    }

    @Test func `Garbage is understood or refused but never crashes`() {
        let pieces = [
            "metrics", "params", ".", "`", "\"", "'", "(", ")", ",", " ", "AND", "OR", "IN", "NOT", "IS", "NULL",
            "LIKE",
            "=", "!=", "<", ">", "~", "-", "1", "1e999", "9999999999999999999999", "é", "\u{301}", "\u{0}", "\\", "\n",
            ";",
            "--", "%", "run_id", "status", "dataset.name", "'a'", "\"b\"", "🦅", "\r\n",
        ]
        let seed = UInt64.random(in: 1 ... .max)
        var generator = SplitMix(seed: seed)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...14, using: &generator)
            let filter = (0..<count).map { _ in pieces[Int.random(in: pieces.indices, using: &generator)] }.joined()
            for grammar in [SearchGrammar.runs, .experiments, .loggedModels] {
                let problem = InvalidRequest.problem {
                    _ = try SearchFilter(parsing: filter, as: grammar)
                    _ = try? SearchOrder(parsing: filter, as: grammar)
                }
                #expect(problem?.isEmpty != true, "seed \(seed): \(filter)")
            }
        }
        let long = String(repeating: "\\'", count: 30_000)
        #expect((try? SearchFilter(parsing: "params.a = '" + long, as: .runs))?.comparisons.count == 1)
        #expect(throws: InvalidRequest.self) { try SearchFilter(parsing: "params.a = '" + long + long, as: .runs) }
        let many = Array(repeating: "metrics.a > 1", count: 500).joined(separator: " AND ")
        #expect(throws: InvalidRequest.self) { try SearchFilter(parsing: many, as: .runs) }
    }
}
