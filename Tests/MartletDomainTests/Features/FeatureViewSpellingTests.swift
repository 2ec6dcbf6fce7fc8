import MartletDomain
import Testing

/// One view in YAML, SQL and Swift.
struct FeatureViewSpellingTests {
    static let yaml = """
        feature_view: vendor_performance
        version: 3
        source: {table: procurement.awards, entity: [uei], event_time: ended_at, available_at: loaded_at, tie_break: seq}
        join: [recipient_uei]
        features:
          awards_12m:       {count: "*",         window: {rolling: P12M}}
          on_time_12m:      {sum: on_time,       window: {rolling: P12M, delay: PT36H}}
          on_time_rate_12m: {ratio: [on_time_12m, awards_12m]}
          cost_growth_12m:  {avg: cost_growth,   window: {rolling: P1Y}, where: "status = 'closed'"}
          last_agency:      {last: agency,       window: {lifetime: true}}
          agencies:         {count_distinct: agency, window: {sliding: P7D, every: P1D, offset: PT6H}}
          middle:           {approx_quantile: cost_growth, quantile: 0.5, window: {tumbling: P1D, offset: PT1H}, hidden: true}
          closed:           {count: status, window: {rolling: PT6H, bounds: "(]"}}
          both:             {sum: [awards_12m, on_time_12m]}
          either:           {coalesce: [cost_growth_12m, on_time_rate_12m]}
          newest:           {latest: agency, lookback: P30D}
          twice:            {expression: "awards_12m * 2"}
        """

    static let sql = """
        -- One year of awards.
        create feature view vendor_performance version 3 on procurement.awards
          entity (uei) event time ended_at available at loaded_at tie break seq join (recipient_uei) as
        select count(*) over (rolling '12 months') as awards_12m,
               sum(on_time) OVER (ROLLING '12 months' DELAY '1 day 12 hours') AS on_time_12m,
               on_time_12m / awards_12m AS on_time_rate_12m,
               avg(cost_growth) FILTER (WHERE "status" = 'closed') OVER (ROLLING '1 year') AS cost_growth_12m,
               last(agency) OVER (LIFETIME) AS last_agency,
               count(DISTINCT agency) OVER (SLIDING '7 days' EVERY '1 day' OFFSET '6 hours') AS agencies,
               approx_quantile(cost_growth, 0.5) OVER (TUMBLING '1 day' OFFSET 'PT1H') AS middle HIDDEN,
               count(status) OVER (ROLLING '6 hours' INCLUSIVE END) AS closed,
               awards_12m + on_time_12m AS both,
               coalesce(cost_growth_12m, on_time_rate_12m) AS either,
               latest(agency) LOOKBACK '30 days' AS newest,
               /* a formula */ (awards_12m * 2) AS twice;
        """

    static func swift() throws -> FeatureView {
        let awards = FeatureSource(
            "procurement.awards", entity: ["uei"], eventTime: "ended_at", availableAt: "loaded_at", tieBreak: "seq")
        return try FeatureView("vendor_performance", version: 3, from: awards, joinedBy: ["recipient_uei"]) {
            Count("awards_12m", over: .rolling(.months(12)))
            Sum("on_time_12m", of: "on_time", over: .rolling(.months(12)).delayed(by: .hours(36)))
            Ratio("on_time_rate_12m", "on_time_12m", "awards_12m")
            Avg("cost_growth_12m", of: "cost_growth", over: .rolling(.months(12)), where: "status = 'closed'")
            Last("last_agency", of: "agency", over: .lifetime)
            CountDistinct("agencies", of: "agency", over: .sliding(.days(7), every: .days(1), offset: .hours(30)))
            Aggregate(
                "middle", .approxQuantile(0.5), of: "cost_growth",
                over: .sliding(.days(1), every: .days(1), offset: .hours(1))
            )
            .hidden
            Count("closed", of: "status", over: .rolling(.hours(6)).includingEnd)
            Sum("both", ["awards_12m", "on_time_12m"])
            Coalesce("either", ["cost_growth_12m", "on_time_rate_12m"])
            Latest("newest", of: "agency", lookback: .days(30))
            Formula("twice", "awards_12m * 2")
        }
    }

    @Test func `YAML, SQL and Swift spell one plan`() throws {
        let fromYAML = try FeatureDeclarationTests.views(Self.yaml)
        #expect(fromYAML.count == 1)
        let plan = fromYAML[0].canonicalPlan
        #expect(try FeatureView.views(sql: Self.sql).map(\.canonicalPlan) == [plan])
        #expect(try Self.swift().canonicalPlan == plan)
        #expect(try FeatureView.views(sql: Self.sql) == fromYAML)
    }

    @Test func `The plan of a view that is on record does not change`() throws {
        #expect(
            try FeatureDeclarationTests.views(FeatureDeclarationTests.vendors)[0].canonicalPlan == """
                {"feature_view":"vendor_performance","features":[{"count":"*","name":"awards_12m","window":{"rolling":"P12M"}},\
                {"name":"on_time_12m","sum":"on_time","window":{"rolling":"P12M"}},{"name":"on_time_rate_12m","ratio":\
                ["on_time_12m","awards_12m"]},{"avg":"cost_growth","name":"cost_growth_12m","where":"(\\"status\\" = 'closed')",\
                "window":{"rolling":"P12M"}},{"last":"agency","name":"last_agency","window":{"lifetime":true}}],"join":\
                ["recipient_uei"],"source":{"available_at":"loaded_at","entity":["uei"],"event_time":"ended_at","table":\
                "procurement.awards"},"version":3}
                """)
    }

    @Test func `Windows that take in the same events have one plan`() throws {
        let day = ExactSpan.days(1)
        func plan(_ window: FeatureWindow) throws -> String {
            try FeatureView("v", version: 1, from: FeatureSource("a.b", entity: ["k"], eventTime: "t")) {
                Count("n", over: window)
            }.canonicalPlan
        }
        #expect(try plan(.tumbling(day, offset: .hours(25))) == plan(.tumbling(day, offset: .hours(1))))
        #expect(try plan(.tumbling(day, offset: .hours(-23))) == plan(.sliding(day, every: day, offset: .hours(1))))
        #expect(try plan(.tumbling(day)) != plan(.rolling(.days(1))))
        #expect(try plan(.rolling(.days(1))) != plan(.rolling(.days(1)).includingEnd))
    }

    @Test func `Each problem of a statement is listed with its place`() {
        let text = """
            CREATE FEATURE VIEW v VERSION 1 ON a.b ENTITY (k) EVENT TIME t AS
            SELECT count(*) OVER (ROLLING 12) AS one,
                   sum(x) OVER (ROLLING '12 parsecs') AS two,
                   sum(x) / 2 AS three,
                   avg(x) AS four,
                   x ? 2 AS five;
            """
        let first = #expect(throws: FeatureError.self) { try FeatureView.views(sql: text) }
        #expect(first?.message.contains("Line 6, column 10 has '?'") == true, "\(first?.message ?? "")")
        let second = #expect(throws: FeatureError.self) {
            try FeatureView.views(sql: text.replacing("?", with: "+ +"))
        }
        for part in [
            "Line 2, column 31 has 12 where a length of time", "Line 3, column 29 has '12 parsecs'",
            "Line 4, column 15 computes with sum(…)", "Feature four of view v lacks 'window'",
            "Feature five of view v has a faulty expression",
        ] {
            #expect(second?.message.contains(part) == true, "\(part) in \(second?.message ?? "")")
        }
    }

    @Test(arguments: [
        "", "SELECT 1", "CREATE FEATURE VIEW", "CREATE FEATURE VIEW v VERSION x",
        "CREATE FEATURE VIEW v VERSION 1 AS SELECT",
        "CREATE FEATURE VIEW v VERSION 1 AS SELECT a", "CREATE FEATURE VIEW v VERSION 1 AS SELECT (a AS b",
        "CREATE FEATURE VIEW v VERSION 1 AS SELECT a) AS b", "CREATE FEATURE VIEW v VERSION 1 AS SELECT 'a AS b",
        "CREATE FEATURE VIEW v VERSION 1 ON t ENTITY k AS SELECT lookup(a) AS b", "/*", ";;;", "--",
        "CREATE FEATURE VIEW v VERSION 1 AS SELECT 1 AS a, 2 AS a",
        "CREATE FEATURE VIEW v VERSION 1 AS SELECT 1 AS a b",
    ])
    func `SQL that declares no view is refused`(_ text: String) {
        #expect(throws: FeatureError.self) { try FeatureView.views(sql: text) }
    }

    @Test func `A view in Swift is held to the rules of files`() {
        let error = #expect(throws: FeatureError.self) {
            try FeatureView("v", version: 0, from: FeatureSource("a.b", entity: ["k", "l"]), joinedBy: ["k"]) {
                Count("n", over: .tumbling(.days(0)))
                Formula("f", "1 +")
                Count("n", over: .lifetime)
            }
        }
        for part in ["version from 1", "joins 1 columns", "above zero", "faulty expression: it ends too early"] {
            #expect(error?.message.contains(part) == true, "\(part) in \(error?.message ?? "")")
        }
    }

    @Test func `A length that 64 bits have no room for is no short one, and one below zero is refused`() throws {
        func view(_ window: FeatureWindow) throws -> FeatureView {
            try FeatureView("v", version: 1, from: FeatureSource("a.b", entity: ["k"], eventTime: "t")) {
                Count("n", over: window)
            }
        }
        for window in [FeatureWindow.rolling(.days(.max)), .tumbling(.hours(.max)), .rolling(.microseconds(.max))] {
            guard let made = try? view(window) else { continue }
            guard case .aggregate(_, _, let window, _) = made.features[0].definition else { return }
            #expect(window.bounds(at: 0).start < -1 << 60)
        }
        #expect(FeatureWindow.lifetime.delayed(by: .days(.max)).delay == .max)
        for window in [
            FeatureWindow.rolling(.microseconds(-1)), .rolling(.days(-1)), .rolling(.months(-1)), .rolling(.days(.min)),
            .lifetime.delayed(by: .microseconds(-1)),
        ] {
            #expect(throws: FeatureError.self) { try view(window) }
        }
    }

    @Test func `Comments are no part of an expression`() throws {
        func view(_ expression: String) throws -> FeatureView {
            try FeatureView.views(sql: "CREATE FEATURE VIEW v VERSION 1 AS SELECT \(expression) AS f")[0]
        }
        let plain = try view("a + (b - 1)")
        #expect(try view("a -- the first, it's\n + (b /* less; one */ - 1)") == plain)
        #expect(try view("a + --(\n(b - 1)") == plain)
        #expect(try view("a+(b/**/-1)") == plain)
        #expect(try view("'-- no comment' /* one */") == view("'-- no comment'"))
    }

    @Test func `A plan can be read in words`() throws {
        #expect(
            try FeatureDeclarationTests.views(FeatureDeclarationTests.vendors)[0].inWords == """
                vendor_performance, version 3: rows of procurement.awards with recipient_uei = uei; they happen at ended_at \
                and are known from loaded_at on.
                  awards_12m: the number of rows in the 12 months before
                  on_time_12m: the sum of on_time in the 12 months before
                  on_time_rate_12m: on_time_12m divided by awards_12m, null if that is 0
                  cost_growth_12m: the mean of cost_growth, where ("status" = 'closed'), in the 12 months before
                  last_agency: the last agency ever before
                """)
    }
}
